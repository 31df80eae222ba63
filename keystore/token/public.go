package token

import (
	"crypto/rsa"
	"errors"
	"math/big"
)

const (
	// maxBits bounds the keys that are made and read.
	maxBits = 4096
	// maxObjects bounds the keys and the certificates read from one token.
	maxObjects = 256
	// maxCertificate bounds a certificate in bytes.
	maxCertificate = 64 << 10
)

var errNoPublicKey = errors.New("the token's key is no RSA key of a size that is used")

// publicKey reads an RSA key as a token gives it: CKA_MODULUS and
// CKA_PUBLIC_EXPONENT, big-endian.
func publicKey(modulus, exponent []byte) (*rsa.PublicKey, error) {
	if len(modulus) > maxBits/8+1 || len(exponent) > 8 {
		return nil, errNoPublicKey
	}
	n, e := new(big.Int).SetBytes(modulus), new(big.Int).SetBytes(exponent)
	if n.BitLen() < 1024 || n.BitLen() > maxBits || n.Bit(0) == 0 || e.BitLen() < 2 || e.BitLen() > 31 || e.Bit(0) == 0 {
		return nil, errNoPublicKey
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
}
