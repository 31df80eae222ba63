package gost

import "math/bits"

// square is a product of which each pair of different words is multiplied once
// and the sum doubled: 36 multiplications of words in place of 64.
func (e *element) square(a *element) {
	var t [16]uint64
	var c uint64
	x0, x1, x2, x3, x4, x5, x6, x7 := a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]

	{
		h1, l1 := bits.Mul64(x0, x1)
		h2, l2 := bits.Mul64(x0, x2)
		h3, l3 := bits.Mul64(x0, x3)
		h4, l4 := bits.Mul64(x0, x4)
		h5, l5 := bits.Mul64(x0, x5)
		h6, l6 := bits.Mul64(x0, x6)
		h7, l7 := bits.Mul64(x0, x7)
		l2, c = bits.Add64(l2, h1, 0)
		l3, c = bits.Add64(l3, h2, c)
		l4, c = bits.Add64(l4, h3, c)
		l5, c = bits.Add64(l5, h4, c)
		l6, c = bits.Add64(l6, h5, c)
		l7, c = bits.Add64(l7, h6, c)
		h7 += c
		t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8] = l1, l2, l3, l4, l5, l6, l7, h7
	}
	{
		h2, l2 := bits.Mul64(x1, x2)
		h3, l3 := bits.Mul64(x1, x3)
		h4, l4 := bits.Mul64(x1, x4)
		h5, l5 := bits.Mul64(x1, x5)
		h6, l6 := bits.Mul64(x1, x6)
		h7, l7 := bits.Mul64(x1, x7)
		l3, c = bits.Add64(l3, h2, 0)
		l4, c = bits.Add64(l4, h3, c)
		l5, c = bits.Add64(l5, h4, c)
		l6, c = bits.Add64(l6, h5, c)
		l7, c = bits.Add64(l7, h6, c)
		h7 += c
		t[3], c = bits.Add64(t[3], l2, 0)
		t[4], c = bits.Add64(t[4], l3, c)
		t[5], c = bits.Add64(t[5], l4, c)
		t[6], c = bits.Add64(t[6], l5, c)
		t[7], c = bits.Add64(t[7], l6, c)
		t[8], c = bits.Add64(t[8], l7, c)
		t[9] = h7 + c
	}
	{
		h3, l3 := bits.Mul64(x2, x3)
		h4, l4 := bits.Mul64(x2, x4)
		h5, l5 := bits.Mul64(x2, x5)
		h6, l6 := bits.Mul64(x2, x6)
		h7, l7 := bits.Mul64(x2, x7)
		l4, c = bits.Add64(l4, h3, 0)
		l5, c = bits.Add64(l5, h4, c)
		l6, c = bits.Add64(l6, h5, c)
		l7, c = bits.Add64(l7, h6, c)
		h7 += c
		t[5], c = bits.Add64(t[5], l3, 0)
		t[6], c = bits.Add64(t[6], l4, c)
		t[7], c = bits.Add64(t[7], l5, c)
		t[8], c = bits.Add64(t[8], l6, c)
		t[9], c = bits.Add64(t[9], l7, c)
		t[10] = h7 + c
	}
	{
		h4, l4 := bits.Mul64(x3, x4)
		h5, l5 := bits.Mul64(x3, x5)
		h6, l6 := bits.Mul64(x3, x6)
		h7, l7 := bits.Mul64(x3, x7)
		l5, c = bits.Add64(l5, h4, 0)
		l6, c = bits.Add64(l6, h5, c)
		l7, c = bits.Add64(l7, h6, c)
		h7 += c
		t[7], c = bits.Add64(t[7], l4, 0)
		t[8], c = bits.Add64(t[8], l5, c)
		t[9], c = bits.Add64(t[9], l6, c)
		t[10], c = bits.Add64(t[10], l7, c)
		t[11] = h7 + c
	}
	{
		h5, l5 := bits.Mul64(x4, x5)
		h6, l6 := bits.Mul64(x4, x6)
		h7, l7 := bits.Mul64(x4, x7)
		l6, c = bits.Add64(l6, h5, 0)
		l7, c = bits.Add64(l7, h6, c)
		h7 += c
		t[9], c = bits.Add64(t[9], l5, 0)
		t[10], c = bits.Add64(t[10], l6, c)
		t[11], c = bits.Add64(t[11], l7, c)
		t[12] = h7 + c
	}
	{
		h6, l6 := bits.Mul64(x5, x6)
		h7, l7 := bits.Mul64(x5, x7)
		l7, c = bits.Add64(l7, h6, 0)
		h7 += c
		t[11], c = bits.Add64(t[11], l6, 0)
		t[12], c = bits.Add64(t[12], l7, c)
		t[13] = h7 + c
	}
	{
		h7, l7 := bits.Mul64(x6, x7)
		t[13], c = bits.Add64(t[13], l7, 0)
		t[14] = h7 + c
	}
	t[1], c = bits.Add64(t[1], t[1], 0)
	t[2], c = bits.Add64(t[2], t[2], c)
	t[3], c = bits.Add64(t[3], t[3], c)
	t[4], c = bits.Add64(t[4], t[4], c)
	t[5], c = bits.Add64(t[5], t[5], c)
	t[6], c = bits.Add64(t[6], t[6], c)
	t[7], c = bits.Add64(t[7], t[7], c)
	t[8], c = bits.Add64(t[8], t[8], c)
	t[9], c = bits.Add64(t[9], t[9], c)
	t[10], c = bits.Add64(t[10], t[10], c)
	t[11], c = bits.Add64(t[11], t[11], c)
	t[12], c = bits.Add64(t[12], t[12], c)
	t[13], c = bits.Add64(t[13], t[13], c)
	t[14], c = bits.Add64(t[14], t[14], c)
	t[15] = c
	h0, l0 := bits.Mul64(x0, x0)
	h1, l1 := bits.Mul64(x1, x1)
	h2, l2 := bits.Mul64(x2, x2)
	h3, l3 := bits.Mul64(x3, x3)
	h4, l4 := bits.Mul64(x4, x4)
	h5, l5 := bits.Mul64(x5, x5)
	h6, l6 := bits.Mul64(x6, x6)
	h7, l7 := bits.Mul64(x7, x7)
	t[0], c = bits.Add64(t[0], l0, 0)
	t[1], c = bits.Add64(t[1], h0, c)
	t[2], c = bits.Add64(t[2], l1, c)
	t[3], c = bits.Add64(t[3], h1, c)
	t[4], c = bits.Add64(t[4], l2, c)
	t[5], c = bits.Add64(t[5], h2, c)
	t[6], c = bits.Add64(t[6], l3, c)
	t[7], c = bits.Add64(t[7], h3, c)
	t[8], c = bits.Add64(t[8], l4, c)
	t[9], c = bits.Add64(t[9], h4, c)
	t[10], c = bits.Add64(t[10], l5, c)
	t[11], c = bits.Add64(t[11], h5, c)
	t[12], c = bits.Add64(t[12], l6, c)
	t[13], c = bits.Add64(t[13], h6, c)
	t[14], c = bits.Add64(t[14], l7, c)
	t[15], _ = bits.Add64(t[15], h7, c)
	e.reduce(&t)
}
