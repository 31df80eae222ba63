//go:build demo && cgo

package service

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"qoltanba/app/backend/config"
	"qoltanba/keystore/token"
	"qoltanba/keystore/token/tokentest"
)

// The ceremony makes the RSA issuing key inside the token that the configuration
// names, and says so; a second one makes nothing, and one without the token
// leaves no authority behind.
func TestAuthorityMakeInAToken(t *testing.T) {
	hsm := tokentest.SoftHSM(t, "authority")
	t.Setenv("QOLTANBA_TEST_PIN", tokentest.PIN)
	named := config.Token{Module: hsm.Module, Token: "authority", Key: "issuing", PINEnv: "QOLTANBA_TEST_PIN"}
	file := func(named config.Token) string {
		t.Helper()
		text, err := json.Marshal(config.Config{Authority: config.Authority{PKCS11: &named}})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "config.json")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	data := filepath.Join(t.TempDir(), "data")
	absent := named
	absent.Token = "another"
	if out, err := command(t, "", "authority", "make", "--data", data, "--config", file(absent)); !errors.Is(err, token.ErrNoToken) {
		t.Errorf("without the token: %q, %v", out, err)
	}
	if _, err := os.Stat(filepath.Join(data, "authority")); !os.IsNotExist(err) {
		t.Error("an authority was made without its token")
	}
	whole := file(named)
	out, err := command(t, "", "authority", "make", "--data", data, "--config", whole)
	if err != nil || strings.Count(out, "in the token") != 1 || strings.Count(out, "sealed in the folder") != 1 {
		t.Fatalf("%q, %v", out, err)
	}
	if _, err := os.Stat(filepath.Join(data, "authority", "issuing.key.age")); !os.IsNotExist(err) {
		t.Error("the issuing key lies in the folder")
	}
	for _, again := range []string{"make", "complete"} {
		if out, err := command(t, "", "authority", again, "--data", data, "--config", whole); err != nil || !strings.Contains(out, "nothing was made") {
			t.Errorf("%s again: %q, %v", again, out, err)
		}
	}
}
