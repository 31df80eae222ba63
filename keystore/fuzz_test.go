package keystore

import (
	"errors"
	"os"
	"testing"
)

// A file in place of a secret that the passphrase keeps opens, or is told to be
// of another passphrase or damaged.
func FuzzOpenSecret(f *testing.F) {
	source := passphraseSource{f.TempDir(), "құпия сөз", 1}
	if err := source.store(f.Context(), "device", []byte("secret")); err != nil {
		f.Fatal(err)
	}
	sealed, err := os.ReadFile(source.path("device"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add(sealed[:len(sealed)/2])
	f.Add([]byte("age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 63\n"))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if _, err := source.open(sealed); err != nil && !errors.Is(err, ErrPassphrase) && !errors.Is(err, ErrDamaged) {
			t.Error(err)
		}
	})
}
