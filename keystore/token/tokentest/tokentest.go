// Package tokentest gives tests real tokens without hardware: those of SoftHSM,
// in a folder that the test owns.
//
// SoftHSM reads where its tokens lie from the environment whenever it is
// initialised, so that a test with tokens runs alone in its process: it cannot
// be parallel, and two libraries cannot be open at once.
package tokentest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The PINs of every token.
const (
	PIN        = "135724"   // the owner's
	OfficerPIN = "24681357" // the security officer's
)

// HSM is a software module with its tokens.
type HSM struct {
	Module string // path of the library
	folder string // of the tokens
}

// SoftHSM makes tokens with these labels. It skips the test where SoftHSM is not
// installed.
func SoftHSM(t testing.TB, labels ...string) HSM {
	t.Helper()
	h := HSM{Module: module()}
	if h.Module == "" {
		t.Skip("SoftHSM is not installed: run make setup")
	}
	home := t.TempDir()
	h.folder = filepath.Join(home, "tokens")
	conf := filepath.Join(home, "softhsm2.conf")
	text := fmt.Sprintf("directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n", h.folder)
	if err := errors.Join(os.Mkdir(h.folder, 0o700), os.WriteFile(conf, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", conf)
	for _, label := range labels {
		h.Initialise(t, label, PIN, "--free")
	}
	return h
}

func module() string {
	for _, path := range []string{"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/lib/pkcs11/libsofthsm2.so"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

// Initialise makes a token anew with a PIN, empty: a free one with the argument
// --free, or --token and its label.
func (h HSM) Initialise(t testing.TB, label, pin string, which ...string) {
	t.Helper()
	args := append([]string{"--module", h.Module, "--init-token", "--label", label, "--pin", pin, "--so-pin", OfficerPIN}, which...)
	//nolint:gosec // the arguments are the test's
	if out, err := exec.CommandContext(t.Context(), "softhsm2-util", args...).CombinedOutput(); err != nil {
		t.Fatalf("softhsm2-util: %v: %s", err, out)
	}
}

// TakeAway unplugs the tokens.
func (h HSM) TakeAway(t testing.TB) {
	t.Helper()
	if err := errors.Join(os.Rename(h.folder, h.folder+".away"), os.Mkdir(h.folder, 0o700)); err != nil {
		t.Fatal(err)
	}
}

// PutBack plugs them in again.
func (h HSM) PutBack(t testing.TB) {
	t.Helper()
	if err := errors.Join(os.RemoveAll(h.folder), os.Rename(h.folder+".away", h.folder)); err != nil {
		t.Fatal(err)
	}
}
