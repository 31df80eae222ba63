package nca

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"qoltanba/app/backend/sealed"
	"qoltanba/keystore/profile"
)

const (
	rootName    = "НЕГІЗГІ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA)"
	issuingName = "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA)"

	rootYears, issuingYears = 20, 10

	rootCertFile, rootKeyFile       = "root.cer", "root.key.age"
	issuingCertFile, issuingKeyFile = "issuing.cer", "issuing.key.age"

	defaultKeyBits = 3072
	// throwawayBits makes lint signatures cheap; that key protects nothing.
	throwawayBits = 1024
)

// Open reads the authority's folder, which it makes at the first call: a root
// and an issuing authority under it, with RSA keys sealed under secret. After
// the first start root.key.age may be taken away and kept offline. The errors
// are [sealed.ErrWrongSecret] and [ErrStamp].
func Open(dir string, secret sealed.Secret, config Config) (*Authority, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	err := sealed.Once(dir, func(temp string) error { return ceremony(temp, secret, config) })
	if err != nil {
		return nil, fmt.Errorf("the authority's folder: %w", err)
	}
	a := &Authority{config: config}
	if a.root, err = readCertificate(filepath.Join(dir, rootCertFile)); err != nil {
		return nil, err
	}
	if a.issuing, err = readCertificate(filepath.Join(dir, issuingCertFile)); err != nil {
		return nil, err
	}
	if err := a.checkChain(); err != nil {
		return nil, err
	}
	if a.key, err = readKey(filepath.Join(dir, issuingKeyFile), secret); err != nil {
		return nil, err
	}
	if !a.key.PublicKey.Equal(a.issuing.PublicKey) {
		return nil, fmt.Errorf("%s and %s do not belong together: restore both", issuingKeyFile, issuingCertFile)
	}
	a.throwaway, err = rsa.GenerateKey(rand.Reader, throwawayBits) // its signatures are never given out
	return a, err
}

func (c *Config) check() error {
	if c.KeyBits == 0 {
		c.KeyBits = defaultKeyBits
	}
	switch {
	case c.Store == nil || c.DigitalID == nil || c.Clock == nil || c.Rand == nil:
		return errors.New("the authority needs a store, the Digital ID's key, a clock and a random source")
	case c.KeyBits < 2048 || c.KeyBits > 4096:
		return errors.New("the authority's keys have 2048 to 4096 bits")
	case strings.Trim(c.Stamp, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return errors.New("the authority's stamp is a word in Latin capitals, such as DEMO")
	}
	return nil
}

// ceremony makes root and issuing authority in dir.
func ceremony(dir string, secret sealed.Secret, c Config) error {
	now := c.Clock().UTC().Truncate(time.Second)
	rootKey, err := rsa.GenerateKey(rand.Reader, c.KeyBits)
	if err != nil {
		return err
	}
	issuingKey, err := rsa.GenerateKey(rand.Reader, c.KeyBits)
	if err != nil {
		return err
	}
	root, err := authorityTemplate(rootName, c.Stamp, now, rootYears, rootKey.Public())
	if err != nil {
		return err
	}
	issuing, err := authorityTemplate(issuingName, c.Stamp, now, issuingYears, issuingKey.Public())
	if err != nil {
		return err
	}
	issuing.MaxPathLenZero = true
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	if err != nil {
		return err
	}
	issuingDER, err := x509.CreateCertificate(rand.Reader, issuing, root, issuingKey.Public(), rootKey)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		key  *rsa.PrivateKey
	}{{rootKeyFile, rootKey}, {issuingKeyFile, issuingKey}} {
		file, err := secret.SealKey(f.key)
		if err != nil {
			return err
		}
		if err := sealed.Write(filepath.Join(dir, f.name), file); err != nil {
			return err
		}
	}
	if err := sealed.Write(filepath.Join(dir, rootCertFile), rootDER); err != nil {
		return err
	}
	return sealed.Write(filepath.Join(dir, issuingCertFile), issuingDER)
}

// authorityTemplate fills the certificate of an authority: CN and C in the
// NCA's order, the stamp and the year at the end of the name.
func authorityTemplate(name, stamp string, now time.Time, years int, key crypto.PublicKey) (*x509.Certificate, error) {
	ski, err := profile.SKI(key)
	if err != nil {
		return nil, err
	}
	cn := stampedName(name, stamp) + strconv.Itoa(now.Year())
	subject, err := asn1.Marshal(pkix.RDNSequence{
		{{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: asn1.RawValue{Tag: asn1.TagUTF8String, Bytes: []byte(cn)}}},
		{{Type: asn1.ObjectIdentifier{2, 5, 4, 6}, Value: asn1.RawValue{Tag: asn1.TagPrintableString, Bytes: []byte("KZ")}}},
	})
	if err != nil {
		return nil, err
	}
	return &x509.Certificate{
		SerialNumber: profile.Serial(ski), RawSubject: subject, SubjectKeyId: ski[:],
		NotBefore: now, NotAfter: now.AddDate(years, 0, 0),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, BasicConstraintsValid: true, IsCA: true,
		SignatureAlgorithm: x509.SHA256WithRSA,
	}, nil
}

// stampedName is the name without the year that follows it.
func stampedName(name, stamp string) string {
	if stamp != "" {
		name += " " + stamp
	}
	return name + " "
}

func (a *Authority) checkChain() error {
	for cert, name := range map[*x509.Certificate]string{a.root: rootName, a.issuing: issuingName} {
		year, ok := strings.CutPrefix(cert.Subject.CommonName, stampedName(name, a.config.Stamp))
		if _, err := strconv.Atoi(year); !ok || err != nil {
			return ErrStamp
		}
	}
	if err := a.root.CheckSignatureFrom(a.root); err != nil {
		return fmt.Errorf("the root's signature: %w", err)
	}
	if err := a.issuing.CheckSignatureFrom(a.root); err != nil {
		return fmt.Errorf("the issuing authority's signature: %w", err)
	}
	return nil
}

func readCertificate(path string) (*x509.Certificate, error) {
	der, err := sealed.Read(path)
	if err != nil {
		return nil, fmt.Errorf("the authority's folder: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return cert, nil
}

func readKey(path string, secret sealed.Secret) (*rsa.PrivateKey, error) {
	file, err := sealed.Read(path)
	if err != nil {
		return nil, fmt.Errorf("the authority's folder: %w", err)
	}
	signer, err := secret.OpenKey(file)
	if err != nil {
		return nil, fmt.Errorf("the authority's key: %w", err)
	}
	key, ok := signer.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("the authority's key is a %T, not RSA: restore %s", signer, path)
	}
	return key, nil
}
