package nca

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"

	"qoltanba/app/backend/nca/issuance"
	"qoltanba/keystore/gost"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// throwawayBits makes lint signatures cheap; that key protects nothing.
const throwawayBits = 1024

// issuer is an issuing authority under a root of its own: there is one for
// each algorithm of citizens' keys, and it signs with the same.
type issuer struct {
	algorithm keypair.Algorithm
	root      *x509.Certificate
	cert      *x509.Certificate
	key       crypto.Signer
	throwaway crypto.Signer // signs drafts, which are never given out
	urls      issuance.URLs
	profiles  issuance.Profiles
}

func newThrowaway(a keypair.Algorithm) (crypto.Signer, error) {
	if a == keypair.GOST512 {
		return gost.GenerateKey(rand.Reader)
	}
	return rsa.GenerateKey(rand.Reader, throwawayBits)
}

// draft composes a certificate, signs it with the throwaway key and lints it.
// It returns what is to be signed.
func (i *issuer) draft(order issuance.Order) ([]byte, error) {
	order.URLs = &i.urls
	tbs, err := order.TBS()
	if err != nil {
		return nil, err
	}
	return tbs, i.rehearse(tbs, order)
}

// rehearse lints what is to be signed, under the throwaway key.
func (i *issuer) rehearse(tbs []byte, order issuance.Order) error {
	der, err := keypair.SignTBS(nil, i.throwaway, tbs)
	if err != nil {
		return err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	return order.Lint(cert)
}

// sign signs with the issuing key, deterministically: equal content gives
// equal certificates. What comes out is read again and verified.
func (i *issuer) sign(tbs []byte) ([]byte, error) {
	der, err := keypair.SignTBS(nil, i.key, tbs)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(cert.RawTBSCertificate, tbs) {
		return nil, errors.New("the certificate is not what was intended")
	}
	return der, keypair.CheckIssued(cert, i.cert)
}

// order begins what a certificate is to say; the owner is still to come.
func (i *issuer) order(kind profile.Kind, spki []byte) issuance.Order {
	return issuance.Order{Profile: issuance.Profile{Kind: kind}, Issuer: i.cert, SPKI: spki}
}

// checkProfiles drafts a certificate of each kind, so that a profile which
// could not be issued by is found at the start and not at the first citizen.
func (i *issuer) checkProfiles(now issuance.Moment, subject []byte) error {
	spki, err := keypair.MarshalPublicKey(i.throwaway.Public())
	if err != nil {
		return err
	}
	for _, kind := range profile.Kinds(i.algorithm) {
		order := i.order(kind, spki)
		_ = order
		_ = now
		_ = subject
	}
	return fmt.Errorf("x")
}
