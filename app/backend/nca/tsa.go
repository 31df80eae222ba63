package nca

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"qoltanba/app/backend/nca/issuance"
	"qoltanba/app/backend/nca/timestamp"
	"qoltanba/app/backend/sealed"
	"qoltanba/keystore/cms"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

const (
	// tsaFolder lies in a line's folder.
	tsaFolder   = "tsa"
	tsaCertFile = "tsa.cer"
	tsaKeyFile  = "tsa.key.age"
	serialBytes = 16 // of time stamps, drawn at random
	tsaName     = "УАҚЫТ БЕЛГІСІ ОРТАЛЫҒЫ"
)

// tsa signs time stamps under the certificate of an issuing authority.
type tsa struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// tsaPolicies are those of time stamps by the algorithm that signs them.
var tsaPolicies = map[keypair.Algorithm]asn1.ObjectIdentifier{
	keypair.GOST512: timestamp.PolicyGOST,
	keypair.RSA:     timestamp.PolicyRSA,
}

// completeTSA makes the line's time-stamping authority, if there is none.
func (l line) completeTSA(dir string, secret sealed.Secret, c Config) (made bool, _ error) {
	folder := filepath.Join(dir, tsaFolder)
	if _, err := os.Stat(folder); err == nil || !errors.Is(err, os.ErrNotExist) {
		return false, err
	}
	i, err := l.open(dir, secret, c)
	if err != nil {
		return false, err
	}
	err = l.makeTSA(dir, i, secret, c)
	return err == nil, err
}

func (l line) makeTSA(dir string, i *issuer, secret sealed.Secret, c Config) error {
	return sealed.Once(filepath.Join(dir, tsaFolder), func(temp string) error { return l.tsaCeremony(temp, i, secret, c) })
}

// tsaCeremony makes key and certificate of a time-stamping authority in dir. It
// lasts as long as the issuing authority.
func (l line) tsaCeremony(dir string, i *issuer, secret sealed.Secret, c Config) error {
	key, err := l.generateKey(c)
	if err != nil {
		return err
	}
	content, err := l.tsaContent(i, key.Public(), c)
	if err != nil {
		return err
	}
	der, err := i.sign(content)
	if err != nil {
		return err
	}
	file, err := secret.SealKey(key)
	if err != nil {
		return err
	}
	if err := sealed.Write(filepath.Join(dir, tsaKeyFile), file); err != nil {
		return err
	}
	return sealed.Write(filepath.Join(dir, tsaCertFile), der)
}

func (l line) tsaContent(i *issuer, public crypto.PublicKey, c Config) ([]byte, error) {
	spki, err := keypair.MarshalPublicKey(public)
	if err != nil {
		return nil, err
	}
	ski, err := profile.SKIOfInfo(spki)
	if err != nil {
		return nil, err
	}
	now := c.Clock().UTC().Truncate(time.Second)
	cn := stampedName(tsaName+" ("+map[keypair.Algorithm]string{keypair.GOST512: "GOST", keypair.RSA: "RSA"}[l.algorithm]+")", c.Stamp)
	subject, err := authorityName(cn + strconv.Itoa(now.Year()))
	if err != nil {
		return nil, err
	}
	tbs := issuance.TBS{
		Serial: profile.Serial(ski), IssuerKey: i.cert.RawSubjectPublicKeyInfo, Issuer: i.cert.RawSubject,
		NotBefore: now, NotAfter: i.cert.NotAfter, Subject: subject, SPKI: spki,
	}
	if tbs.Extensions, err = tsaExtensions(ski, i, tsaPolicies[l.algorithm]); err != nil {
		return nil, err
	}
	return tbs.DER()
}

// tsaExtensions are those of RFC 3161, 2.3: one extended key usage, critical.
func tsaExtensions(ski profile.KeyID, i *issuer, policy asn1.ObjectIdentifier) ([]pkix.Extension, error) {
	var errs [7]error
	var values [7][]byte
	values[0], errs[0] = issuance.KeyUsage(x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment)
	values[1], errs[1] = asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	values[2], errs[2] = asn1.Marshal(ski[:])
	values[3], errs[3] = issuance.AuthorityKeyID(i.cert.SubjectKeyId)
	values[4], errs[4] = issuance.Policies(i.urls.CPS, policy)
	values[5], errs[5] = issuance.InfoAccess(i.urls)
	values[6], errs[6] = issuance.DistributionPoint(i.urls.CRL)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	var list []pkix.Extension
	for n, id := range []asn1.ObjectIdentifier{
		{2, 5, 29, 15}, {2, 5, 29, 37}, {2, 5, 29, 14}, {2, 5, 29, 35}, {2, 5, 29, 32}, {1, 3, 6, 1, 5, 5, 7, 1, 1}, {2, 5, 29, 31},
	} {
		if values[n] != nil {
			list = append(list, pkix.Extension{Id: id, Critical: n < 2, Value: values[n]})
		}
	}
	return list, nil
}

// openTSA reads the line's time-stamping authority; nil where there is none.
func (i *issuer) openTSA(dir string, secret sealed.Secret) (*tsa, error) {
	folder := filepath.Join(dir, tsaFolder)
	if _, err := os.Stat(folder); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	cert, err := readCertificate(filepath.Join(folder, tsaCertFile))
	if err != nil {
		return nil, err
	}
	certified, err := keypair.ParsePublicKey(cert.RawSubjectPublicKeyInfo)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", tsaCertFile, err)
	}
	key, err := secret.Key(filepath.Join(folder, tsaKeyFile), certified)
	if err != nil {
		return nil, fmt.Errorf("the key of time stamps: %w", err)
	}
	if err := keypair.CheckIssued(cert, i.cert); err != nil {
		return nil, fmt.Errorf("%s: %w", tsaCertFile, err)
	}
	return &tsa{cert, key}, nil
}

// TimeStamp answers a request for a time stamp (RFC 3161). It never fails: an
// answer may be a refusal. Without a policy in the request the stamp is of GOST
// where this authority has it.
func (a *Authority) TimeStamp(request []byte) []byte {
	r, err := timestamp.ParseRequest(request)
	if err != nil {
		failure := timestamp.BadRequest
		_ = errors.As(err, &failure)
		return timestamp.Reject(failure)
	}
	for _, algorithm := range a.Algorithms() {
		i := a.issuers[algorithm]
		if i.tsa == nil || r.Policy != nil && !r.Policy.Equal(tsaPolicies[algorithm]) {
			continue
		}
		serial := make([]byte, serialBytes)
		_, _ = rand.Read(serial) // crypto/rand never fails: it ends the program instead
		serial[0] |= 1           // never zero
		token := timestamp.Token{Request: r, Policy: tsaPolicies[algorithm], Serial: new(big.Int).SetBytes(serial), At: a.now()}
		der, err := token.Sign(cms.Signer{Key: i.tsa.key, Certificate: i.tsa.cert, Chain: []*x509.Certificate{i.cert}})
		if err != nil {
			return timestamp.Reject(timestamp.SystemFailure)
		}
		return der
	}
	return timestamp.Reject(timestamp.UnacceptedPolicy)
}
