// Package gost makes and verifies the signatures of GOST 34.310-2015, the only
// kind that Kazakhstan's National Certification Authority has issued keys for
// since April 2024: GOST R 34.10-2012 (RFC 7091) with 512-bit keys on
// id-tc26-gost-3410-12-512-paramSetA (RFC 7836) over Streebog-512, in the
// authority's own encodings.
//
// [GenerateKey] makes a [PrivateKey], which is a [crypto.Signer] over Streebog
// digests; [PublicKey.Verify] checks what it signs. [MarshalPrivateKey],
// [ParsePrivateKey], [MarshalPublicKey] and [ParsePublicKey] are their PKCS #8
// and SubjectPublicKeyInfo forms. Public keys of 256 bits are read and verified
// with, never made.
//
// What depends on a secret takes the same time whatever the secret is: the
// field has no branches, a multiple of the base point looks at every entry of
// its table, and arithmetic modulo the group order is filippo.io/bigmod's.
// Verification knows no secret and is quick instead.
//
// Bytes are little-endian throughout: a signature is r‖s, 64 bytes each; a
// public key is x‖y; a digest is read from its first byte as the least
// significant. OpenSSL's engine and BouncyCastle write the whole signature
// backwards, s‖r big-endian.
package gost

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
)

// Sizes in bytes of 512-bit keys.
const (
	DigestSize     = 64
	SignatureSize  = 128
	PublicKeySize  = 128
	PrivateKeySize = 64
)

// Errors of this package.
var (
	ErrDigest    = errors.New("the digest is not one of Streebog with the size of the key")
	ErrPublicKey = errors.New("the bytes are no GOST 34.310-2015 public key")
	ErrPrivate   = errors.New("the bytes are no GOST 34.310-2015 private key")
)

// PublicKey is a point other than infinity. The zero value is no key.
type PublicKey struct {
	raw   []byte // x‖y little-endian: 128 bytes, or 64 for a key of 256 bits
	point affine // of a key of 512 bits
}

// NewPublicKey reads x‖y little-endian: 128 bytes, or 64 for a key of 256
// bits. A point off the curve, or outside the group of the base point, is
// [ErrPublicKey].
func NewPublicKey(raw []byte) (*PublicKey, error) {
	k := &PublicKey{raw: bytes.Clone(raw)}
	switch len(raw) {
	case PublicKeySize:
		x, below := elementFrom(raw[:64])
		y, also := elementFrom(raw[64:])
		k.point = affine{x, y}
		if !below || !also || !k.point.onCurve() {
			return nil, ErrPublicKey
		}
	case PublicKeySize / 2:
		x, y := k.coordinates()
		if !paramSetA256.onCurve(x, y) {
			return nil, ErrPublicKey
		}
		if beyond, _ := paramSetA256.multiply(paramSetA256.q, x, y); beyond != nil {
			return nil, ErrPublicKey
		}
	default:
		return nil, ErrPublicKey
	}
	return k, nil
}

// Bytes is x‖y, little-endian.
func (k *PublicKey) Bytes() []byte { return bytes.Clone(k.raw) }

// Size is the key's size in bits: 512 or 256.
func (k *PublicKey) Size() int { return 4 * len(k.raw) }

// Equal tells whether other is the same key.
func (k *PublicKey) Equal(other crypto.PublicKey) bool {
	o, ok := other.(*PublicKey)
	return ok && bytes.Equal(k.raw, o.raw)
}

func (k *PublicKey) coordinates() (x, y *big.Int) {
	half := len(k.raw) / 2
	return fromLittle(k.raw[:half]), fromLittle(k.raw[half:])
}

func fromLittle(le []byte) *big.Int {
	be := bytes.Clone(le)
	slices.Reverse(be)
	return new(big.Int).SetBytes(be)
}

// PrivateKey signs. It prints as nothing.
type PrivateKey struct {
	d      [PrivateKeySize]byte // little-endian, 0 < d < q
	public PublicKey
}

// GenerateKey makes a key pair from random, or from the system's randomness when random is nil.
func GenerateKey(random io.Reader) (*PrivateKey, error) {
	if random == nil {
		random = rand.Reader
	}
	for {
		var d [PrivateKeySize]byte
		if _, err := io.ReadFull(random, d[:]); err != nil {
			return nil, fmt.Errorf("read randomness for a key: %w", err)
		}
		if k, err := NewPrivateKey(d[:]); err == nil {
			return k, nil
		}
	}
}

// NewPrivateKey is the key of a number between 0 and the group's order, as 64 little-endian bytes.
func NewPrivateKey(le []byte) (*PrivateKey, error) {
	if len(le) != PrivateKeySize {
		return nil, ErrPrivate
	}
	k := &PrivateKey{d: [PrivateKeySize]byte(le)}
	d, err := residue(bigEndian(le))
	if err != nil || d.IsZero() == 1 {
		return nil, ErrPrivate
	}
	k.public.point = baseMult(scalarFrom(le))
	x, y := k.public.point.x.bytes(), k.public.point.y.bytes()
	k.public.raw = append(x[:], y[:]...)
	return k, nil
}

// Public is the *[PublicKey].
func (k *PrivateKey) Public() crypto.PublicKey { return &k.public }

// Equal tells whether other is the same key.
func (k *PrivateKey) Equal(other crypto.PrivateKey) bool {
	o, ok := other.(*PrivateKey)
	return ok && k.public.Equal(&o.public)
}

// Bytes is the secret number, 64 little-endian bytes.
func (k *PrivateKey) Bytes() []byte { return bytes.Clone(k.d[:]) }

// Format implements [fmt.Formatter]: nothing of the key is shown.
func (k PrivateKey) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "[redacted]") }
