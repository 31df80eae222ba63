package gost

import (
	"crypto"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"
	"slices"

	"filippo.io/bigmod"
)

// modulus is the group's order for arithmetic with secrets.
var modulus = func() *bigmod.Modulus {
	m, err := bigmod.NewModulus(order.bigEndian())
	if err != nil {
		panic("gost: the group's order is no modulus: " + err.Error())
	}
	return m
}()

func (k *scalar) bigEndian() []byte {
	be := make([]byte, PrivateKeySize)
	for i, word := range k {
		binary.BigEndian.PutUint64(be[PrivateKeySize-8*(i+1):], word)
	}
	return be
}

func scalarFrom(le []byte) *scalar {
	var k scalar
	for i := range k {
		k[i] = binary.LittleEndian.Uint64(le[8*i:])
	}
	return &k
}

func bigEndian(le []byte) []byte {
	be := slices.Clone(le)
	slices.Reverse(be)
	return be
}

// residue reads 64 big-endian bytes that stand for a number below the order.
func residue(be []byte) (*bigmod.Nat, error) { return bigmod.NewNat().SetBytes(be, modulus) }

// reduced reads 64 big-endian bytes modulo the order.
func reduced(be []byte) (*bigmod.Nat, error) { return bigmod.NewNat().SetOverflowingBytes(be, modulus) }

// Sign signs a digest of Streebog-512. The nonce is that of RFC 6979 over
// HMAC-SHA-512, with 64 bytes of random as additional data (section 3.6), so
// that neither bad randomness nor a fault repeated gives the key away; with
// random nil the same digest gives the same signature. opts are not looked at.
func (k *PrivateKey) Sign(random io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	if len(digest) != DigestSize {
		return nil, ErrDigest
	}
	var fresh []byte
	if random != nil {
		fresh = make([]byte, 64)
		if _, err := io.ReadFull(random, fresh); err != nil {
			return nil, fmt.Errorf("read randomness for a signature: %w", err)
		}
	}
	e, err := digestResidue(digest)
	if err != nil {
		return nil, err
	}
	d, err := residue(bigEndian(k.d[:]))
	if err != nil {
		return nil, err
	}
	for nonces := newNonces(d.Bytes(modulus), e.Bytes(modulus), fresh); ; {
		be := nonces.next()
		nonce, err := residue(be)
		if err != nil || nonce.IsZero() == 1 {
			continue
		}
		if signature := sign(d, e, nonce); signature != nil {
			return signature, nil
		}
	}
}

// sign is section 6.1 of RFC 7091 with the nonce given; nil when that serves for no signature.
func sign(d, e, nonce *bigmod.Nat) []byte {
	be := nonce.Bytes(modulus)
	le := bigEndian(be)
	point := baseMult(scalarFrom(le))
	x := point.x.bytes()
	r, err := reduced(bigEndian(x[:]))
	if err != nil || r.IsZero() == 1 {
		return nil
	}
	s := bigmod.NewNat().ExpandFor(modulus).Add(r, modulus).Mul(d, modulus)
	s.Add(nonce.Mul(e, modulus), modulus)
	if s.IsZero() == 1 {
		return nil
	}
	return append(bigEndian(r.Bytes(modulus)), bigEndian(s.Bytes(modulus))...)
}

// digestResidue is e of RFC 7091: the digest modulo the order, or 1 in place of 0.
func digestResidue(digest []byte) (*bigmod.Nat, error) {
	e, err := reduced(bigEndian(digest))
	if err == nil && e.IsZero() == 1 {
		e.SetUint(1).ExpandFor(modulus)
	}
	return e, err
}

// nonces is the generator of RFC 6979, section 3.2.
type nonces struct {
	key, value []byte
	begun      bool
}

func newNonces(d, e, fresh []byte) *nonces {
	n := &nonces{key: make([]byte, sha512.Size), value: make([]byte, sha512.Size)}
	for i := range n.value {
		n.value[i] = 1
	}
	for _, step := range []byte{0, 1} {
		n.key = n.mac(n.value, []byte{step}, d, e, fresh)
		n.value = n.mac(n.value)
	}
	return n
}

func (n *nonces) mac(parts ...[]byte) []byte {
	h := hmac.New(sha512.New, n.key)
	for _, part := range parts {
		_, _ = h.Write(part)
	}
	return h.Sum(nil)
}

// next is a candidate of 64 big-endian bytes; it may be too large, or zero.
func (n *nonces) next() []byte {
	if n.begun {
		n.key = n.mac(n.value, []byte{0})
		n.value = n.mac(n.value)
	}
	n.begun = true
	n.value = n.mac(n.value)
	return n.value
}

// Verify tells whether signature, r‖s little-endian, is this key's over a
// Streebog digest of the key's size.
func (k *PublicKey) Verify(digest, signature []byte) bool {
	size := len(k.raw) / 2
	if size == 0 || len(digest) != size || len(signature) != 2*size {
		return false
	}
	e, r, s := fromLittle(digest), fromLittle(signature[:size]), fromLittle(signature[size:])
	if size == DigestSize {
		return verify(&k.point, e, r, s)
	}
	x, y := k.coordinates()
	return paramSetA256.verify(x, y, e, r, s)
}

var bigOrder = new(big.Int).SetBytes(order.bigEndian())

// verify is section 6.2 of RFC 7091 on paramSetA.
func verify(key *affine, e, r, s *big.Int) bool {
	if !between(r, bigOrder) || !between(s, bigOrder) {
		return false
	}
	z1, z2 := factors(e, r, s, bigOrder)
	sum := jointMult(z1, z2, key)
	if sum.z.zero() == 1 {
		return false
	}
	// x/z² = r modulo q, without dividing: x is r, or the one number r + q below p.
	var zz element
	zz.square(&sum.z)
	for candidate := new(big.Int).Set(r); candidate.BitLen() <= 512; candidate.Add(candidate, bigOrder) {
		x, below := elementFrom(bigEndian(candidate.FillBytes(make([]byte, 64))))
		if !below {
			break
		}
		x.mul(&x, &zz)
		x.sub(&x, &sum.x)
		if x.zero() == 1 {
			return true
		}
	}
	return false
}
