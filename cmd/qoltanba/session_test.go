package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/zalando/go-keyring"

	"qoltanba/app/api"
	"qoltanba/keystore"
)

const here = "https://127.0.0.1:1"

func newOptions(t *testing.T) *options {
	t.Helper()
	return &options{backend: here, data: filepath.Join(t.TempDir(), "qoltanba"), language: "kk"}
}

// reopen opens, closes and gives the error.
func (o *options) reopen(t *testing.T, passphrase string) error {
	t.Helper()
	s, err := o.open(t.Context(), passphrase)
	if err != nil {
		return err
	}
	if err := s.journey.SetLanguage(t.Context(), api.Russian); err != nil { // leaves a journal
		t.Fatal(err)
	}
	return s.Close()
}

func silentKeyring(t *testing.T) {
	t.Helper()
	keyring.MockInitWithError(errors.New("no keyring answers"))
	t.Cleanup(keyring.MockInit)
}

func TestSessionWithoutAKeyringTakesAPassphrase(t *testing.T) {
	silentKeyring(t)
	o := newOptions(t)
	if err := o.reopen(t, ""); !errors.Is(err, keystore.ErrNoKeyring) || api.CodeOf(err) != api.KeyringMissing {
		t.Fatalf("no keyring: %v", err)
	}
	if err := o.reopen(t, "ақ боз ат"); err != nil {
		t.Fatal(err)
	}
	if err := o.reopen(t, ""); !errors.Is(err, keystore.ErrPassphrase) {
		t.Errorf("a passphrase was chosen, and is not asked for: %v", err)
	}
	if err := o.reopen(t, "кер боз ат"); !errors.Is(err, keystore.ErrPassphrase) {
		t.Errorf("a wrong passphrase: %v", err)
	}
	keyring.MockInit() // a keyring that answers later must not make a second device key
	if err := o.reopen(t, ""); !errors.Is(err, keystore.ErrPassphrase) {
		t.Errorf("the keyring takes over from the passphrase: %v", err)
	}
	if err := o.reopen(t, "ақ боз ат"); err != nil {
		t.Error(err)
	}
}

func TestSessionBegunUnderAKeyringIsNotOpenedByAPassphrase(t *testing.T) {
	keyring.MockInit()
	o := newOptions(t)
	if err := o.reopen(t, ""); err != nil {
		t.Fatal(err)
	}
	silentKeyring(t)
	if err := o.reopen(t, ""); api.CodeOf(err) != api.KeyringLocked {
		t.Errorf("the way under the closed keyring is forgotten: %v", err)
	}
}

func TestSessionTellsAResetKeyring(t *testing.T) {
	keyring.MockInit()
	o := newOptions(t)
	if err := o.reopen(t, ""); err != nil {
		t.Fatal(err)
	}
	keyring.MockInit() // as after a reset: it answers, and has nothing
	if err := o.reopen(t, ""); err != nil {
		t.Errorf("nothing was under way: %v", err)
	}
	journals, err := filepath.Glob(filepath.Join(o.data, "journey.foreign-*.json"))
	if err != nil || len(journals) != 1 {
		t.Errorf("the journal that cannot be read was not kept: %v, %v", journals, err)
	}
}

func TestProbingForAPassphraseLeavesNothing(t *testing.T) {
	o := newOptions(t)
	keyring.MockInit()
	if _, err := o.source(t.Context(), o.data, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(o.data); !errors.Is(err, fs.ErrNotExist) {
		t.Error("asking whether there is a passphrase leaves something behind")
	}
}

func TestSessionIsOneAtATime(t *testing.T) {
	keyring.MockInit()
	o := newOptions(t)
	s, err := o.open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if _, err := o.open(t.Context(), ""); !errors.Is(err, keystore.ErrVaultBusy) {
		t.Errorf("a second session: %v", err)
	}
}

func TestSessionSaysWhatIsMissing(t *testing.T) {
	keyring.MockInit()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	damaged := newOptions(t)
	if err := damaged.reopen(t, "ақ боз ат"); err != nil {
		t.Fatal(err)
	}
	protected, err := filepath.Glob(filepath.Join(vaultIn(damaged.data), "*.age"))
	if err != nil || len(protected) == 0 {
		t.Fatal("nothing is protected by the passphrase", err)
	}
	for _, path := range protected {
		if err := os.WriteFile(path, []byte("age-encryption.org/v1\ndamaged"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cases := map[string]struct {
		o          *options
		passphrase string
		code       api.Code
	}{
		"no address":    {&options{data: t.TempDir()}, "", api.ServiceUnknown},
		"plain address": {&options{backend: "http://qoltanba.kz", data: t.TempDir()}, "", api.ServiceUnknown},
		"no folder":     {&options{backend: here, data: filepath.Join(file, "data")}, "", api.DataUnusable},
		"no phrase":     {&options{backend: here, data: t.TempDir(), passphrase: filepath.Join(file, "phrase")}, "", api.DataUnusable},
		"damaged key":   {damaged, "ақ боз ат", api.KeysDamaged},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if err := c.o.reopen(t, c.passphrase); api.CodeOf(err) != c.code {
				t.Errorf("answered with %v", err)
			}
		})
	}
}

func TestSessionGivesUpWithTheWindow(t *testing.T) {
	keyring.MockInit()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o := newOptions(t)
	if _, err := o.open(ctx, ""); err == nil {
		t.Error("a session was opened for a window that is closed")
	}
	if err := o.reopen(t, ""); err != nil {
		t.Errorf("what was given up holds the vault: %v", err)
	}
}
