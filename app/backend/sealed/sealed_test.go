package sealed

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func newSecret(t testing.TB, fill byte) Secret {
	t.Helper()
	s, err := NewSecret(bytes.Repeat([]byte{fill}, MinSecret))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	secret := newSecret(t, 1)
	file, err := secret.SealKey(key)
	if err != nil {
		t.Fatal(err)
	}
	back, err := secret.OpenKey(file)
	if err != nil || !key.Equal(back) {
		t.Fatalf("OpenKey: %v", err)
	}
	if _, err := newSecret(t, 2).OpenKey(file); !errors.Is(err, ErrWrongSecret) {
		t.Errorf("another secret: %v", err)
	}
	for _, i := range []int{0, len(file) / 2, len(file) - 1} {
		spoilt := bytes.Clone(file)
		spoilt[i] ^= 1
		if _, err := secret.OpenKey(spoilt); err == nil {
			t.Errorf("a file with byte %d spoilt was opened", i)
		}
	}
	if _, err := secret.OpenKey(file[:len(file)-1]); err == nil {
		t.Error("a truncated file was opened")
	}
}

func TestSecretIsLongAndHidden(t *testing.T) {
	t.Parallel()
	if _, err := NewSecret(make([]byte, MinSecret-1)); !errors.Is(err, ErrShortSecret) {
		t.Errorf("NewSecret: %v", err)
	}
	if _, err := (Secret{}).SealKey(nil); !errors.Is(err, ErrShortSecret) {
		t.Errorf("the zero secret seals: %v", err)
	}
	if _, err := (Secret{}).OpenKey(nil); !errors.Is(err, ErrShortSecret) {
		t.Errorf("the zero secret opens: %v", err)
	}
	secret, err := NewSecret([]byte(strings.Repeat("hush", 8)))
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if out := fmt.Sprintf(verb, secret); out != "[secret]" {
			t.Errorf("%s prints %q", verb, out)
		}
	}
	if secret.LogValue().String() != "[secret]" {
		t.Error("a log holds the secret")
	}
}

func TestOnceIsAllOrNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "party")
	fault := errors.New("the disk is full")
	err := Once(dir, func(temp string) error {
		return errors.Join(Write(filepath.Join(temp, "first"), []byte("1")), fault)
	})
	if !errors.Is(err, fault) {
		t.Fatalf("Once: %v", err)
	}
	if entries, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(entries) != 0 {
		t.Fatalf("a failed first start left %v, %v", entries, err)
	}
	// What a killed process leaves is not taken for the folder, and goes later.
	killed := filepath.Join(filepath.Dir(dir), ".party.new-123")
	if err := os.Mkdir(killed, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Write(filepath.Join(killed, "first"), []byte("half")); err != nil {
		t.Fatal(err)
	}
	whole := func(temp string) error { return Write(filepath.Join(temp, "first"), []byte("whole")) }
	for range 2 {
		if err := Once(dir, whole); err != nil {
			t.Fatal(err)
		}
	}
	if content, err := Read(filepath.Join(dir, "first")); err != nil || string(content) != "whole" {
		t.Errorf("read %q, %v", content, err)
	}
	if _, err := os.Stat(killed); !os.IsNotExist(err) {
		t.Errorf("the killed process's folder is still there: %v", err)
	}
}

func TestOnceHasOneWinner(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "party")
	var filled atomic.Int32
	var group, ready sync.WaitGroup
	const racers = 8
	ready.Add(racers)
	seen := make([]string, racers)
	for i := range racers {
		group.Go(func() {
			err := Once(dir, func(temp string) error {
				filled.Add(1)
				ready.Done()
				ready.Wait() // all are at work before the first one ends
				return Write(filepath.Join(temp, "name"), fmt.Append(nil, i))
			})
			content, readErr := Read(filepath.Join(dir, "name"))
			if err != nil || readErr != nil {
				t.Errorf("racer %d: %v, %v", i, err, readErr)
			}
			seen[i] = string(content)
		})
	}
	group.Wait()
	if filled.Load() != racers {
		t.Fatalf("%d racers ran", filled.Load())
	}
	for _, s := range seen {
		if s != seen[0] {
			t.Fatalf("the racers saw different folders: %v", seen)
		}
	}
}

func TestWriteNeverOverwrites(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	if err := Write(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, []byte("second")); !errors.Is(err, os.ErrExist) {
		t.Errorf("Write: %v", err)
	}
	if content, err := Read(path); err != nil || string(content) != "first" {
		t.Errorf("read %q, %v", content, err)
	}
	if err := os.WriteFile(path, make([]byte, maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err == nil {
		t.Error("a file over the limit was read")
	}
}

func FuzzOpenKey(f *testing.F) {
	// The workers of a fuzz run each come through here: they must know the same key.
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	secret := newSecret(f, 1)
	file, err := secret.SealKey(key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add([]byte("age-encryption.org/v1\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if got, err := secret.OpenKey(file); err == nil && !key.Equal(got) {
			t.Error("a file that was not sealed was opened")
		}
	})
}
