package gost

import "math/big"

// curve is a short Weierstrass curve over a prime field with public inputs
// only: what is verified by it may show in its running time.
type curve struct {
	p, a, b, q *big.Int
	x, y       *big.Int // base point
}

// paramSetA256 is id-tc26-gost-3410-2012-256-paramSetA (RFC 7836, A.2); its cofactor is 4.
var paramSetA256 = &curve{
	p: hex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd97"),
	a: hex("c2173f1513981673af4892c23035a27ce25e2013bf95aa33b22c656f277e7335"),
	b: hex("295f9bae7428ed9ccc20e7c359a9d41a22fccd9108e17bf7ba9337a6f8ae9513"),
	q: hex("400000000000000000000000000000000fd8cddfc87b6635c115af556c360c67"),
	x: hex("91e38443a5e82c0d880923425712b2bb658b9196932e02c78b2582fe742daa28"),
	y: hex("32879423ab1a0375895786c4bb46e9565fde0b5344766740af268adb32322e5c"),
}

func hex(s string) *big.Int {
	n, ok := new(big.Int).SetString(s, 16)
	if !ok {
		panic("gost: a constant is no number")
	}
	return n
}

// onCurve tells whether x and y are residues of a point.
func (c *curve) onCurve(x, y *big.Int) bool {
	if x.Cmp(c.p) >= 0 || y.Cmp(c.p) >= 0 {
		return false
	}
	left := new(big.Int).Mul(y, y)
	right := new(big.Int).Mul(x, x)
	right.Add(right, c.a)
	right.Mul(right, x)
	right.Add(right, c.b)
	return left.Sub(left, right).Mod(left, c.p).Sign() == 0
}

// add is the sum of two points; a nil x stands for infinity.
func (c *curve) add(x1, y1, x2, y2 *big.Int) (x, y *big.Int) {
	if x1 == nil {
		return x2, y2
	}
	if x2 == nil {
		return x1, y1
	}
	rise, run := new(big.Int).Sub(y2, y1), new(big.Int).Sub(x2, x1)
	if x1.Cmp(x2) == 0 {
		if sum := new(big.Int).Add(y1, y2); sum.Mod(sum, c.p).Sign() == 0 {
			return nil, nil
		}
		rise.Mul(x1, x1)
		rise.Mul(rise, big.NewInt(3)).Add(rise, c.a)
		run.Lsh(y1, 1)
	}
	slope := rise.Mul(rise, run.ModInverse(run.Mod(run, c.p), c.p))
	slope.Mod(slope, c.p)
	x = new(big.Int).Mul(slope, slope)
	x.Sub(x, x1).Sub(x, x2).Mod(x, c.p)
	y = new(big.Int).Sub(x1, x)
	y.Mul(y, slope).Sub(y, y1).Mod(y, c.p)
	return x, y
}

// multiply is k times a point, for k of 0 or more.
func (c *curve) multiply(k, px, py *big.Int) (x, y *big.Int) {
	for i := k.BitLen() - 1; i >= 0; i-- {
		x, y = c.add(x, y, x, y)
		if k.Bit(i) == 1 {
			x, y = c.add(x, y, px, py)
		}
	}
	return x, y
}

// verify is section 6.2 of RFC 7091 for the digest as a number, and r and s.
func (c *curve) verify(px, py, digest, r, s *big.Int) bool {
	if !between(r, c.q) || !between(s, c.q) {
		return false
	}
	z1, z2 := factors(digest, r, s, c.q)
	x1, y1 := c.multiply(z1, c.x, c.y)
	x2, y2 := c.multiply(z2, px, py)
	x, _ := c.add(x1, y1, x2, y2)
	return x != nil && new(big.Int).Mod(x, c.q).Cmp(r) == 0
}

// factors are z1 = s/e and z2 = −r/e modulo q of RFC 7091, section 6.2.
func factors(digest, r, s, q *big.Int) (z1, z2 *big.Int) {
	e := new(big.Int).Mod(digest, q)
	if e.Sign() == 0 {
		e.SetInt64(1)
	}
	e.ModInverse(e, q)
	z1 = new(big.Int).Mul(s, e)
	z2 = new(big.Int).Mul(r, e)
	z2.Neg(z2)
	return z1.Mod(z1, q), z2.Mod(z2, q)
}

// between tells whether 0 < n < q.
func between(n, q *big.Int) bool { return n.Sign() > 0 && n.Cmp(q) < 0 }
