package keypair

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"
)

// CreateCertificate is [x509.CreateCertificate] for the keys of this package:
// public is the owner's, key the issuer's. The template's SubjectKeyId must be
// given, and its SignatureAlgorithm is not looked at. Random is that of [Sign].
func CreateCertificate(random io.Reader, template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) ([]byte, error) {
	tbs, err := ComposeTBS(template, parent, public, key.Public())
	if err != nil {
		return nil, err
	}
	return SignTBS(random, key, tbs)
}

// ComposeTBS returns the TBSCertificate (RFC 5280, 4.1.2) that a certificate on
// public would have, to be signed by the key whose public half is issuer.
func ComposeTBS(template, parent *x509.Certificate, public, issuer crypto.PublicKey) ([]byte, error) {
	if len(template.SubjectKeyId) == 0 {
		return nil, errors.New("compose certificate: the subject's key identifier is missing")
	}
	if len(parent.RawSubjectPublicKeyInfo) > 0 {
		own, err := ParsePublicKey(parent.RawSubjectPublicKeyInfo)
		if err != nil || !Same(own, issuer) {
			return nil, errors.New("compose certificate: the issuing key is not that of the issuer's certificate")
		}
	}
	algorithm, err := Of(issuer)
	if err != nil {
		return nil, fmt.Errorf("compose certificate: %w", err)
	}
	spki, err := MarshalPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("compose certificate: %w", err)
	}
	// crypto/x509 encodes all that does not depend on the keys, on a stand-in.
	standIn, secret, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("compose certificate: %w", err)
	}
	content, above := *template, *parent
	content.SignatureAlgorithm, above.PublicKey = x509.UnknownSignatureAlgorithm, nil
	der, err := x509.CreateCertificate(rand.Reader, &content, &above, standIn, secret)
	if err != nil {
		return nil, fmt.Errorf("compose certificate: %w", err)
	}
	return exchange(der, algorithm, spki)
}

// exchange returns the TBSCertificate in der with another algorithm of the
// signature and another public key.
func exchange(der []byte, algorithm Algorithm, spki []byte) ([]byte, error) {
	in := cryptobyte.String(der)
	var whole, tbs, before, skipped, between cryptobyte.String
	if !in.ReadASN1(&whole, tags.SEQUENCE) || !whole.ReadASN1(&tbs, tags.SEQUENCE) {
		return nil, ErrMalformed
	}
	elements := func(n int, to *cryptobyte.String) bool {
		for range n {
			var element cryptobyte.String
			var tag tags.Tag
			if !tbs.ReadAnyASN1Element(&element, &tag) {
				return false
			}
			*to = append(*to, element...)
		}
		return true
	}
	// version and serial number; algorithm; issuer, validity and subject; key
	if !elements(2, &before) || !elements(1, &skipped) || !elements(3, &between) || !elements(1, &skipped) {
		return nil, ErrMalformed
	}
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(before)
		AddIdentifier(b, algorithm.SignatureOID())
		b.AddBytes(between)
		b.AddBytes(spki)
		b.AddBytes(tbs)
	})
	return b.Bytes()
}
