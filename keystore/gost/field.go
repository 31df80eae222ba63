package gost

import (
	"crypto/rand"
	"encoding/binary"
	"math/big"
	"math/bits"
)

// element is a number modulo p = 2^512 − 569, the prime of paramSetA: eight
// words, the least significant first. Any value below 2^512 may stand for its
// residue; [element.reduced] gives the one below p. All of it takes the same
// time for all values.
type element [8]uint64

// fold is 2^512 modulo p.
const fold = 569

var (
	one      = element{1}
	bigPrime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 512), big.NewInt(fold))
)

// elementFrom reads 64 little-endian bytes; false when the number is not below p.
func elementFrom(le []byte) (element, bool) {
	var e element
	for i := range e {
		e[i] = binary.LittleEndian.Uint64(le[8*i:])
	}
	return e, e == e.reduced()
}

// bytes writes the residue as 64 little-endian bytes.
func (e *element) bytes() (le [64]byte) {
	for i, word := range e.reduced() {
		binary.LittleEndian.PutUint64(le[8*i:], word)
	}
	return le
}

// reduced is the residue below p.
func (e *element) reduced() element {
	var over element
	var carry uint64
	over[0], carry = bits.Add64(e[0], fold, 0)
	for i := 1; i < 8; i++ {
		over[i], carry = bits.Add64(e[i], 0, carry)
	}
	return choose(carry, &over, e) // a carry: the number was at least p
}

// choose is a when flag is 1, and b when it is 0.
func choose(flag uint64, a, b *element) (e element) {
	mask := -flag
	for i := range e {
		e[i] = b[i] ^ mask&(a[i]^b[i])
	}
	return e
}

// zero is 1 for a residue of 0, and 0 for any other.
func (e *element) zero() uint64 {
	var all uint64
	for _, word := range e.reduced() {
		all |= word
	}
	return 1 ^ (all|-all)>>63
}

func (e *element) add(a, b *element) {
	var c uint64
	e[0], c = bits.Add64(a[0], b[0], 0)
	e[1], c = bits.Add64(a[1], b[1], c)
	e[2], c = bits.Add64(a[2], b[2], c)
	e[3], c = bits.Add64(a[3], b[3], c)
	e[4], c = bits.Add64(a[4], b[4], c)
	e[5], c = bits.Add64(a[5], b[5], c)
	e[6], c = bits.Add64(a[6], b[6], c)
	e[7], c = bits.Add64(a[7], b[7], c)
	e.carryIn(c * fold)
}

// carryIn adds a small number; what flows over is folded in again.
func (e *element) carryIn(small uint64) {
	var c uint64
	e[0], c = bits.Add64(e[0], small, 0)
	e[1], c = bits.Add64(e[1], 0, c)
	e[2], c = bits.Add64(e[2], 0, c)
	e[3], c = bits.Add64(e[3], 0, c)
	e[4], c = bits.Add64(e[4], 0, c)
	e[5], c = bits.Add64(e[5], 0, c)
	e[6], c = bits.Add64(e[6], 0, c)
	e[7], c = bits.Add64(e[7], 0, c)
	e[0] += c * fold // flowed over: what is left is small
}

func (e *element) sub(a, b *element) {
	var c uint64
	e[0], c = bits.Sub64(a[0], b[0], 0)
	e[1], c = bits.Sub64(a[1], b[1], c)
	e[2], c = bits.Sub64(a[2], b[2], c)
	e[3], c = bits.Sub64(a[3], b[3], c)
	e[4], c = bits.Sub64(a[4], b[4], c)
	e[5], c = bits.Sub64(a[5], b[5], c)
	e[6], c = bits.Sub64(a[6], b[6], c)
	e[7], c = bits.Sub64(a[7], b[7], c)
	e[0], c = bits.Sub64(e[0], c*fold, 0)
	e[1], c = bits.Sub64(e[1], 0, c)
	e[2], c = bits.Sub64(e[2], 0, c)
	e[3], c = bits.Sub64(e[3], 0, c)
	e[4], c = bits.Sub64(e[4], 0, c)
	e[5], c = bits.Sub64(e[5], 0, c)
	e[6], c = bits.Sub64(e[6], 0, c)
	e[7], c = bits.Sub64(e[7], 0, c)
	e[0] -= c * fold // flowed under: what is left is large
}

func (e *element) double(a *element) { e.add(a, a) }

// mul is the schoolbook product, row by row, with two carry chains a row.
func (e *element) mul(a, b *element) {
	var t [16]uint64
	b0, b1, b2, b3, b4, b5, b6, b7 := b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]
	for i, x := range a {
		var c uint64
		h0, l0 := bits.Mul64(x, b0)
		h1, l1 := bits.Mul64(x, b1)
		h2, l2 := bits.Mul64(x, b2)
		h3, l3 := bits.Mul64(x, b3)
		l1, c = bits.Add64(l1, h0, 0)
		l2, c = bits.Add64(l2, h1, c)
		l3, c = bits.Add64(l3, h2, c)
		h4, l4 := bits.Mul64(x, b4)
		h5, l5 := bits.Mul64(x, b5)
		h6, l6 := bits.Mul64(x, b6)
		h7, l7 := bits.Mul64(x, b7)
		l4, c = bits.Add64(l4, h3, c)
		l5, c = bits.Add64(l5, h4, c)
		l6, c = bits.Add64(l6, h5, c)
		l7, c = bits.Add64(l7, h6, c)
		h7 += c
		row := (*[9]uint64)(t[i : i+9])
		row[0], c = bits.Add64(row[0], l0, 0)
		row[1], c = bits.Add64(row[1], l1, c)
		row[2], c = bits.Add64(row[2], l2, c)
		row[3], c = bits.Add64(row[3], l3, c)
		row[4], c = bits.Add64(row[4], l4, c)
		row[5], c = bits.Add64(row[5], l5, c)
		row[6], c = bits.Add64(row[6], l6, c)
		row[7], c = bits.Add64(row[7], l7, c)
		row[8] = h7 + c
	}
	e.reduce(&t)
}

// reduce folds the upper half of a product into the lower.
func (e *element) reduce(t *[16]uint64) {
	var c uint64
	h0, l0 := bits.Mul64(t[8], fold)
	h1, l1 := bits.Mul64(t[9], fold)
	h2, l2 := bits.Mul64(t[10], fold)
	h3, l3 := bits.Mul64(t[11], fold)
	h4, l4 := bits.Mul64(t[12], fold)
	h5, l5 := bits.Mul64(t[13], fold)
	h6, l6 := bits.Mul64(t[14], fold)
	h7, l7 := bits.Mul64(t[15], fold)
	l1, c = bits.Add64(l1, h0, 0)
	l2, c = bits.Add64(l2, h1, c)
	l3, c = bits.Add64(l3, h2, c)
	l4, c = bits.Add64(l4, h3, c)
	l5, c = bits.Add64(l5, h4, c)
	l6, c = bits.Add64(l6, h5, c)
	l7, c = bits.Add64(l7, h6, c)
	h7 += c
	e[0], c = bits.Add64(t[0], l0, 0)
	e[1], c = bits.Add64(t[1], l1, c)
	e[2], c = bits.Add64(t[2], l2, c)
	e[3], c = bits.Add64(t[3], l3, c)
	e[4], c = bits.Add64(t[4], l4, c)
	e[5], c = bits.Add64(t[5], l5, c)
	e[6], c = bits.Add64(t[6], l6, c)
	e[7], c = bits.Add64(t[7], l7, c)
	e.carryIn((h7 + c) * fold)
}

// invert is 1/a, and 0 for 0, in a time that depends on a.
func (e *element) invert(a *element) {
	le := a.bytes()
	n := fromLittle(le[:])
	if n.ModInverse(n, bigPrime) == nil {
		*e = element{}
		return
	}
	*e, _ = elementFrom(bigEndian(n.FillBytes(make([]byte, 64))))
}

// invertBlinded is [element.invert] for a secret: what is inverted is a times a
// random number, which is as random.
func (e *element) invertBlinded(a *element) {
	var blind, blinded element
	for blind.zero() == 1 {
		var le [64]byte
		_, _ = rand.Read(le[:]) // never fails
		blind, _ = elementFrom(le[:])
	}
	blinded.mul(a, &blind)
	e.invert(&blinded)
	e.mul(e, &blind)
}
