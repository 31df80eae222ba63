package nca_test

import (
	"bytes"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/sealed"
	"qoltanba/keystore/keypair"
)

func TestOpenMakesOneAuthority(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nca")
	c := config(sqlite(t))
	chains := make([][][]byte, 4)
	var group sync.WaitGroup
	for i := range chains {
		group.Go(func() {
			a, err := nca.Open(dir, secret, c)
			if err != nil {
				t.Error(err)
				return
			}
			chains[i] = a.Chain(keypair.RSA)
		})
	}
	group.Wait()
	for _, chain := range chains {
		if len(chain) != 2 || !bytes.Equal(chain[1], chains[0][1]) || !bytes.Equal(chain[0], chains[0][0]) {
			t.Fatal("two first starts made two authorities")
		}
	}
	if entries, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(entries) != 1 {
		t.Errorf("%d entries beside the folder, %v", len(entries), err)
	}
	issuing, root := must(x509.ParseCertificate(chains[0][0])), must(x509.ParseCertificate(chains[0][1]))
	if root.Subject.CommonName != "НЕГІЗГІ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA) TEST 2026" ||
		issuing.Issuer.CommonName != root.Subject.CommonName || !issuing.MaxPathLenZero || !issuing.IsCA {
		t.Errorf("issuing %s, root %s", issuing.Subject, root.Subject)
	}

	other := must(sealed.NewSecret(bytes.Repeat([]byte{1}, sealed.MinSecret)))
	if _, err := nca.Open(dir, other, c); !errors.Is(err, sealed.ErrWrongSecret) {
		t.Errorf("wrong secret: %v", err)
	}
	for _, stamp := range []string{"", "DEMO"} {
		c.Stamp = stamp
		if _, err := nca.Open(dir, secret, c); !errors.Is(err, nca.ErrStamp) {
			t.Errorf("opened as %q: %v", stamp, err)
		}
	}
	c.Stamp = "TEST"
	if err := os.Remove(filepath.Join(dir, "root.key.age")); err != nil {
		t.Fatal(err)
	}
	if _, err := nca.Open(dir, secret, c); err != nil {
		t.Errorf("with the root's key offline: %v", err)
	}
}

// Keys are opened when they are needed; that one is missing or spoilt is found
// at the start all the same.
func TestOpenRefusesAnIncompleteFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nca")
	c := config(sqlite(t))
	must(nca.Open(dir, secret, c))
	for _, name := range []string{
		"issuing.key.age", "issuing.cer", "root.cer", "tsa/tsa.key.age", "tsa/tsa.cer",
		"gost512/issuing.key.age", "gost512/tsa/tsa.key.age",
	} {
		path := filepath.Join(dir, name)
		whole := must(os.ReadFile(path))
		for state, spoil := range map[string]func() error{
			"missing": func() error { return os.Remove(path) },
			"spoilt":  func() error { return os.WriteFile(path, whole[:60], 0o600) },
		} {
			if err := spoil(); err != nil {
				t.Fatal(err)
			}
			if _, err := nca.Open(dir, secret, c); err == nil {
				t.Errorf("opened with %s %s", name, state)
			}
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	must(nca.Open(dir, secret, c))
}

func TestKeysAreSealedOnDisk(t *testing.T) {
	authority(t, sqlite(t))
	var files []string
	err := filepath.WalkDir(filepath.Join(home, "nca"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) != 16 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		content := must(os.ReadFile(path))
		if filepath.Ext(path) == ".age" && !bytes.HasPrefix(content, []byte("age-encryption.org/v1\n-> scrypt ")) {
			t.Errorf("%s is not sealed", path)
		}
		if info := must(os.Stat(path)); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %s", path, info.Mode())
		}
	}
}

func TestOpenRefusesBadConfiguration(t *testing.T) {
	for name, spoil := range map[string]func(*nca.Config){
		"no store":      func(c *nca.Config) { c.Store = nil },
		"no verifier":   func(c *nca.Config) { c.DigitalID = nil },
		"weak keys":     func(c *nca.Config) { c.KeyBits = 1024 },
		"odd stamp":     func(c *nca.Config) { c.Stamp = "demo 1" },
		"no clock":      func(c *nca.Config) { c.Clock = nil },
		"no randomness": func(c *nca.Config) { c.Rand = nil },
	} {
		c := config(sqlite(t))
		spoil(&c)
		dir := filepath.Join(t.TempDir(), "nca")
		if _, err := nca.Open(dir, secret, c); err == nil {
			t.Errorf("%s: opened", name)
		}
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Errorf("%s: something was made", name)
		}
	}
}

// An authority of a version that knew RSA only goes on as it is, certifies no
// GOST keys, and is completed without a byte of it changed.
func TestCompleteAnAuthorityOfRSAOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nca")
	c := config(sqlite(t))
	first := must(nca.Open(dir, secret, c))
	if err := os.RemoveAll(filepath.Join(dir, "gost512")); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)

	old := must(nca.Open(dir, secret, c))
	if _, err := apply(t.Context(), old, submitGOST(t, "enrolment-1")); !errors.Is(err, nca.ErrAlgorithm) {
		t.Errorf("a GOST key at an authority without GOST: %v", err)
	}
	issue(t, old, submit(t, "enrolment-2", 0, 1))
	if _, err := os.Stat(filepath.Join(dir, "gost512")); !os.IsNotExist(err) {
		t.Error("opening made an authority")
	}

	other := must(sealed.NewSecret(bytes.Repeat([]byte{1}, sealed.MinSecret)))
	if _, err := nca.Complete(dir, other, c); !errors.Is(err, sealed.ErrWrongSecret) {
		t.Errorf("completed with another secret: %v", err)
	}
	if _, err := nca.Complete(filepath.Join(t.TempDir(), "nowhere"), secret, c); err == nil {
		t.Error("completed what is not there")
	}
	for i, want := range []int{2, 0} {
		made, err := nca.Complete(dir, secret, c)
		if err != nil || len(made) != want {
			t.Errorf("call %d made %v, %v", i+1, made, err)
		}
	}
	whole := must(nca.Open(dir, secret, c))
	issue(t, whole, submitGOST(t, "enrolment-1"))
	audited(t, whole, 2, 3)
	if !bytes.Equal(first.Chain(keypair.RSA)[1], whole.Chain(keypair.RSA)[1]) {
		t.Error("the RSA authority is another")
	}
	after := contents(t, dir)
	for name, content := range before {
		if !bytes.Equal(content, after[name]) {
			t.Errorf("%s was changed", name)
		}
	}
}

// contents reads the files that lie in dir itself.
func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	for _, e := range must(os.ReadDir(dir)) {
		if !e.IsDir() {
			files[e.Name()] = must(os.ReadFile(filepath.Join(dir, e.Name())))
		}
	}
	return files
}
