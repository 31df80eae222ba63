package keystore

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestSetAsideKeepsWhatCannotBeOpened(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := open(t, dir, PassphraseSource(t.TempDir(), "a"))
	if err := first.Put(t.Context(), "e", everyKey()); err != nil {
		t.Fatal(err)
	}
	sealed, err := os.ReadFile(filepath.Join(dir, "e.keys"))
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	reset := open(t, dir, PassphraseSource(t.TempDir(), "a")) // a source that has lost everything
	if _, err := reset.Get(t.Context(), "e"); !errors.Is(err, ErrVaultKeyLost) {
		t.Fatalf("got %v", err)
	}
	if err := reset.Put(t.Context(), "f", everyKey()); !errors.Is(err, ErrVaultKeyLost) {
		t.Fatalf("a key was made beside what it cannot open: %v", err)
	}
	for range 2 {
		if err := reset.SetAside("e"); err != nil {
			t.Fatal(err)
		}
	}
	if err := reset.Put(t.Context(), "e", everyKey()); err != nil {
		t.Fatal(err)
	}
	if err := reset.SetAside("e"); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join(dir, "e.1.lost"))
	if err != nil || string(kept) != string(sealed) {
		t.Errorf("not kept as it was: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "e.2.lost")); err != nil {
		t.Error(err)
	}
	if ids, err := reset.List(); err != nil || len(ids) != 0 {
		t.Errorf("%v still wait: %v", ids, err)
	}
}
