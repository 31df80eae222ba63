// Package ber brings BER (X.690) into definite lengths: the form that readers of
// DER take.
//
// BER lets a length be left open until two zero bytes, and an OCTET STRING come
// in pieces; Java programs write key files and signatures so. [Normalise] gives
// the same values in definite lengths, with the pieces of universal OCTET STRINGs
// joined. What is inside an OCTET STRING stays as it is: integrity codes and
// signatures cover those very bytes.
package ber

import "errors"

// ErrMalformed says that the bytes are not one value in BER within the bounds.
var ErrMalformed = errors.New("malformed BER")

const maxDepth = 24

const (
	classConstructed = 0x20
	tagOctetString   = 0x04
)

// Normalise takes exactly one value of at most as many bytes, which are no more
// than 2³¹.
func Normalise(ber []byte, most int) ([]byte, error) {
	if len(ber) > most {
		return nil, ErrMalformed
	}
	out, rest, err := value(nil, ber, 0)
	if err != nil || len(rest) > 0 {
		return nil, ErrMalformed
	}
	return out, nil
}

// value appends the first value of ber to out in definite lengths.
func value(out, ber []byte, depth int) (der, rest []byte, err error) {
	tag, content, rest, open, err := header(ber)
	if err != nil || depth > maxDepth {
		return nil, nil, ErrMalformed
	}
	if tag&classConstructed == 0 {
		return element(out, tag, content), rest, nil
	}
	inner, after, err := children(content, depth+1, open, tag == tagOctetString|classConstructed)
	if err != nil {
		return nil, nil, err
	}
	if open {
		rest = after
	}
	if tag == tagOctetString|classConstructed {
		tag = tagOctetString
	}
	return element(out, tag, inner), rest, nil
}

// children normalises the values in content, up to its end or, when the length
// was left open, to the end mark. Of pieces of a string only the contents are kept.
func children(content []byte, depth int, open, pieces bool) (inner, after []byte, err error) {
	for len(content) > 0 {
		if open && len(content) >= 2 && content[0] == 0 && content[1] == 0 {
			return inner, content[2:], nil
		}
		if !pieces {
			if inner, content, err = value(inner, content, depth); err != nil {
				return nil, nil, err
			}
			continue
		}
		var piece []byte
		if piece, content, err = value(nil, content, depth); err != nil {
			return nil, nil, err
		}
		tag, octets, _, _, err := header(piece)
		if err != nil || tag != tagOctetString {
			return nil, nil, ErrMalformed
		}
		inner = append(inner, octets...)
	}
	if open {
		return nil, nil, ErrMalformed // no end mark
	}
	return inner, nil, nil
}

// header reads a tag of one byte and a length. With the length left open,
// content is all that follows and rest is nil.
func header(ber []byte) (tag byte, content, rest []byte, open bool, err error) {
	if len(ber) < 2 || ber[0]&0x1f == 0x1f {
		return 0, nil, nil, false, ErrMalformed
	}
	tag, first, ber := ber[0], int(ber[1]), ber[2:]
	if first == 0x80 {
		if tag&classConstructed == 0 {
			return 0, nil, nil, false, ErrMalformed
		}
		return tag, ber, nil, true, nil
	}
	length := first
	if first > 0x80 {
		size := first & 0x7f
		if size > 4 || size > len(ber) {
			return 0, nil, nil, false, ErrMalformed
		}
		length = 0
		for _, b := range ber[:size] {
			length = length<<8 | int(b)
		}
		ber = ber[size:]
	}
	if length < 0 || length > len(ber) {
		return 0, nil, nil, false, ErrMalformed
	}
	return tag, ber[:length], ber[length:], false, nil
}

// element appends a value with the shortest definite length.
func element(out []byte, tag byte, content []byte) []byte {
	out = append(out, tag)
	n := len(content)
	switch {
	case n < 0x80:
		out = append(out, byte(n))
	case n < 1<<8:
		out = append(out, 0x81, byte(n))
	case n < 1<<16:
		out = append(out, 0x82, byte(n>>8), byte(n)) //nolint:gosec // two bytes hold it
	case n < 1<<24:
		out = append(out, 0x83, byte(n>>16), byte(n>>8), byte(n)) //nolint:gosec // three bytes hold it
	default:
		out = append(out, 0x84, byte(n>>24), byte(n>>16), byte(n>>8), byte(n)) //nolint:gosec // four bytes hold it
	}
	return append(out, content...)
}
