package gost

import "math/big"

// A verification adds two multiples, of the base point and of the key, with one
// chain of doublings under both (Strauss), and each scalar in a form of few
// nonzero digits (wNAF). Its time depends on the scalars: they are public.

// Widths of the digits. The base point's odd multiples are the first window of [multiples].
const (
	baseWidth = windowBits + 1
	keyWidth  = 5
)

// jointMult is a·G + b·K.
func jointMult(a, b *big.Int, key *affine) point {
	var odd [1 << (keyWidth - 2)]point // K, 3K, 5K …
	odd[0] = key.point()
	var twice point
	twice.double(&odd[0])
	for i := 1; i < len(odd); i++ {
		odd[i] = odd[i-1]
		odd[i].plus(&twice)
	}
	base := &multiples()[0]
	ofBase, ofKey := sparse(a, baseWidth), sparse(b, keyWidth)
	var sum point
	for i := max(len(ofBase), len(ofKey)) - 1; i >= 0; i-- {
		sum.double(&sum)
		if d, negative := digitAt(ofBase, i); d != 0 {
			next := base.at(d / 2)
			next = next.negatedIf(negative)
			p := next.point()
			sum.plus(&p)
		}
		if d, negative := digitAt(ofKey, i); d != 0 {
			p := odd[d/2]
			if negative == 1 {
				p.y.sub(&element{}, &p.y)
			}
			sum.plus(&p)
		}
	}
	return sum
}

// plus adds any point to any other.
func (p *point) plus(b *point) {
	switch {
	case b.z.zero() == 1:
		return
	case p.z.zero() == 1:
		*p = *b
		return
	}
	before := *p
	var d difference
	if b.z == one {
		d = p.addAffine(p, &affine{b.x, b.y})
	} else {
		d = p.add(p, b)
	}
	switch {
	case d.same() == 1:
		p.double(&before)
	case d.opposite() == 1:
		*p = point{x: one, y: one}
	}
}

// sparse is n as digits of its binary places, each 0 or odd and below
// 2^(width−1) in size, with at least width−1 zeros after each that is not 0.
func sparse(n *big.Int, width uint) []int8 {
	digits := make([]int8, 0, 513)
	n = new(big.Int).Set(n)
	for n.Sign() > 0 {
		var digit int64
		if n.Bit(0) == 1 {
			digit = int64(n.Bits()[0] & (1<<width - 1)) //nolint:gosec // seven bits at most
			if digit >= 1<<(width-1) {
				digit -= 1 << width
			}
			n.Sub(n, big.NewInt(digit))
		}
		digits = append(digits, int8(digit))
		n.Rsh(n, 1)
	}
	return digits
}

// digitAt is the size of a digit and whether it is negative; 0 above the last.
func digitAt(digits []int8, i int) (size int, negative uint64) {
	if i >= len(digits) {
		return 0, 0
	}
	if digits[i] < 0 {
		return -int(digits[i]), 1
	}
	return int(digits[i]), 0
}
