package pfx

import (
	"bytes"
	"errors"
	"testing"
)

// Without a password the names of the keys are seen, in our files and in the
// BER of other programs, and nothing of what is encrypted.
func TestInspectSeesNamesOnly(t *testing.T) {
	t.Parallel()
	c := contents(t)
	for name, file := range map[string][]byte{"ours": encoded(t, c, AES256), "3DES": encoded(t, c, TripleDES), "twin": twin(t, c)} {
		o, err := Inspect(file)
		if err != nil || len(o.Keys) != len(c.Keys) || !o.Sealed || len(o.Certificates) != 0 {
			t.Errorf("%s: %+v, %v", name, o, err)
			continue
		}
		for i, k := range o.Keys {
			if k.DER != nil || !bytes.Equal(k.LocalKeyID, c.Keys[i].LocalKeyID) || k.FriendlyName != c.Keys[i].FriendlyName {
				t.Errorf("%s: key %d is %q", name, i, k.FriendlyName)
			}
		}
	}
}

func TestInspectRefusesWhatDecodeRefuses(t *testing.T) {
	t.Parallel()
	file := encoded(t, contents(t), TripleDES)
	for n := range len(file) {
		if _, err := Inspect(file[:n]); !errors.Is(err, ErrFormat) {
			t.Fatalf("the first %d bytes: %v", n, err)
		}
	}
}

// What opens has an outline with as many keys, and nothing in it of the keys themselves.
func FuzzInspect(f *testing.F) {
	maxIterations = 2000 // fuzz targets run after all tests
	c := contents(f)
	f.Add(encoded(f, c, TripleDES))
	f.Add(encoded(f, c, AES256))
	f.Add(twin(f, c))
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > 4<<10 {
			return // more bytes find no more
		}
		o, err := Inspect(file)
		opened, decodeErr := Decode(file, password)
		if decodeErr == nil && err != nil {
			t.Fatalf("it opens, and has no outline: %v", err)
		}
		if err != nil {
			return
		}
		if decodeErr == nil && len(o.Keys)+len(o.Certificates) > len(opened.Keys)+len(opened.Certificates) {
			t.Error("the outline has more than the file")
		}
		for _, k := range o.Keys {
			if k.DER != nil {
				t.Error("a key is in the outline")
			}
		}
	})
}
