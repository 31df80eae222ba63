// Package pdftest writes small PDF files for tests: JPEGs as pages, in the clear or under a password.
package pdftest

import (
	"bytes"
	"crypto/md5" //nolint:gosec // G501: ISO 32000-1, 7.6.3.3 has it
	"crypto/rc4" //nolint:gosec // G503: and this
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"image/jpeg"
)

// Pages is a PDF of one page of A4 for each JPEG, which fills its breadth.
func Pages(jpegs ...[]byte) []byte { return write(595, 842, nil, jpegs) }

// Sized is one page of so many points a side.
func Sized(width, height int, picture []byte) []byte {
	return write(width, height, nil, [][]byte{picture})
}

// Locked is Pages that nobody opens who does not know the password.
func Locked(jpegs ...[]byte) []byte { return write(595, 842, []byte("password"), jpegs) }

// padding of passwords (ISO 32000-1, 7.6.3.3, algorithm 2).
var padding, _ = hex.DecodeString("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")

const permissions = -44

// write makes a file with a table of references, encrypted with RC4 of 40 bits where there is a password.
func write(width, height int, password []byte, jpegs [][]byte) []byte {
	var out bytes.Buffer
	var places []int
	id := []byte("0123456789abcdef")
	key, owner := keys(password, id)
	object := func(format string, a ...any) {
		places = append(places, out.Len())
		_, _ = fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", len(places), fmt.Sprintf(format, a...))
	}
	sealed := func(b []byte) []byte {
		if password == nil {
			return b
		}
		return cipher(objectKey(key, len(places)+1), b)
	}
	out.WriteString("%PDF-1.4\n")
	kids := ""
	for i := range jpegs {
		kids += fmt.Sprintf("%d 0 R ", 3+3*i)
	}
	object("<</Type/Catalog/Pages 2 0 R>>")
	object("<</Type/Pages/Kids[%s]/Count %d>>", kids, len(jpegs))
	for i, picture := range jpegs {
		size, _ := jpeg.DecodeConfig(bytes.NewReader(picture))
		object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R/Resources<</XObject<</P %d 0 R>>>>>>", width, height, 4+3*i, 5+3*i)
		high := width * size.Height / max(size.Width, 1)
		content := sealed(fmt.Appendf(nil, "q %d 0 0 %d 0 %d cm /P Do Q", width, high, (height-high)/2))
		object("<</Length %d>>stream\n%s\nendstream", len(content), content)
		body := sealed(picture)
		object("<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode/Length %d>>stream\n%s\nendstream",
			size.Width, size.Height, len(body), body)
	}
	trailer := ""
	if password != nil {
		object("<</Filter/Standard/V 1/R 2/O<%x>/U<%x>/P %d>>", owner, cipher(key, padding), permissions)
		trailer = fmt.Sprintf("/Encrypt %d 0 R", len(places))
	}
	table := out.Len()
	_, _ = fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(places)+1)
	for _, at := range places {
		_, _ = fmt.Fprintf(&out, "%010d 00000 n \n", at)
	}
	_, _ = fmt.Fprintf(&out, "trailer\n<</Size %d/Root 1 0 R/ID[<%x><%x>]%s>>\nstartxref\n%d\n%%%%EOF\n", len(places)+1, id, id, trailer, table)
	return out.Bytes()
}

func keys(password, id []byte) (key, owner []byte) {
	padded := append(append([]byte{}, password...), padding...)[:32]
	sum := md5.Sum(padded) //nolint:gosec // G401
	owner = cipher(sum[:5], padded)
	all := append(append([]byte{}, padded...), owner...)
	rights := int32(permissions)
	all = binary.LittleEndian.AppendUint32(all, uint32(rights)) //nolint:gosec // G115: as the norm has it
	sum = md5.Sum(append(all, id...))                           //nolint:gosec // G401
	return sum[:5], owner
}

func objectKey(key []byte, number int) []byte {
	sum := md5.Sum(append(append([]byte{}, key...), byte(number), byte(number>>8), byte(number>>16), 0, 0)) //nolint:gosec // G401, G115
	return sum[:10]
}

func cipher(key, b []byte) []byte {
	c, err := rc4.NewCipher(key) //nolint:gosec // G405
	if err != nil {
		panic(err) // never: the key has five or ten bytes
	}
	out := make([]byte, len(b))
	c.XORKeyStream(out, b)
	return out
}
