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
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"qoltanba/app/backend/nca/issuance"
	"qoltanba/app/backend/sealed"
	"qoltanba/keystore/gost"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

const (
	rootYears, issuingYears = 20, 10

	rootCertFile, rootKeyFile       = "root.cer", "root.key.age"
	issuingCertFile, issuingKeyFile = "issuing.cer", "issuing.key.age"

	defaultKeyBits = 3072
)

// line is a root with the issuing authority beneath it.
type line struct {
	algorithm     keypair.Algorithm
	folder        string // beneath the authority's
	root, issuing string // names, without stamp and year
}

// lines are those of a whole authority. That of RSA was there first and lies
// in the authority's folder itself.
var lines = []line{
	{keypair.GOST512, "gost512", "НЕГІЗГІ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (GOST)", "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (GOST)"},
	{keypair.RSA, "", "НЕГІЗГІ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA)", "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA)"},
}

// Open reads the authority's folder, which it makes at the first call: for GOST
// and for RSA a root, an issuing authority under it and a time-stamping one
// under that, the keys sealed under secret but for the issuing ones that
// config.Vaults keep. After the first start the files root.key.age may be taken away and
// kept offline. A folder of an earlier version may lack an authority, which
// [Complete] makes; without it no such keys are certified. The errors are
// [sealed.ErrWrongSecret] and [ErrStamp].
func Open(dir string, secret sealed.Secret, config Config) (*Authority, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	err := sealed.Once(dir, func(temp string) error {
		for _, l := range lines {
			folder := filepath.Join(temp, l.folder)
			i, err := l.ceremony(folder, secret, config)
			if err != nil {
				return err
			}
			if err := l.makeTSA(folder, i, secret, config); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("the authority's folder: %w", err)
	}
	a := &Authority{config: config, issuers: make(map[keypair.Algorithm]*issuer)}
	for _, l := range lines {
		if there, err := l.there(dir); err != nil {
			return nil, err
		} else if !there {
			continue
		}
		i, err := l.open(filepath.Join(dir, l.folder), secret, config)
		if err != nil {
			return nil, err
		}
		if err := i.check(config.Profiles, a.now()); err != nil {
			return nil, err
		}
		if i.tsa, err = i.openTSA(filepath.Join(dir, l.folder), secret); err != nil {
			return nil, err
		}
		a.issuers[l.algorithm] = i
	}
	return a, a.proveSecret()
}

// proveSecret opens one key, so that a wrong secret is found at the start. The
// others are opened when they are needed: each takes a tenth of a second.
func (a *Authority) proveSecret() error {
	for _, algorithm := range a.Algorithms() {
		if proved, err := a.issuers[algorithm].prove(); proved || err != nil {
			return err
		}
	}
	return nil
}

// Complete makes in the authority's folder, which must be there, what a version
// before this one did not know, and names what it made. What is there already
// is not touched; each authority comes into being as a whole or not at all.
func Complete(dir string, secret sealed.Secret, config Config) (made []string, _ error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	if err := proveFolder(dir, secret, config); err != nil {
		return nil, err
	}
	for _, l := range lines {
		there, err := l.there(dir)
		if err != nil {
			return made, err
		}
		folder := filepath.Join(dir, l.folder)
		if !there {
			err := sealed.Once(folder, func(temp string) error {
				_, err := l.ceremony(temp, secret, config)
				return err
			})
			if err != nil {
				return made, fmt.Errorf("the authority's folder: %w", err)
			}
			made = append(made, "authority for "+l.algorithm.String())
		}
		fresh, err := l.completeTSA(folder, secret, config)
		if err != nil {
			return made, fmt.Errorf("the authority's folder: %w", err)
		}
		if fresh {
			made = append(made, "time stamps by "+l.algorithm.String())
		}
	}
	for _, l := range lines {
		said, err := l.completeRoot(filepath.Join(dir, l.folder), secret, config)
		if err != nil {
			return made, fmt.Errorf("the authority's folder: %w", err)
		}
		if said {
			made = append(made, "list of revoked authorities by the root for "+l.algorithm.String())
		}
	}
	return made, nil
}

// proveFolder returns an error unless the secret opens what is there already.
func proveFolder(dir string, secret sealed.Secret, config Config) error {
	i, err := lines[len(lines)-1].open(dir, secret, config) // that of RSA was there first
	if err != nil {
		return err
	}
	if i.tsa, err = i.openTSA(dir, secret); err != nil {
		return err
	}
	_, err = i.prove()
	return err
}

func (c *Config) check() error {
	if c.KeyBits == 0 {
		c.KeyBits = defaultKeyBits
	}
	if c.Profiles == nil {
		c.Profiles = issuance.Standard()
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

// there tells whether the line was made in the authority's folder.
func (l line) there(dir string) (bool, error) {
	_, err := os.Stat(filepath.Join(dir, l.folder))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func (l line) generateKey(c Config) (crypto.Signer, error) {
	if l.algorithm == keypair.GOST512 {
		return gost.GenerateKey(rand.Reader)
	}
	return rsa.GenerateKey(rand.Reader, c.KeyBits)
}

// generateIssuing makes the key of the issuing authority, in its vault if it has one.
func (l line) generateIssuing(c Config) (crypto.Signer, error) {
	vault := c.Vaults[l.algorithm]
	if vault == nil {
		return l.generateKey(c)
	}
	key, err := vault.Generate(c.KeyBits)
	if err != nil {
		return nil, fmt.Errorf("make the issuing key for %s: %w", l.algorithm, err)
	}
	if made, err := keypair.Of(key.Public()); err != nil || made != l.algorithm {
		return nil, fmt.Errorf("the vault made no key for %s: %w", l.algorithm, ErrAlgorithm)
	}
	return key, nil
}

// ceremony makes root and issuing authority in dir. What can fail elsewhere, a
// key in a vault, comes first.
func (l line) ceremony(dir string, secret sealed.Secret, c Config) (*issuer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	issuingKey, err := l.generateIssuing(c)
	if err != nil {
		return nil, err
	}
	rootKey, err := l.generateKey(c)
	if err != nil {
		return nil, err
	}
	now := c.Clock().UTC().Truncate(time.Second)
	root, err := certifyAuthority(authority{
		name: l.root, stamp: c.Stamp, begin: now, years: rootYears, key: rootKey.Public(),
	}, nil, rootKey)
	if err != nil {
		return nil, err
	}
	issuing, err := certifyAuthority(authority{
		name: l.issuing, stamp: c.Stamp, begin: now, years: issuingYears, key: issuingKey.Public(), last: true, urls: c.RootURLs[l.algorithm],
	}, root, rootKey)
	if err != nil {
		return nil, err
	}
	if err := sayOfIssuing(dir, root, issuing, rootKey, now); err != nil {
		return nil, err
	}
	for _, f := range []struct {
		name string
		key  crypto.Signer
	}{{rootKeyFile, rootKey}, {issuingKeyFile, issuingKey}} {
		if f.key == issuingKey && c.Vaults[l.algorithm] != nil {
			continue
		}
		file, err := secret.SealKey(f.key)
		if err != nil {
			return nil, err
		}
		if err := sealed.Write(filepath.Join(dir, f.name), file); err != nil {
			return nil, err
		}
	}
	if err := sealed.Write(filepath.Join(dir, rootCertFile), root.Raw); err != nil {
		return nil, err
	}
	if err := sealed.Write(filepath.Join(dir, issuingCertFile), issuing.Raw); err != nil {
		return nil, err
	}
	return &issuer{algorithm: l.algorithm, root: root, cert: issuing, key: issuingKey, urls: c.URLs[l.algorithm]}, nil
}

// authority is what the certificate of one says.
type authority struct {
	name, stamp string
	begin       time.Time
	years       int
	key         crypto.PublicKey
	last        bool // no authority beneath it
	urls        URLs // of what the root publishes
}

// certifyAuthority makes the certificate of an authority, by a root or, where
// that is nil, by itself. CN and C stand in the NCA's order, stamp and year at
// the end of the name.
func certifyAuthority(a authority, root *x509.Certificate, key crypto.Signer) (*x509.Certificate, error) {
	spki, err := keypair.MarshalPublicKey(a.key)
	if err != nil {
		return nil, err
	}
	ski, err := profile.SKIOfInfo(spki)
	if err != nil {
		return nil, err
	}
	cn := stampedName(a.name, a.stamp) + strconv.Itoa(a.begin.Year())
	subject, err := authorityName(cn)
	if err != nil {
		return nil, err
	}
	tbs := issuance.TBS{
		Serial: profile.Serial(ski), IssuerKey: spki, Issuer: subject, Subject: subject, SPKI: spki,
		NotBefore: a.begin, NotAfter: a.begin.AddDate(a.years, 0, 0),
	}
	issuerID := ski[:]
	if root != nil {
		tbs.Issuer, tbs.IssuerKey, issuerID = root.RawSubject, root.RawSubjectPublicKeyInfo, root.SubjectKeyId
	}
	if tbs.Extensions, err = issuance.AuthorityExtensions(ski[:], issuerID, a.last); err != nil {
		return nil, err
	}
	for _, e := range []struct {
		id     asn1.ObjectIdentifier
		encode func() ([]byte, error)
	}{
		{asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 1}, func() ([]byte, error) { return issuance.InfoAccess(a.urls) }},
		{asn1.ObjectIdentifier{2, 5, 29, 31}, func() ([]byte, error) { return issuance.DistributionPoint(a.urls.CRL) }},
	} {
		value, err := e.encode()
		if err != nil {
			return nil, err
		}
		if value != nil {
			tbs.Extensions = append(tbs.Extensions, pkix.Extension{Id: e.id, Value: value})
		}
	}
	content, err := tbs.DER()
	if err != nil {
		return nil, err
	}
	der, err := keypair.SignTBS(rand.Reader, key, content)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func authorityName(cn string) ([]byte, error) {
	return asn1.Marshal(pkix.RDNSequence{
		{{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: asn1.RawValue{Tag: asn1.TagUTF8String, Bytes: []byte(cn)}}},
		{{Type: asn1.ObjectIdentifier{2, 5, 4, 6}, Value: asn1.RawValue{Tag: asn1.TagPrintableString, Bytes: []byte("KZ")}}},
	})
}

// stampedName is the name without the year that follows it.
func stampedName(name, stamp string) string {
	if stamp != "" {
		name += " " + stamp
	}
	return name + " "
}
