package trust

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"qoltanba/keystore"
)

// Places lists where browsers of this user look for authorities, and the
// system's store. A kind of which nothing is there has a place without a path.
func (s *Stores) Places() []Place {
	chromium, firefox := s.chromiumPlaces(), s.firefoxPlaces()
	if len(chromium) == 0 {
		chromium = []Place{{Kind: Chromium}}
	}
	if len(firefox) == 0 {
		firefox = []Place{{Kind: Firefox}}
	}
	return append(append(chromium, firefox...), s.systemPlace())
}

// chromiums are the folders of settings of Chromium and its kin, which share
// the database in .pki/nssdb.
var chromiums = []string{"chromium", "google-chrome*", "microsoft-edge*", "BraveSoftware", "opera*", "vivaldi*", "yandex-browser*"}

// programs are their names.
var programs = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "brave-browser", "opera", "vivaldi", "yandex-browser"}

func (s *Stores) chromiumPlaces() []Place {
	var places []Place
	shared := filepath.Join(s.Home, ".pki", "nssdb")
	if s.hasChromium() || (nss{shared}).exists() {
		places = append(places, Place{Chromium, "", shared, nss{shared}})
	}
	for _, of := range []struct{ pattern, name string }{{"snap/*/current", "snap"}, {".var/app/*", "flatpak"}} {
		found, err := filepath.Glob(filepath.Join(s.Home, filepath.FromSlash(of.pattern), ".pki", "nssdb", "cert9.db"))
		if err != nil {
			continue
		}
		for _, file := range found {
			dir := filepath.Dir(file)
			owner, _, _ := strings.Cut(strings.TrimPrefix(dir, filepath.Join(s.Home, filepath.Dir(of.pattern))+"/"), "/")
			if of.name == "snap" {
				owner = filepath.Base(filepath.Join(dir, "../../.."))
			}
			places = append(places, Place{Chromium, owner + " (" + of.name + ")", dir, nss{dir}})
		}
	}
	return places
}

func (s *Stores) hasChromium() bool {
	for _, pattern := range chromiums {
		if found, err := filepath.Glob(filepath.Join(s.Home, ".config", pattern)); err == nil && len(found) > 0 {
			return true
		}
	}
	for _, name := range programs {
		if _, err := exec.LookPath(name); err == nil {
			return true
		}
	}
	return false
}

// anchors are the folders for authorities of the system's administrator, with
// the program that makes them count.
var anchors = []struct {
	dir  string
	tool []string
}{
	{"/usr/local/share/ca-certificates", []string{"update-ca-certificates"}},           // Debian, Ubuntu, Alpine
	{"/etc/pki/ca-trust/source/anchors", []string{"update-ca-trust", "extract"}},       // Fedora and its kin
	{"/etc/ca-certificates/trust-source/anchors", []string{"trust", "extract-compat"}}, // Arch
}

// bundles are where the certificates that count are gathered.
var bundles = []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ca-certificates/extracted/tls-ca-bundle.pem"}

func (s *Stores) systemPlace() Place {
	for _, a := range anchors {
		dir := filepath.Join(s.Root, a.dir)
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return Place{System, "", dir, anchor{s.Root, dir, fmt.Sprintf("qoltanba-companion-%d.crt", os.Getuid()), a.tool}}
		}
	}
	return Place{Kind: System}
}

// anchor is the store of the whole system. Each user of the computer has a file
// there.
type anchor struct {
	root, dir, name string
	tool            []string
}

func (a anchor) trusts(_ context.Context, cert *x509.Certificate) (bool, error) {
	file, err := os.ReadFile(filepath.Join(a.dir, a.name))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, keystore.DiskError(err)
	}
	if !among(file, cert) {
		return false, nil
	}
	for _, path := range bundles {
		if bundle, err := os.ReadFile(filepath.Join(a.root, path)); err == nil && among(bundle, cert) {
			return true, nil
		}
	}
	return false, nil
}

func (a anchor) allowed() error {
	if unix.Access(a.dir, unix.W_OK) != nil {
		return ErrNotAllowed
	}
	return nil
}

func (a anchor) add(ctx context.Context, cert *x509.Certificate) error {
	if err := a.allowed(); err != nil {
		return err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
	path := filepath.Join(a.dir, a.name)
	if err := os.WriteFile(path, text, 0o644); err != nil { //nolint:gosec // everybody reads it: it is a certificate
		return keystore.DiskError(err)
	}
	return a.update(ctx)
}

func (a anchor) remove(ctx context.Context, _ *x509.Certificate) (had bool, err error) {
	path := filepath.Join(a.dir, a.name)
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err := a.allowed(); err != nil {
		return true, err
	}
	if err := os.Remove(path); err != nil {
		return true, keystore.DiskError(err)
	}
	return true, a.update(ctx)
}

func (a anchor) update(ctx context.Context) error {
	tool, args := a.tool[0], a.tool[1:]
	if a.root != "" { // Debian's tool can work elsewhere
		args = []string{
			"--fresh", "--localcertsdir", a.dir, "--etccertsdir", filepath.Join(a.root, "/etc/ssl/certs"),
			"--hooksdir", a.root, "--certsconf", os.DevNull,
		}
	}
	if _, err := exec.LookPath(tool); err != nil {
		tool = filepath.Join("/usr/sbin", tool) // which is not on an ordinary user's path
	}
	if out, err := run(ctx, toolTime, tool, args...); err != nil {
		return fmt.Errorf("%s: %w: %s", tool, err, strings.TrimSpace(string(out)))
	}
	return nil
}
