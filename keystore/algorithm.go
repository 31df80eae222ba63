package keystore

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"

	"qoltanba/keystore/profile"
)

// Algorithm is a kind of key pair together with the certificates that are
// issued on it. The zero Algorithm is none.
type Algorithm uint8

// RSA2048 yields the pair AUTH_RSA256 and RSA256: RSA keys of 2048 bits with
// SHA-256 signatures.
const RSA2048 Algorithm = 1

const rsaBits = 2048

// maxPKCS8 bounds an encoded private key; an RSA key of 4096 bits takes 2.4 KB.
const maxPKCS8 = 8 << 10

// Name returns the stable code of the algorithm, "rsa2048", or "" for none.
func (a Algorithm) Name() string {
	if a == RSA2048 {
		return "rsa2048"
	}
	return ""
}

// AlgorithmNamed returns the algorithm with the given stable code.
func AlgorithmNamed(name string) (Algorithm, error) {
	if name == RSA2048.Name() {
		return RSA2048, nil
	}
	return 0, fmt.Errorf("unknown key algorithm %q", name)
}

// Kinds lists the certificates that one application with this algorithm
// yields, each on a key pair of its own.
func (a Algorithm) Kinds() []profile.Kind {
	if a == RSA2048 {
		return profile.RSAKinds()
	}
	return nil
}

// GenerateKey makes a key pair. It may take some seconds on an old computer.
func (a Algorithm) GenerateKey() (crypto.Signer, error) {
	if a != RSA2048 {
		return nil, errors.New("generate key: unknown algorithm")
	}
	key, err := rsa.GenerateKey(rand.Reader, rsaBits)
	if err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	return key, nil
}

// MarshalPKCS8 encodes a private key, unencrypted, as PKCS#8 DER. It is for
// places that encrypt it at once.
func MarshalPKCS8(key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode private key: %w", err)
	}
	return der, nil
}

// ParsePKCS8 reads what MarshalPKCS8 wrote.
func ParsePKCS8(der []byte) (crypto.Signer, error) {
	if len(der) > maxPKCS8 {
		return nil, fmt.Errorf("private key of %d bytes is over the limit of %d", len(der), maxPKCS8)
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

// samePublic tells whether two public keys are equal.
func samePublic(a, b crypto.PublicKey) bool {
	k, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(b)
}
