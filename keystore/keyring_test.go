package keystore

import (
	"errors"
	"os"
	"testing"

	"github.com/zalando/go-keyring"

	"qoltanba/keystore/keypair"
)

// TestRealKeyring runs inside the session that TestGNOMEKeyring makes. On
// Windows and macOS it runs with the variable set, on the user's own keyring.
func TestRealKeyring(t *testing.T) {
	if os.Getenv(realKeyring) == "" {
		t.Skip("runs with " + realKeyring + "=1, as TestGNOMEKeyring does")
	}
	const service = "kz.qoltanba.test"
	source, dir := KeyringSource(service), t.TempDir()
	t.Cleanup(func() { _ = keyring.DeleteAll(service) })
	first, created, err := DeviceKey(t.Context(), source)
	if err != nil || !created {
		t.Fatalf("device key: %v, %v", created, err)
	}
	second, created, err := DeviceKey(t.Context(), source)
	if err != nil || created || !keypair.Same(first.Public(), second.Public()) {
		t.Errorf("device key again: %v, %v", created, err)
	}
	for range 2 {
		v := open(t, dir, source)
		if err := v.Put(t.Context(), "a", everyKey()); err != nil && !errors.Is(err, ErrExists) {
			t.Fatal(err)
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
	}
	v := open(t, dir, source)
	if got, err := v.Get(t.Context(), "a"); err != nil || !sameKeys(got) {
		t.Errorf("after restarts: %v", err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if err := keyring.Delete(service, vaultKeyName); err != nil {
		t.Fatal(err)
	}
	v = open(t, dir, source)
	if _, err := v.Get(t.Context(), "a"); !errors.Is(err, ErrVaultKeyLost) {
		t.Errorf("after the keyring lost the key: %v", err)
	}
}
