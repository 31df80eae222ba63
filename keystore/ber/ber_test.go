package ber

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
)

func TestOpenLengthsAreClosed(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"3080020101" + "0000": "3003020101",
		"3080" + "2480" + "040161" + "04026263" + "0000" + "0000": "300504" + "03616263",
		"3003020101":        "3003020101",
		"30820003020101":    "3003020101",
		"3080020101":        "", // no end
		"3003020101" + "00": "",
		"04":                "",
		"0480" + "0000":     "", // open, and not made of values
	} {
		raw, err := hex.DecodeString(in)
		if err != nil {
			t.Fatal(err)
		}
		der, err := Normalise(raw, 100)
		if got := hex.EncodeToString(der); got != want || (want == "") != errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %s, %v; want %s", in, got, err, want)
		}
	}
	if _, err := Normalise(make([]byte, 101), 100); !errors.Is(err, ErrMalformed) {
		t.Errorf("too long: %v", err)
	}
	long := append([]byte{0x04, 0x84, 0x01, 0, 0, 1}, make([]byte, 1<<24+1)...)
	if der, err := Normalise(long, 1<<25); err != nil || !bytes.Equal(der, long) {
		t.Errorf("sixteen megabytes: %v", err)
	}
}

func FuzzNormalise(f *testing.F) {
	f.Add([]byte{0x30, 0x80, 0x24, 0x80, 0x04, 1, 0x61, 0, 0, 0, 0})
	f.Add([]byte{0x30, 3, 2, 1, 1})
	f.Fuzz(func(t *testing.T, ber []byte) {
		der, err := Normalise(ber, 1<<16)
		if err != nil {
			return
		}
		if again, err := Normalise(der, 1<<17); err != nil || !bytes.Equal(again, der) {
			t.Errorf("what was normalised changes once more: %v", err)
		}
	})
}
