//go:build nodynamic

package picture_test

import (
	"bytes"
	"encoding/binary"
	"image/jpeg"
	"os"
	"testing"

	"qoltanba/capture/picture"
)

func sample(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/sample.heic")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestHEICIsTakenInWhereADocumentIs(t *testing.T) {
	t.Parallel()
	b := sample(t)
	clean, err := picture.Clean(b, picture.Document)
	if err != nil {
		t.Fatal(err)
	}
	size, err := jpeg.DecodeConfig(bytes.NewReader(clean.JPEG))
	if err != nil || size.Width != clean.Width || size.Height != clean.Height {
		t.Errorf("%v of %+v, %v", clean, size, err)
	}
	if _, err := picture.Clean(b, picture.Upload); picture.ReasonOf(err) != picture.WrongType {
		t.Errorf("as a selfie: %v", err)
	}
}

func TestHEICThatIsRefused(t *testing.T) {
	t.Parallel()
	b := sample(t)
	sized := func(w, h uint32) []byte {
		bomb := bytes.Clone(b)
		for at := 0; ; {
			i := bytes.Index(bomb[at:], []byte("ispe"))
			if i < 0 {
				return bomb
			}
			at += i + 4
			binary.BigEndian.PutUint32(bomb[at+4:], w)
			binary.BigEndian.PutUint32(bomb[at+8:], h)
		}
	}
	for name, c := range map[string]struct {
		b    []byte
		want picture.Reason
	}{
		"bomb":       {sized(60_000, 60_000), picture.TooLarge},
		"beyond all": {sized(1<<31, 1<<31), picture.TooLarge},
		"tiny":       {sized(20, 20), picture.TooSmall},
		"nothing":    {sized(0, 0), picture.TooLarge},
		"cut off":    {b[:len(b)/2], picture.Damaged},
		"bare head":  {b[:24], picture.Damaged},
	} {
		if _, err := picture.Clean(c.b, picture.Document); picture.ReasonOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzHEIC goes through the header alone: decoding a file in the sandbox takes too long for fuzzing.
func FuzzHEIC(f *testing.F) {
	b := sample(f)
	f.Add(b[:min(len(b), 4096)])
	f.Add([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"))
	f.Fuzz(func(t *testing.T, b []byte) {
		info, err := picture.Inspect(b, picture.Document)
		if err == nil && (info.Width < 1 || info.Height < 1) || err != nil && picture.ReasonOf(err) == "" {
			t.Errorf("%+v, %v", info, err)
		}
	})
}
