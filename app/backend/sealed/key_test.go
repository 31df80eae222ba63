package sealed

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"qoltanba/keystore/keypair"
)

// sealedKey writes a sealed key of GOST.
func sealedKey(t *testing.T, secret Secret) (path string, public any) {
	t.Helper()
	key, err := keypair.GOST512.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	file, err := secret.SealKey(key)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "key.age")
	if err := Write(path, file); err != nil {
		t.Fatal(err)
	}
	return path, key.Public()
}

func TestKeyOpensAtItsFirstSignature(t *testing.T) {
	secret, message := newSecret(t, 1), []byte("message")
	path, public := sealedKey(t, secret)
	key, err := secret.Key(path, public)
	if err != nil {
		t.Fatal(err)
	}

	aside := path + ".aside"
	if err := os.Rename(path, aside); err != nil {
		t.Fatal(err)
	}
	if _, err := keypair.Sign(nil, key, message); !errors.Is(err, ErrNotReady) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("signed with the file away: %v", err)
	}
	if err := os.Rename(aside, path); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time without the file
		signature, err := keypair.Sign(nil, key, message)
		if err != nil || !keypair.Verify(public, message, signature) {
			t.Fatalf("signature: %v", err)
		}
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKeyRefusesWhatIsNotItsFile(t *testing.T) {
	secret := newSecret(t, 1)
	path, public := sealedKey(t, secret)
	_, other := sealedKey(t, secret)

	wrong, err := newSecret(t, 2).Key(path, public)
	if err != nil {
		t.Fatal(err)
	}
	if err := wrong.Open(); !errors.Is(err, ErrWrongSecret) || !errors.Is(err, ErrNotReady) {
		t.Errorf("wrong secret: %v", err)
	}
	swapped, err := secret.Key(path, other)
	if err != nil {
		t.Fatal(err)
	}
	if err := swapped.Open(); !errors.Is(err, ErrNotReady) {
		t.Errorf("another certificate's key: %v", err)
	}

	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"empty": nil, "a text": []byte("no key"), "half a header": whole[:60], "not sealed": {0x30, 0}} {
		spoilt := filepath.Join(t.TempDir(), "key.age")
		if err := os.WriteFile(spoilt, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := secret.Key(spoilt, public); err == nil {
			t.Errorf("%s: taken for a sealed key", name)
		}
	}
	if _, err := secret.Key(filepath.Join(t.TempDir(), "none"), public); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
