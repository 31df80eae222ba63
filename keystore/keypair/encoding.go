package keypair

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"

	"qoltanba/keystore/gost"
)

// maxPKCS8 bounds an encoded private key; an RSA key of 4096 bits takes 2.4 KB.
const maxPKCS8 = 8 << 10

// MarshalPublicKey encodes a public key as SubjectPublicKeyInfo: a
// *[gost.PublicKey], or any key that [x509.MarshalPKIXPublicKey] knows.
func MarshalPublicKey(public crypto.PublicKey) ([]byte, error) {
	if key, ok := public.(*gost.PublicKey); ok {
		return gost.MarshalPublicKey(key)
	}
	return x509.MarshalPKIXPublicKey(public)
}

// ParsePublicKey reads a SubjectPublicKeyInfo of an algorithm of this package;
// any other is ErrUnknown.
func ParsePublicKey(spki []byte) (crypto.PublicKey, error) {
	if key, err := gost.ParsePublicKey(spki); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKIXPublicKey(spki)
	if err != nil {
		return nil, fmt.Errorf("read public key: %w", ErrUnknown)
	}
	_, err = Of(key)
	return key, err
}

// PublicKeyOf returns the key that a certificate is on, whose PublicKey
// crypto/x509 leaves nil with GOST, or ErrUnknown.
func PublicKeyOf(cert *x509.Certificate) (crypto.PublicKey, error) {
	return ParsePublicKey(cert.RawSubjectPublicKeyInfo)
}

// Same tells whether two public keys are equal.
func Same(a, b crypto.PublicKey) bool {
	k, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(b)
}

// MarshalPKCS8 encodes a private key, not encrypted, as PKCS#8 DER: a
// *[gost.PrivateKey], or any key that [x509.MarshalPKCS8PrivateKey] knows. It is
// for places that encrypt it at once.
func MarshalPKCS8(key crypto.Signer) ([]byte, error) {
	if private, ok := key.(*gost.PrivateKey); ok {
		return gost.MarshalPrivateKey(private)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode private key: %w", err)
	}
	return der, nil
}

// ParsePKCS8 reads what MarshalPKCS8 wrote, and keys of other programs with up to 8 KiB.
func ParsePKCS8(der []byte) (crypto.Signer, error) {
	if len(der) > maxPKCS8 {
		return nil, fmt.Errorf("private key of %d bytes is over the limit of %d", len(der), maxPKCS8)
	}
	if key, err := gost.ParsePrivateKey(der); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, errors.New("malformed private key: no PKCS#8")
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, errors.New("the private key cannot sign")
	}
	return key, nil
}
