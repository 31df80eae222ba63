package gost

// point is a point of paramSetA in Jacobian coordinates: x = X/Z², y = Y/Z³,
// and Z = 0 at infinity. affine is one with Z = 1.
type (
	point  struct{ x, y, z element }
	affine struct{ x, y element }
)

// Coefficients and base point of id-tc26-gost-3410-12-512-paramSetA (RFC 7836, A.1). The coefficient a is −3.
var (
	coefficientB = element{
		0x503190785a71c760, 0x862ef9d4ebee4761, 0x4cb4574010da90dd, 0xee3cb090f30d2761,
		0x79bd081cfd0b6265, 0x34b82574761cb0e8, 0xc1bd0b2b6667f1da, 0xe8c2505dedfc86dd,
	}
	base = affine{
		x: element{3},
		y: element{
			0x89a589cb5215f2a4, 0x8028fe5fc235f5b8, 0x3d75e6a50e3a41e9, 0xdf1626be4fd036e9,
			0x778064fdcbefa921, 0xce5e1c93acf1abc1, 0xa61b8816e25450e6, 0x7503cfe87a836ae3,
		},
	}
)

// onCurve tells whether y² = x³ − 3x + b.
func (a *affine) onCurve() bool {
	var left, right, three element
	left.square(&a.y)
	right.square(&a.x)
	three = element{3}
	right.sub(&right, &three)
	right.mul(&right, &a.x)
	right.add(&right, &coefficientB)
	left.sub(&left, &right)
	return left.zero() == 1
}

func (a *affine) point() point { return point{a.x, a.y, one} }

// affine divides the coordinates out, in a time that tells nothing of the point.
// Infinity becomes (0, 0), which is not on the curve.
func (p *point) affine() affine {
	var inverse element
	inverse.invertBlinded(&p.z)
	return p.divided(&inverse)
}

// divided is p with 1/Z given.
func (p *point) divided(inverse *element) (a affine) {
	var square element
	square.square(inverse)
	a.x.mul(&p.x, &square)
	square.mul(&square, inverse)
	a.y.mul(&p.y, &square)
	return a
}

// double is dbl-2001-b of the Explicit-Formulas Database: 3M + 5S, complete.
func (p *point) double(a *point) {
	var delta, gamma, beta, alpha, t element
	delta.square(&a.z)
	gamma.square(&a.y)
	beta.mul(&a.x, &gamma)
	t.sub(&a.x, &delta)
	alpha.add(&a.x, &delta)
	alpha.mul(&alpha, &t)
	t.double(&alpha)
	alpha.add(&alpha, &t)
	t.add(&a.y, &a.z)
	t.square(&t)
	t.sub(&t, &gamma)
	p.z.sub(&t, &delta)
	beta.double(&beta)
	beta.double(&beta)
	t.double(&beta)
	p.x.square(&alpha)
	p.x.sub(&p.x, &t)
	beta.sub(&beta, &p.x)
	p.y.mul(&alpha, &beta)
	gamma.square(&gamma)
	gamma.double(&gamma)
	gamma.double(&gamma)
	gamma.double(&gamma)
	p.y.sub(&p.y, &gamma)
}

// joined is the part of an addition that remains once both points stand over
// one denominator: h is x₂ − x₁, r is y₂ − y₁, and z the old denominators' product.
// It is right for all but equal points and the point at infinity.
func (p *point) joined(x1, y1, h, r, z *element) {
	var hh, hhh, v, t element
	hh.square(h)
	hhh.mul(&hh, h)
	v.mul(x1, &hh)
	t.mul(y1, &hhh)
	p.z.mul(z, h)
	p.x.square(r)
	p.x.sub(&p.x, &hhh)
	p.x.sub(&p.x, &v)
	p.x.sub(&p.x, &v)
	v.sub(&v, &p.x)
	p.y.mul(r, &v)
	p.y.sub(&p.y, &t)
}

// difference is how the second point of a sum lies to the first, as far as zero goes.
type difference struct{ x, y element }

// same is 1 when both points were one: then the sum is wrong, and is the double.
func (d *difference) same() uint64 { return d.x.zero() & d.y.zero() }

// opposite is 1 when the sum is infinity, whatever y it has.
func (d *difference) opposite() uint64 { return d.x.zero() &^ d.y.zero() }

// addAffine is a + b, 8M + 3S; what it returns says whether the sum is right.
func (p *point) addAffine(a *point, b *affine) (d difference) {
	var zz, x1, y1 element
	x1, y1 = a.x, a.y
	zz.square(&a.z)
	d.x.mul(&b.x, &zz)
	d.x.sub(&d.x, &x1)
	zz.mul(&zz, &a.z)
	d.y.mul(&b.y, &zz)
	d.y.sub(&d.y, &y1)
	p.joined(&x1, &y1, &d.x, &d.y, &a.z)
	return d
}

// add is a + b, 12M + 4S; what it returns says whether the sum is right.
func (p *point) add(a, b *point) (d difference) {
	var za, zb, x1, y1, z element
	za.square(&a.z)
	zb.square(&b.z)
	x1.mul(&a.x, &zb)
	d.x.mul(&b.x, &za)
	d.x.sub(&d.x, &x1)
	zb.mul(&zb, &b.z)
	za.mul(&za, &a.z)
	y1.mul(&a.y, &zb)
	d.y.mul(&b.y, &za)
	d.y.sub(&d.y, &y1)
	z.mul(&a.z, &b.z)
	p.joined(&x1, &y1, &d.x, &d.y, &z)
	return d
}
