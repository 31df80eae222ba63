package keystore

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/zalando/go-keyring"

	"qoltanba/keystore/keypair"
)

// quick is the passphrase source with little work, for tests.
func quick(dir, passphrase string) KeySource {
	return passphraseSource{dir, passphrase, 10}
}

func TestDeviceKeyIsMadeOnce(t *testing.T) {
	for name, source := range map[string]KeySource{
		"keyring":    KeyringSource("kz.qoltanba.test.device"),
		"passphrase": quick(t.TempDir(), "құпия сөз"),
	} {
		t.Run(name, func(t *testing.T) {
			first, created, err := DeviceKey(t.Context(), source)
			if err != nil || !created {
				t.Fatalf("first: %v, %v", created, err)
			}
			second, created, err := DeviceKey(t.Context(), source)
			if err != nil || created || !keypair.Same(first.Public(), second.Public()) {
				t.Errorf("second: %v, %v", created, err)
			}
		})
	}
}

func TestDeviceKeyChecksWhatItFinds(t *testing.T) {
	t.Parallel()
	rsaKey, err := keypair.MarshalPKCS8(rsaKeys()[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, stored := range map[string][]byte{"rubbish": []byte("x"), "RSA": rsaKey} {
		source := newMemorySource()
		source.secrets[deviceKeyName] = stored
		if _, _, err := DeviceKey(t.Context(), source); err == nil {
			t.Errorf("%s passes for a device key", name)
		}
	}
	source := &memorySource{err: ErrNoKeyring}
	if _, _, err := DeviceKey(t.Context(), source); !errors.Is(err, ErrNoKeyring) {
		t.Errorf("silent keyring: %v", err)
	}
}

func TestVaultUnderPassphrase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	v := open(t, dir, quick(dir, "құпия сөз"))
	if err := v.Put(t.Context(), "a", everyKey()); err != nil {
		t.Fatal(err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	wrong := open(t, dir, quick(dir, "құпия"))
	if _, err := wrong.Get(t.Context(), "a"); !errors.Is(err, ErrPassphrase) {
		t.Errorf("wrong passphrase: %v", err)
	}
	if _, _, err := DeviceKey(t.Context(), quick(dir, "басқа")); !errors.Is(err, ErrPassphrase) {
		t.Errorf("a second secret under another passphrase: %v", err)
	}
	if err := wrong.Close(); err != nil {
		t.Fatal(err)
	}
	right := open(t, dir, quick(dir, "құпия сөз"))
	if got, err := right.Get(t.Context(), "a"); err != nil || !sameKeys(got) {
		t.Errorf("right passphrase: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, vaultKeyName+secretSuffix)); err != nil {
		t.Fatal(err)
	}
	if err := right.Close(); err != nil {
		t.Fatal(err)
	}
	lost := open(t, dir, quick(dir, "құпия сөз"))
	if _, err := lost.Get(t.Context(), "a"); !errors.Is(err, ErrVaultKeyLost) {
		t.Errorf("key file gone: %v", err)
	}
}

func TestPassphraseFileDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	source := quick(dir, "құпия сөз")
	if err := source.store(t.Context(), "x", []byte("secret")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "x"+secretSuffix)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	good[len(good)-1] ^= 1
	for _, content := range [][]byte{good, good[:len(good)-20], nil, []byte("age-encryption.org/v1\n")} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := source.load(t.Context(), "x"); !errors.Is(err, ErrDamaged) {
			t.Errorf("%d bytes: %v", len(content), err)
		}
	}
	if err := quick(t.TempDir(), "").store(t.Context(), "x", nil); err == nil {
		t.Error("an empty passphrase is accepted")
	}
}

func TestFullPassphraseWork(t *testing.T) {
	t.Parallel()
	source := PassphraseSource(t.TempDir(), "құпия сөз")
	if err := source.store(t.Context(), "x", []byte("secret")); err != nil {
		t.Fatal(err)
	}
	if secret, err := source.load(t.Context(), "x"); err != nil || string(secret) != "secret" {
		t.Error(err)
	}
}

func TestKeyringFailures(t *testing.T) {
	source := KeyringSource("kz.qoltanba.test.failures")
	if err := keyring.Set("kz.qoltanba.test.failures", "x", "no base64!"); err != nil {
		t.Fatal(err)
	}
	if _, err := source.load(t.Context(), "x"); err == nil || errors.Is(err, errNoSecret) {
		t.Errorf("foreign content: %v", err)
	}
	keyring.MockInitWithError(errors.New("the name org.freedesktop.secrets was not provided"))
	defer keyring.MockInit()
	if _, err := source.load(t.Context(), "y"); !errors.Is(err, ErrNoKeyring) {
		t.Errorf("no service: %v", err)
	}
	if err := source.store(t.Context(), "y", nil); !errors.Is(err, ErrNoKeyring) {
		t.Errorf("no service: %v", err)
	}
}

// A keyring may ask its owner to unlock it, who may have gone for tea.
func TestKeyringThatNeverAnswers(t *testing.T) {
	t.Parallel()
	tea := make(chan struct{})
	defer close(tea)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := waitKeyring(ctx, func() (string, error) { <-tea; return "", nil })
	if !errors.Is(err, ErrNoKeyring) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
