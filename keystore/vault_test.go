package keystore

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"qoltanba/keystore/gost"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// memorySource is a keyring of its own for each test.
type memorySource struct {
	mu      sync.Mutex
	secrets map[string][]byte
	err     error // answered to everything if set
	forgets bool  // stores nothing, as a keyring for the session only may
	twists  bool  // stores something else
}

func newMemorySource() *memorySource { return &memorySource{secrets: map[string][]byte{}} }

func (s *memorySource) load(_ context.Context, name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	secret, ok := s.secrets[name]
	switch {
	case s.err != nil:
		return nil, s.err
	case !ok:
		return nil, errNoSecret
	}
	return bytes.Clone(secret), nil
}

func (s *memorySource) store(_ context.Context, name string, secret []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && !s.forgets {
		s.secrets[name] = bytes.Clone(secret)
	}
	if s.twists {
		s.secrets[name][0] ^= 1
	}
	return s.err
}

func (s *memorySource) forget(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.secrets, name)
	return s.err
}

func open(t *testing.T, dir string, source KeySource) *Vault {
	t.Helper()
	v, err := OpenVault(dir, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

// everyKey are keys of every kind.
func everyKey() []PendingKey {
	return []PendingKey{{profile.RSAAuth, rsaKeys()[0]}, {profile.RSASign, rsaKeys()[1]}, {profile.GOST512, gostKeys()[0]}}
}

func sameKeys(got []PendingKey) bool {
	return slices.EqualFunc(got, everyKey(), func(a, b PendingKey) bool {
		return a.Kind == b.Kind && keypair.Same(a.Key.Public(), b.Key.Public())
	})
}

func TestVaultKeepsKeysOverRestart(t *testing.T) {
	t.Parallel()
	dir, source := filepath.Join(t.TempDir(), "Құпия", "vault"), newMemorySource()
	v := open(t, dir, source)
	if _, err := v.Get(t.Context(), "enrolment-1"); !errors.Is(err, ErrNoEntry) {
		t.Errorf("empty vault: %v", err)
	}
	if err := v.Put(t.Context(), "enrolment-1", everyKey()); err != nil {
		t.Fatal(err)
	}
	if err := v.Put(t.Context(), "enrolment-1", everyKey()); !errors.Is(err, ErrExists) {
		t.Errorf("second Put: got %v, want ErrExists", err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	v = open(t, dir, source)
	if got, err := v.Get(t.Context(), "enrolment-1"); err != nil || !sameKeys(got) {
		t.Errorf("after a restart: %v", err)
	}
	if ids, err := v.List(); err != nil || !slices.Equal(ids, []string{"enrolment-1"}) {
		t.Errorf("%v, %v", ids, err)
	}
	for range 2 {
		if err := v.Delete("enrolment-1"); err != nil {
			t.Error(err)
		}
	}
	if ids, err := v.List(); err != nil || len(ids) != 0 {
		t.Errorf("%v, %v", ids, err)
	}
}

func TestVaultFileTellsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := open(t, dir, newMemorySource()).Put(t.Context(), "a", everyKey()); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(dir, "a"+vaultSuffix))
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(rsaKeys()[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range [][]byte{der[100:120], gostKeys()[0].(*gost.PrivateKey).Bytes()[:20], []byte("pkcs8"), []byte("rsa-auth")} {
		if bytes.Contains(content, secret) {
			t.Errorf("the file holds %q in the clear", secret)
		}
	}
}

func TestVaultDamage(t *testing.T) {
	t.Parallel()
	dir, source := t.TempDir(), newMemorySource()
	v := open(t, dir, source)
	for _, id := range []string{"a", "b"} {
		if err := v.Put(t.Context(), id, everyKey()); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "a"+vaultSuffix)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(filepath.Join(dir, "b"+vaultSuffix))
	if err != nil {
		t.Fatal(err)
	}
	flip := func(i int) []byte { b := bytes.Clone(good); b[i] ^= 1; return b }
	for name, c := range map[string]struct {
		content []byte
		want    error
	}{
		"magic":            {flip(0), ErrDamaged},
		"nonce":            {flip(13), ErrDamaged},
		"text":             {flip(100), ErrDamaged},
		"tag":              {flip(len(good) - 1), ErrDamaged},
		"truncated":        {good[:20], ErrDamaged},
		"empty":            {nil, ErrDamaged},
		"huge":             {make([]byte, maxVaultFile+1), ErrDamaged},
		"other enrolment":  {other, ErrDamaged},
		"another's key":    {flip(5), ErrVaultKeyLost},
		"as it was before": {good, nil},
	} {
		if err := os.WriteFile(path, c.content, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := v.Get(t.Context(), "a"); !errors.Is(err, c.want) || err == nil && !sameKeys(got) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestVaultKeyLost(t *testing.T) {
	t.Parallel()
	dir, source := t.TempDir(), newMemorySource()
	first := open(t, dir, source)
	if err := first.Put(t.Context(), "a", everyKey()); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, dir)
	for name, empty := range map[string]*memorySource{
		"no key":    newMemorySource(),
		"short key": {secrets: map[string][]byte{vaultKeyName: {1, 2, 3}}},
		"other key": {secrets: map[string][]byte{vaultKeyName: make([]byte, vaultKeySize)}},
	} {
		v := &Vault{dir: dir, disk: osDisk{}, source: empty, lock: first.lock}
		if _, err := v.Get(t.Context(), "a"); !errors.Is(err, ErrVaultKeyLost) {
			t.Errorf("%s: Get: %v", name, err)
		}
		if name == "no key" {
			if err := v.Put(t.Context(), "b", everyKey()); !errors.Is(err, ErrVaultKeyLost) || len(empty.secrets) > 0 {
				t.Errorf("%s: Put: %v, and %d new secrets", name, err, len(empty.secrets))
			}
		}
	}
	if snapshot(t, dir) != before {
		t.Error("the vault changed")
	}
}

func TestVaultNeedsWorkingSource(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]*memorySource{
		"silent":    {err: ErrNoKeyring},
		"forgetful": {forgets: true},
		"twisting":  {secrets: map[string][]byte{}, twists: true},
	} {
		dir := t.TempDir()
		v := open(t, dir, source)
		before := snapshot(t, dir)
		if err := v.Put(t.Context(), "a", everyKey()); err == nil || source.err != nil && !errors.Is(err, source.err) {
			t.Errorf("%s: %v", name, err)
		}
		if snapshot(t, dir) != before {
			t.Errorf("%s: keys were written that nobody can open", name)
		}
	}
}

func TestVaultIsForOneProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := open(t, dir, newMemorySource())
	if _, err := OpenVault(dir, newMemorySource()); !errors.Is(err, ErrVaultBusy) {
		t.Errorf("got %v, want ErrVaultBusy", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir, newMemorySource())
}

// Keys on a disk that is not there do not pass for keys that never were.
func TestVaultWhoseFolderVanished(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "vault")
	v := open(t, dir, newMemorySource())
	if err := v.Put(t.Context(), "a", everyKey()); err != nil {
		t.Fatal(err)
	}
	away := dir + "-away"
	if err := os.Rename(dir, away); err != nil {
		t.Skipf("a folder in use cannot be moved here: %v", err)
	}
	refuses := func(when string) {
		if _, err := v.Get(t.Context(), "a"); !errors.Is(err, ErrFolderGone) || errors.Is(err, ErrNoEntry) {
			t.Errorf("%s: Get: %v", when, err)
		}
		if err := v.Put(t.Context(), "b", everyKey()); !errors.Is(err, ErrFolderGone) {
			t.Errorf("%s: Put: %v", when, err)
		}
		if err := v.Delete("a"); !errors.Is(err, ErrFolderGone) {
			t.Errorf("%s: Delete: %v", when, err)
		}
	}
	refuses("gone")
	other := open(t, dir, newMemorySource()) // the empty folder on which a disk was mounted
	before := snapshot(t, dir)
	refuses("another in its place")
	if after := snapshot(t, dir); after != before {
		t.Errorf("into the other folder went %s", after)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.RemoveAll(dir), os.Rename(away, dir)); err != nil {
		t.Fatal(err)
	}
	if got, err := v.Get(t.Context(), "a"); err != nil || !sameKeys(got) {
		t.Errorf("when the disk is back: %v", err)
	}
}

func TestVaultRefusesBadInput(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	v := open(t, dir, newMemorySource())
	for _, id := range []string{"", "..", "../a", `a\b`, "a.b", "қ", strings.Repeat("a", 65), "a\x00"} {
		if v.Put(t.Context(), id, everyKey()) == nil || v.Delete(id) == nil {
			t.Errorf("the id %q is accepted", id)
		}
		if _, err := v.Get(t.Context(), id); err == nil {
			t.Errorf("the id %q is accepted", id)
		}
	}
	for _, n := range []int{0, maxVaultKeys + 1} {
		if v.Put(t.Context(), "a", make([]PendingKey, n)) == nil {
			t.Errorf("%d keys are accepted", n)
		}
	}
	if v.Put(t.Context(), "a", []PendingKey{{0, rsaKeys()[0]}}) == nil {
		t.Error("a key for nothing is accepted")
	}
	if after := snapshot(t, dir); after != snapshotOfLock {
		t.Errorf("left %s", after)
	}
}

const snapshotOfLock = vaultLock + " ---------- \"\"\n"

// A full disk or a kill during Put leaves no entry or a whole one.
func TestVaultOnFaultyDisk(t *testing.T) {
	t.Parallel()
	for stage := 0; ; stage++ {
		dir, source := t.TempDir(), newMemorySource()
		d := &faultyDisk{failAt: stage, err: errFull, dead: stage%2 == 0}
		v, err := openVault(d, dir, source)
		if err != nil {
			t.Fatal(err)
		}
		err = v.Put(t.Context(), "a", everyKey())
		if closeErr := v.Close(); closeErr != nil {
			t.Fatal(closeErr)
		}
		if stage >= len(d.ops) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		if !errors.Is(err, ErrNoSpace) {
			t.Errorf("at %v: %v", d.ops, err)
		}
		healthy := open(t, dir, source)
		got, err := healthy.Get(t.Context(), "a")
		if !errors.Is(err, ErrNoEntry) && (err != nil || !sameKeys(got)) {
			t.Errorf("at %v: %v", d.ops, err)
		}
	}
}

func TestVaultFromManyGoroutines(t *testing.T) {
	t.Parallel()
	v := open(t, t.TempDir(), newMemorySource())
	var group sync.WaitGroup
	for _, id := range []string{"a", "b", "c", "d"} {
		group.Go(func() {
			if err := v.Put(t.Context(), id, everyKey()); err != nil {
				t.Error(err)
			}
			if got, err := v.Get(t.Context(), id); err != nil || !sameKeys(got) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if ids, _ := v.List(); len(ids) != 4 {
		t.Errorf("%v", ids)
	}
}

func FuzzUnseal(f *testing.F) {
	key := make([]byte, vaultKeySize)
	f.Add(seal(key, "a", []byte(`[{"kind":"rsa-sign","pkcs8":""}]`)))
	f.Add([]byte(sealMagic))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		plain, err := unseal(key, "a", sealed)
		if err == nil {
			_, _ = decodeKeys(plain)
		} else if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrVaultKeyLost) {
			t.Error(err)
		}
		_, _ = decodeKeys(sealed)
	})
}

func BenchmarkVaultPut(b *testing.B) {
	v, err := OpenVault(b.TempDir(), newMemorySource())
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = v.Close() }()
	for b.Loop() {
		if err := v.Put(b.Context(), "a", everyKey()); err != nil {
			b.Fatal(err)
		}
		if err := v.Delete("a"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			b.Fatal(err)
		}
	}
}
