package gost

import (
	"math/bits"
	"sync"
)

// A multiple of the base point is a sum over 86 windows of 6 bits, with one
// entry a window and no doubling. The scalar is made odd (k and −k have
// opposite points), and an odd number has a form in which every digit is odd,
// between −63 and 63: so 32 entries a window do, each addition takes place, and
// nothing depends on the digits but which entry a scan of all of them keeps.
const (
	windows    = 86
	windowBits = 6
	entries    = 1 << (windowBits - 1)
)

// window holds a window's points, x and y apart, for scans of one of them.
type window struct{ x, y [entries]element }

func (w *window) at(j int) affine { return affine{w.x[j], w.y[j]} }

// multiples holds (2j+1)·2^(6i)·G at place j of window i: 352 KB, made at first use.
var multiples = sync.OnceValue(func() *[windows]window {
	var jacobian [windows * entries]point
	start := base.point()
	for i := range windows {
		row := jacobian[i*entries : (i+1)*entries]
		var twice point
		twice.double(&start)
		row[0] = start
		for j := 1; j < entries; j++ {
			row[j].add(&row[j-1], &twice)
		}
		for range windowBits {
			start.double(&start)
		}
	}
	table := new([windows]window)
	for k, inverse := range inverses(jacobian[:]) {
		a, w := jacobian[k].divided(&inverse), &table[k/entries]
		w.x[k%entries], w.y[k%entries] = a.x, a.y
	}
	return table
})

// inverses are the 1/Z of all points, by one inversion (Montgomery's trick).
func inverses(points []point) []element {
	before := make([]element, len(points)) // product of the Z before each
	product := one
	for i := range points {
		before[i] = product
		product.mul(&product, &points[i].z)
	}
	var rest element
	rest.invert(&product)
	for i := len(points) - 1; i >= 0; i-- {
		before[i].mul(&before[i], &rest)
		rest.mul(&rest, &points[i].z)
	}
	return before
}

// baseMult is k·G for 0 < k < q, in the same time for every k.
func baseMult(k *scalar) affine {
	table := multiples()
	odd, negated := k.odd()
	digits := odd.windows()
	first := table[0].entry(digits[0])
	sum := first.point()
	for i := 1; i < windows-1; i++ {
		next := table[i].entry(digits[i])
		sum.addAffine(&sum, &next)
	}
	// Partial sums stay below the next window's multiples, so that the points
	// differ; only at the last window can they be one (for one scalar of all).
	last := table[windows-1].entry(digits[windows-1])
	lastPoint := last.point()
	var doubled point
	doubled.double(&lastPoint)
	d := sum.addAffine(&sum, &last)
	same := d.same()
	sum.x = choose(same, &doubled.x, &sum.x)
	sum.y = choose(same, &doubled.y, &sum.y)
	sum.z = choose(same, &doubled.z, &sum.z)
	result := sum.affine()
	return result.negatedIf(negated)
}

// negatedIf is −a when flag is 1.
func (a *affine) negatedIf(flag uint64) affine {
	var zero, minus element
	minus.sub(&zero, &a.y)
	return affine{a.x, choose(flag, &minus, &a.y)}
}

// entry is the multiple of a window's base that its six bits stand for: an odd
// number from −63 to 63, that is twice the bits less 63.
func (w *window) entry(digit uint64) affine {
	positive := digit >> (windowBits - 1)
	index := (digit ^ (positive - 1)) & (entries - 1)
	a := affine{scan(&w.x, index), scan(&w.y, index)}
	return a.negatedIf(1 ^ positive)
}

// scan reads all numbers and keeps one.
func scan(row *[entries]element, index uint64) element {
	var e0, e1, e2, e3, e4, e5, e6, e7 uint64
	for j := range row {
		other := index ^ uint64(j)
		mask := ((other | -other) >> 63) - 1
		e := &row[j]
		e0 |= mask & e[0]
		e1 |= mask & e[1]
		e2 |= mask & e[2]
		e3 |= mask & e[3]
		e4 |= mask & e[4]
		e5 |= mask & e[5]
		e6 |= mask & e[6]
		e7 |= mask & e[7]
	}
	return element{e0, e1, e2, e3, e4, e5, e6, e7}
}

// scalar is a number below q, the least significant word first.
type scalar [8]uint64

// order is q, the number of points of paramSetA.
var order = scalar{
	0xcacdb1411f10b275, 0x9b4b38abfad2b85d, 0x6ff22b8d4e056060, 0x27e69532f48d8911,
	0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
}

// odd is k when it is odd, else q − k, which is: negated tells which.
func (k *scalar) odd() (odd scalar, negated uint64) {
	negated = 1 ^ k[0]&1
	var minus scalar
	var borrow uint64
	for i := range k {
		minus[i], borrow = bits.Sub64(order[i], k[i], borrow)
	}
	for i := range k {
		odd[i] = k[i] ^ -negated&(k[i]^minus[i])
	}
	return odd, negated
}

// windows cuts an odd k into digits of six bits. With every bit b read as
// 2b − 1, the bits of k shifted right by one, and a one above them all, give k.
func (k *scalar) windows() (digits [windows]uint64) {
	var shifted [9]uint64
	for i := range 7 {
		shifted[i] = k[i]>>1 | k[i+1]<<63
	}
	shifted[7], shifted[8] = k[7]>>1, 1<<(windows*windowBits-1-512)
	for i := range digits {
		at := i * windowBits
		word := shifted[at/64] >> (at % 64)
		if at%64 > 64-windowBits {
			word |= shifted[at/64+1] << (64 - at%64)
		}
		digits[i] = word & (1<<windowBits - 1)
	}
	return digits
}
