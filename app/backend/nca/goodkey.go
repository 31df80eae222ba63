package nca

import (
	"crypto/rsa"
	"errors"
	"math/big"
)

const (
	minKeyBits, maxKeyBits = 2048, 4096
	minExponent            = 65537
	maxSmallPrime          = 752
	// fermatRounds finds primes that differ in their lower half only, and
	// costs well under a millisecond.
	fermatRounds = 100
)

// checkKey refuses RSA keys that are malformed or known to be weak: a modulus
// of unusual size or with a small factor, a small exponent, two primes too
// close together (Fermat), or the fingerprint of ROCA (CVE-2017-15361).
func checkKey(key *rsa.PublicKey) error {
	n := key.N
	switch {
	case n.BitLen() < minKeyBits || n.BitLen() > maxKeyBits || n.BitLen()%8 != 0:
		return errors.New("the RSA key must have 2048 to 4096 bits")
	case key.E < minExponent || key.E%2 == 0:
		return errors.New("the RSA exponent must be odd and at least 65537")
	case new(big.Int).GCD(nil, nil, n, smallPrimes).Cmp(big.NewInt(1)) != 0:
		return errors.New("the RSA modulus has a small factor")
	case hasROCA(n):
		return errors.New("the RSA key was made by a faulty device (ROCA)")
	case hasClosePrimes(n):
		return errors.New("the RSA key's primes are too close together")
	}
	return nil
}

var smallPrimes = func() *big.Int {
	product := big.NewInt(1)
	for p := int64(2); p < maxSmallPrime; p++ {
		if big.NewInt(p).ProbablyPrime(0) {
			product.Mul(product, big.NewInt(p))
		}
	}
	return product
}()

// rocaPrimes and, for each, the residues that powers of 65537 take: moduli of
// the faulty library fall into all of these sets, others almost never.
var rocaPrimes = func() map[int64]map[int64]bool {
	sets := make(map[int64]map[int64]bool)
	for p := int64(3); p <= 167; p++ {
		if !big.NewInt(p).ProbablyPrime(0) {
			continue
		}
		set := make(map[int64]bool)
		for r := int64(1); !set[r]; r = r * 65537 % p {
			set[r] = true
		}
		sets[p] = set
	}
	return sets
}()

func hasROCA(n *big.Int) bool {
	var r big.Int
	for p, residues := range rocaPrimes {
		if !residues[r.Mod(n, big.NewInt(p)).Int64()] {
			return false
		}
	}
	return true
}

// hasClosePrimes looks for n = a² − b² with a near the square root of n. Most
// a are passed over by what a² − n leaves modulo some small primes, which is
// carried on from one a to the next.
func hasClosePrimes(n *big.Int) bool {
	one := big.NewInt(1)
	first := new(big.Int).Sqrt(n)
	if new(big.Int).Mul(first, first).Cmp(n) < 0 {
		first.Add(first, one)
	}
	var a, rest, b big.Int
	residue := rest.Mod(rest.Sub(rest.Mul(first, first), n), sieveProduct).Uint64()
	step := b.Mod(b.Add(b.Lsh(first, 1), one), sieveProduct).Uint64() // (a+1)² − a²
	product := sieveProduct.Uint64()
	for i := range int64(fermatRounds) {
		if maySquare(residue) {
			a.Add(first, b.SetInt64(i))
			rest.Sub(rest.Mul(&a, &a), n)
			if b.Mul(b.Sqrt(&rest), &b).Cmp(&rest) == 0 {
				return true
			}
		}
		residue, step = (residue+step)%product, (step+2)%product
	}
	return false
}

// sieve has, for each small odd prime, the residues of squares.
var sieve = func() map[uint64][]bool {
	sets := make(map[uint64][]bool)
	for _, p := range []uint64{3, 5, 7, 11, 13, 17, 19, 23} {
		sets[p] = make([]bool, p)
		for r := range p {
			sets[p][r*r%p] = true
		}
	}
	return sets
}()

var sieveProduct = big.NewInt(3 * 5 * 7 * 11 * 13 * 17 * 19 * 23)

// maySquare tells by what a number leaves modulo sieveProduct whether it may be
// a square: all but one in some hundreds that are none are found.
func maySquare(residue uint64) bool {
	for p, squares := range sieve {
		if !squares[residue%p] {
			return false
		}
	}
	return true
}
