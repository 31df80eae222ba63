package keystore

import (
	"errors"
	"testing"
)

func TestSecretsAreKeptAndForgotten(t *testing.T) {
	t.Parallel()
	broken := newMemorySource()
	broken.twists = true
	if err := KeepSecret(t.Context(), broken, "x", []byte("secret")); err == nil {
		t.Error("a source that changes what it is given is believed")
	}
	for _, source := range []KeySource{newMemorySource(), quick(t.TempDir(), "phrase")} {
		if _, err := LoadSecret(t.Context(), source, "x"); !errors.Is(err, ErrNoSecret) {
			t.Errorf("%T: before: %v", source, err)
		}
		if err := KeepSecret(t.Context(), source, "x", []byte("secret")); err != nil {
			t.Fatal(err)
		}
		if secret, err := LoadSecret(t.Context(), source, "x"); err != nil || string(secret) != "secret" {
			t.Errorf("%T: %q, %v", source, secret, err)
		}
		for range 2 {
			if err := ForgetSecret(t.Context(), source, "x"); err != nil {
				t.Errorf("%T: forget: %v", source, err)
			}
		}
		if _, err := LoadSecret(t.Context(), source, "x"); !errors.Is(err, ErrNoSecret) {
			t.Errorf("%T: after: %v", source, err)
		}
	}
}
