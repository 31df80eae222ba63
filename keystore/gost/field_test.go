package gost

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

func (e *element) big() *big.Int {
	le := e.bytes()
	slices.Reverse(le[:])
	return new(big.Int).SetBytes(le[:])
}

// awkward are numbers at the edges of words, of p, and of 2^512.
func awkward() []element {
	all := ^uint64(0)
	full := element{all, all, all, all, all, all, all, all}
	edges := []element{{}, {1}, {2}, {fold}, {fold - 1}, {0, 1}, {0, 0, 0, 0, 0, 0, 0, 1 << 63}, full}
	for _, below := range []uint64{1, 567, 568, 569, 570, 571, 1138} {
		e := full
		e[0] -= below
		edges = append(edges, e)
	}
	return edges
}

func TestFieldAgreesWithBigIntegers(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	numbers := awkward()
	for range 100 {
		var e element
		for i := range e {
			e[i] = random.Uint64()
		}
		numbers = append(numbers, e)
	}
	check := func(name string, got *element, want *big.Int) {
		t.Helper()
		if got.big().Cmp(want.Mod(want, bigPrime)) != 0 {
			t.Fatalf("%s: %x, want %x", name, got.big(), want)
		}
	}
	for _, a := range numbers {
		for _, b := range numbers {
			x, y := a.big(), b.big()
			var e element
			e.add(&a, &b)
			check("add", &e, new(big.Int).Add(x, y))
			e.sub(&a, &b)
			check("sub", &e, new(big.Int).Sub(x, y))
			e.mul(&a, &b)
			check("mul", &e, new(big.Int).Mul(x, y))
		}
		var e element
		e.square(&a)
		check("square", &e, new(big.Int).Mul(a.big(), a.big()))
		e.invert(&a)
		inverse := new(big.Int).ModInverse(a.big(), bigPrime)
		if inverse == nil {
			inverse = new(big.Int)
		}
		check("invert", &e, inverse)
		e.invertBlinded(&a)
		check("invert blinded", &e, inverse)
		if zero := a.big().Sign() == 0; zero != (a.zero() == 1) {
			t.Fatalf("zero(%x) is %d", a.big(), a.zero())
		}
	}
}

func TestOnlyResiduesAreRead(t *testing.T) {
	for _, e := range awkward() {
		var le [64]byte
		for i, word := range e {
			for j := range 8 {
				le[8*i+j] = byte(word >> (8 * j))
			}
		}
		read, ok := elementFrom(le[:])
		if want := e == e.reduced(); ok != want || read != e {
			t.Errorf("%x: read as a residue: %v", e, ok)
		}
	}
}

func BenchmarkMul(b *testing.B) {
	x, y := awkward()[9], awkward()[6]
	for b.Loop() {
		x.mul(&x, &y)
	}
}

func BenchmarkSquare(b *testing.B) {
	x := awkward()[9]
	for b.Loop() {
		x.square(&x)
	}
}
