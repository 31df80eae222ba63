package trust

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"qoltanba/keystore"
)

const service = "kz.qoltanba.test"

// The tests of this file share the keyring that is put in the system's place.
func keyringOf(t *testing.T) keystore.KeySource {
	t.Helper()
	keyring.MockInit()
	return keystore.KeyringSource(service)
}

func hasKey(t *testing.T, dir string) bool {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(dir, authorityFile))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Contains(file, []byte("PRIVATE KEY"))
}

func TestKeyLiesInTheKeyring(t *testing.T) {
	source, dir := keyringOf(t), t.TempDir()
	clock := func() time.Time { return now }
	first, err := Open(t.Context(), source, dir, "aigul", clock)
	if err != nil || hasKey(t, dir) {
		t.Fatalf("in the file: %v", err)
	}
	again, err := Open(t.Context(), source, dir, "aigul", clock)
	if err != nil || !again.Authority.Certificate.Equal(first.Authority.Certificate) {
		t.Fatalf("another one: %v", err)
	}
	if _, err := again.Certificate(); err != nil {
		t.Error(err)
	}
	if cert, err := Certificate(dir); err != nil || !cert.Equal(first.Authority.Certificate) {
		t.Error(err)
	}
	// A second folder has an authority of its own in the same keyring.
	other := t.TempDir()
	if _, err := Open(t.Context(), source, other, "aigul", clock); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := Remove(t.Context(), source, dir); err != nil {
			t.Error(err)
		}
	}
	if _, err := keyring.Get(service, secretName(first.Authority.Certificate)); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("the key is left: %v", err)
	}
	if _, err := Certificate(dir); !errors.Is(err, ErrNone) {
		t.Errorf("the certificate is left: %v", err)
	}
	if _, err := Open(t.Context(), source, other, "aigul", clock); err != nil {
		t.Errorf("the other folder's went too: %v", err)
	}
}

func TestKeyMovesIntoAKeyringThatAnswersLater(t *testing.T) {
	dir, clock := t.TempDir(), func() time.Time { return now }
	keyring.MockInitWithError(errors.New("no keyring answers"))
	source := keystore.KeyringSource(service)
	first, err := Open(t.Context(), source, dir, "aigul", clock)
	if err != nil || !hasKey(t, dir) {
		t.Fatalf("not in the file: %v", err)
	}
	keyring.MockInit()
	second, err := Open(t.Context(), source, dir, "aigul", clock)
	if err != nil || hasKey(t, dir) || !second.Authority.Certificate.Equal(first.Authority.Certificate) {
		t.Fatalf("still in the file: %v", err)
	}
	keyring.MockInitWithError(errors.New("locked"))
	if _, err := Open(t.Context(), source, dir, "aigul", clock); !errors.Is(err, keystore.ErrNoKeyring) {
		t.Errorf("locked: %v", err)
	}
	keyring.MockInit() // as after a reset: it answers, and has nothing
	if _, err := Open(t.Context(), source, dir, "aigul", clock); !errors.Is(err, ErrKeyLost) {
		t.Errorf("reset: %v", err)
	}
	if hasKey(t, dir) {
		t.Error("the file was changed")
	}
}
