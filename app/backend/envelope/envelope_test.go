package envelope

import (
	"bytes"
	"errors"
	"testing"

	"qoltanba/app/backend/pepper"
)

func box(t testing.TB, use string) *Box {
	t.Helper()
	p, err := pepper.New(bytes.Repeat([]byte{7}, pepper.Size))
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(p, use)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOpensOnlyWhereItWasSealed(t *testing.T) {
	jobs := box(t, "jobs")
	sealed, err := jobs.Seal("sms", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := jobs.Open("sms", sealed); err != nil || string(plain) != "secret" {
		t.Fatalf("opens as %q: %v", plain, err)
	}
	if bytes.Contains(sealed, []byte("secret")) {
		t.Error("the sealed value shows its content")
	}
	if _, err := jobs.Open("mail", sealed); !errors.Is(err, ErrOpen) {
		t.Errorf("another label: %v", err)
	}
	if _, err := box(t, "answers").Open("sms", sealed); !errors.Is(err, ErrOpen) {
		t.Errorf("another use: %v", err)
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := jobs.Open("sms", changed); !errors.Is(err, ErrOpen) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	b := box(f, "jobs")
	f.Add([]byte(nil))
	f.Add(make([]byte, 12))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if _, err := b.Open("x", sealed); !errors.Is(err, ErrOpen) {
			t.Fatalf("opened: %v", err)
		}
	})
}
