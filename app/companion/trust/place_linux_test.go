package trust

import (
	"context"
	"crypto/x509"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// home is a user's folder with a browser of each kind.
func home(t *testing.T) *Stores {
	t.Helper()
	if _, err := exec.LookPath("certutil"); err != nil {
		t.Fatal("certutil is missing: make setup installs libnss3-tools")
	}
	s := &Stores{Home: t.TempDir(), Root: t.TempDir()}
	for _, dir := range []string{
		".config/chromium/Default", ".mozilla/firefox/abc.default-esr", "elsewhere", "snap/firefox/common/.mozilla/firefox/xyz.default",
		".var/app/org.mozilla.firefox/.mozilla/firefox/flat.default", "snap/chromium/current/.pki/nssdb",
	} {
		mkdir(t, filepath.Join(s.Home, dir))
	}
	for _, dir := range []string{"usr/local/share/ca-certificates", "etc/ssl/certs"} {
		mkdir(t, filepath.Join(s.Root, dir))
	}
	write(t, filepath.Join(s.Home, ".mozilla/firefox/profiles.ini"), "[Install1]\nDefault=abc\n\n[Profile1]\nName=x\nIsRelative=0\nPath="+
		filepath.Join(s.Home, "elsewhere")+"\n[Profile0]\nName=default-esr\nIsRelative=1\nPath=abc.default-esr\n[Profile2]\nIsRelative=1\nPath=../../out\n[Profile3]\nIsRelative=1\nPath=gone\n")
	for _, dir := range []string{"snap/firefox/common/.mozilla/firefox", ".var/app/org.mozilla.firefox/.mozilla/firefox"} {
		found, err := filepath.Glob(filepath.Join(s.Home, dir, "*"))
		if err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		write(t, filepath.Join(s.Home, dir, "profiles.ini"), "[Profile0]\nIsRelative=1\nPath="+filepath.Base(found[0])+"\n")
	}
	if err := (nss{filepath.Join(s.Home, "snap/chromium/current/.pki/nssdb")}).prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// each does the same at all places and wants the same state of all.
func each(t *testing.T, s *Stores, cert *x509.Certificate, do func(Place, context.Context, *x509.Certificate) Outcome, want State) {
	t.Helper()
	places := s.Places()
	if len(places) != 7 { // Chromium twice, Firefox four times, the system
		t.Fatalf("%d places: %+v", len(places), places)
	}
	for _, p := range places {
		if o := do(p, t.Context(), cert); o.State != want || o.Err != nil {
			t.Errorf("%s %s: %s in place of %s: %v", p.Kind, p.Path, o.State, want, o.Err)
		}
	}
}

func TestAuthorityIsInstalledAndRemovedEverywhere(t *testing.T) {
	t.Parallel()
	s := home(t)
	former, err := NewAuthority("aigul", now)
	if err != nil {
		t.Fatal(err)
	}
	a, err := NewAuthority("aigul", now)
	if err != nil {
		t.Fatal(err)
	}
	each(t, s, former.Certificate, Place.Check, Untrusted)
	each(t, s, former.Certificate, Place.Install, Installed)
	each(t, s, a.Certificate, Place.Check, Untrusted)
	each(t, s, a.Certificate, Place.Install, Installed) // in its place
	each(t, s, a.Certificate, Place.Install, Trusted)   // nothing to be done
	each(t, s, former.Certificate, Place.Check, Untrusted)
	each(t, s, a.Certificate, Place.Remove, Removed)
	each(t, s, a.Certificate, Place.Remove, Untrusted)
	if left, err := os.ReadDir(filepath.Join(s.Root, "usr/local/share/ca-certificates")); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestMissingProgramsAreTold(t *testing.T) {
	t.Setenv("PATH", "")
	s := &Stores{Home: t.TempDir(), Root: t.TempDir()}
	for _, p := range s.Places() {
		if o := p.Install(t.Context(), nil); o.State != Missing || o.Path != "" {
			t.Errorf("%+v", o)
		}
	}
	mkdir(t, filepath.Join(s.Home, ".config/chromium"))
	a, err := NewAuthority("aigul", now)
	if err != nil {
		t.Fatal(err)
	}
	if o := s.Places()[0].Install(t.Context(), a.Certificate); o.State != Failed || !errors.Is(o.Err, ErrNoTool) {
		t.Errorf("%+v", o)
	}
}

// A profile under a primary password is left alone, and no window is waited for.
func TestPrimaryPasswordIsTold(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	password := filepath.Join(t.TempDir(), "password")
	write(t, password, "Primary1\n")
	if out, err := exec.CommandContext(t.Context(), "certutil", "-N", "-d", "sql:"+dir, "-f", password).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	a, err := NewAuthority("aigul", now)
	if err != nil {
		t.Fatal(err)
	}
	p := Place{Firefox, "x", dir, nss{dir}}
	if o := p.Install(t.Context(), a.Certificate); o.State != Failed || !errors.Is(o.Err, ErrLocked) {
		t.Errorf("%s: %v", o.State, o.Err)
	}
	if o := p.Check(t.Context(), a.Certificate); o.State != Untrusted {
		t.Errorf("%s: %v", o.State, o.Err)
	}
}

func TestDistrustIsSeen(t *testing.T) {
	t.Parallel()
	s := &Stores{Home: t.TempDir(), Root: t.TempDir()}
	dir := filepath.Join(s.Home, "nss")
	a, err := NewAuthority("aigul", now)
	if err != nil {
		t.Fatal(err)
	}
	p := Place{Chromium, "", dir, nss{dir}}
	if o := p.Install(t.Context(), a.Certificate); o.State != Installed {
		t.Fatalf("%+v", o)
	}
	if out, err := exec.CommandContext(t.Context(), "certutil", "-M", "-d", "sql:"+dir, "-n", nickname, "-t", ",,").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if o := p.Check(t.Context(), a.Certificate); o.State != Untrusted {
		t.Errorf("%+v", o)
	}
	if o := p.Install(t.Context(), a.Certificate); o.State != Installed {
		t.Errorf("%+v", o)
	}
}

func FuzzParseProfiles(f *testing.F) {
	f.Add("[Profile0]\nIsRelative=1\nPath=abc\n[General]\nPath=x\n[Profile1]\nPath=/a\nIsRelative=0")
	f.Fuzz(func(t *testing.T, ini string) {
		all := parseProfiles(ini)
		if len(all) > maxProfiles {
			t.Errorf("%d profiles", len(all))
		}
		for _, p := range all {
			if joined := filepath.Join("/base", p.path); p.relative && joined != "/base" && !strings.HasPrefix(joined, "/base/") {
				t.Errorf("%q leads out", p.path)
			}
		}
	})
}
