package pfx

import (
	"crypto/sha1" //nolint:gosec // what the files in the country are protected by
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"encoding/binary"
	"hash"
	"math/big"
	"unicode/utf16"
)

// What a key is derived for (RFC 7292, B.3).
const (
	forKey byte = 1 + iota
	forIV
	forMAC
)

// bmp is the password in UTF-16 with two zero bytes at its end (RFC 7292, B.1).
func bmp(password string) []byte {
	out := make([]byte, 0, 2*len(password)+2)
	for _, unit := range append(utf16.Encode([]rune(password)), 0) {
		out = binary.BigEndian.AppendUint16(out, unit)
	}
	return out
}

// derive makes size bytes for a purpose (RFC 7292, B.2).
func derive(h func() hash.Hash, password, salt []byte, purpose byte, iterations, size int) []byte {
	u, v := h().Size(), h().BlockSize()
	d := make([]byte, v)
	for i := range d {
		d[i] = purpose
	}
	i := append(filled(salt, v), filled(password, v)...)
	var out []byte
	for {
		sum := h()
		_, _ = sum.Write(d)
		_, _ = sum.Write(i)
		a := sum.Sum(make([]byte, 0, u))
		for range iterations - 1 {
			sum.Reset()
			_, _ = sum.Write(a)
			a = sum.Sum(a[:0])
		}
		if out = append(out, a...); len(out) >= size {
			return out[:size]
		}
		next(i, filled(a, v))
	}
}

// filled repeats b up to a multiple of v bytes; nothing stays nothing.
func filled(b []byte, v int) []byte {
	out := make([]byte, (len(b)+v-1)/v*v)
	for n := 0; n < len(out); {
		n += copy(out[n:], b)
	}
	return out
}

// next adds b + 1 to each of i's blocks of the same length.
func next(i, b []byte) {
	step := new(big.Int).SetBytes(b)
	step.Add(step, big.NewInt(1))
	for ; len(i) > 0; i = i[len(b):] {
		sum := new(big.Int).SetBytes(i[:len(b)])
		sum.Add(sum, step)
		out := sum.FillBytes(make([]byte, len(b)+1))
		copy(i[:len(b)], out[1:])
	}
}

// hashes are those that integrity codes and PBKDF2 are made with.
var hashes = []struct {
	digest, hmac asn1.ObjectIdentifier
	new          func() hash.Hash
}{
	{oidSHA1, oidHMACSHA1, sha1.New},
	{oidSHA256, oidHMACSHA256, sha256.New},
	{oidSHA512, oidHMACSHA512, sha512.New},
}
