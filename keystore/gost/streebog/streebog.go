// Package streebog is the hash function of GOST R 34.11-2012 (RFC 6986), which
// Kazakhstan's GOST 34.310-2015 signatures are made over.
//
// [New512] and [New256] give a [hash.Hash]. Messages may be of any length; the
// digest is the byte string that RFC 6986 reads as a vector from its end, so
// that its first byte is the least significant one: the form in which OpenSSL,
// BouncyCastle and the National Certification Authority exchange it.
//
// The compression looks tables up by message bytes. It must therefore not be
// fed with what only its running time could tell; what is signed is no such
// secret, and nonces are not derived by it.
package streebog

import (
	"encoding/binary"
	"hash"
	"math/bits"
)

// Sizes in bytes.
const (
	Size512   = 64
	Size256   = 32
	BlockSize = 64
)

// block is a vector of 512 bits: eight little-endian words, the least significant first.
type block [8]uint64

type digest struct {
	size   int
	h      block // chaining value
	length block // N: bits hashed so far
	sum    block // Σ: the blocks, added
	buf    [BlockSize]byte
	n      int // bytes in buf
}

// New512 is Streebog with 64 bytes of digest.
func New512() hash.Hash { return newDigest(Size512) }

// New256 is Streebog with 32 bytes of digest.
func New256() hash.Hash { return newDigest(Size256) }

// Sum512 is the digest of data.
func Sum512(data []byte) (digest [Size512]byte) {
	h := New512()
	_, _ = h.Write(data)
	h.Sum(digest[:0])
	return digest
}

func newDigest(size int) hash.Hash {
	d := &digest{size: size}
	d.Reset()
	return d
}

func (d *digest) Size() int      { return d.size }
func (d *digest) BlockSize() int { return BlockSize }

// Reset begins anew: the first chaining value is all zeros for 512 bits, and bytes of 01 for 256.
func (d *digest) Reset() {
	*d = digest{size: d.size}
	if d.size == Size256 {
		for i := range d.h {
			d.h[i] = 0x0101010101010101
		}
	}
}

// Write takes data; it never fails.
func (d *digest) Write(data []byte) (int, error) {
	written := len(data)
	if d.n > 0 {
		n := copy(d.buf[d.n:], data)
		d.n, data = d.n+n, data[n:]
		if d.n == BlockSize {
			d.block(d.buf[:])
			d.n = 0
		}
	}
	for len(data) >= BlockSize {
		d.block(data[:BlockSize])
		data = data[BlockSize:]
	}
	if len(data) > 0 {
		d.n = copy(d.buf[:], data)
	}
	return written, nil
}

// block is stage 2 of the standard: one full block.
func (d *digest) block(data []byte) {
	m := load(data)
	compress(&d.h, &d.length, &m)
	d.length.add(&block{8 * BlockSize})
	d.sum.add(&m)
}

// Sum appends the digest of what was written; more may be written afterwards.
func (d *digest) Sum(to []byte) []byte {
	h, length, sum := d.h, d.length, d.sum
	var last [BlockSize]byte
	copy(last[:], d.buf[:d.n])
	last[d.n] = 1
	m := load(last[:])
	compress(&h, &length, &m)
	length.add(&block{8 * uint64(d.n)}) //nolint:gosec // less than a block
	sum.add(&m)
	compress(&h, &block{}, &length)
	compress(&h, &block{}, &sum)
	var out [BlockSize]byte
	for i, word := range h {
		binary.LittleEndian.PutUint64(out[8*i:], word)
	}
	return append(to, out[BlockSize-d.size:]...)
}

func load(data []byte) (b block) {
	for i := range b {
		b[i] = binary.LittleEndian.Uint64(data[8*i:])
	}
	return b
}

// add is addition modulo 2^512.
func (b *block) add(other *block) {
	var carry uint64
	for i := range b {
		b[i], carry = bits.Add64(b[i], other[i], carry)
	}
}

// compress is g of the standard: h becomes E(LPS(h ⊕ n), m) ⊕ h ⊕ m.
func compress(h, n, m *block) {
	t := &table
	var key, state block
	t.lps(&key, h, n)
	state = *m
	for i := range rounds {
		t.lps(&state, &state, &key)
		t.lps(&key, &key, &rounds[i])
	}
	for i := range h {
		h[i] ^= state[i] ^ key[i] ^ m[i]
	}
}

// lps is X, S, P and L in one: the bytes at one place of eight words become a
// word. The table comes as a receiver, so that its address stays in a register.
func (t *lookup) lps(out, a, b *block) {
	x0, x1, x2, x3 := a[0]^b[0], a[1]^b[1], a[2]^b[2], a[3]^b[3]
	x4, x5, x6, x7 := a[4]^b[4], a[5]^b[5], a[6]^b[6], a[7]^b[7]
	for i := range out {
		out[i] = t[0][byte(x0)] ^ t[1][byte(x1)] ^ t[2][byte(x2)] ^ t[3][byte(x3)] ^
			t[4][byte(x4)] ^ t[5][byte(x5)] ^ t[6][byte(x6)] ^ t[7][byte(x7)]
		x0, x1, x2, x3 = x0>>8, x1>>8, x2>>8, x3>>8
		x4, x5, x6, x7 = x4>>8, x5>>8, x6>>8, x7>>8
	}
}
