package trust

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, dir string, at *time.Time) *Trust {
	t.Helper()
	trust, err := Open(t.Context(), nil, dir, "aigul@desktop", func() time.Time { return *at })
	if err != nil {
		t.Fatal(err)
	}
	return trust
}

func TestLeafIsBelievedOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	at := now
	trust := open(t, t.TempDir(), &at)
	leaf, err := trust.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(trust.Authority.Certificate)
	for name, want := range map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true, "egov.kz": false, "127.0.0.2": false} {
		if _, err := leaf.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: now}); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whoever has the authority's key makes no certificate that is believed for
// another site, neither by name nor by address.
func TestStolenAuthorityVouchesForNothingElse(t *testing.T) {
	t.Parallel()
	a, err := NewAuthority("aigul@desktop", now)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(a.Certificate)
	dir := t.TempDir()
	put := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ca := put("ca.pem", a.PEM())
	for _, forged := range []x509.Certificate{
		{DNSNames: []string{"egov.kz"}},
		{DNSNames: []string{"localhost.egov.kz"}},
		{IPAddresses: []net.IP{net.IPv4(195, 12, 113, 1)}},
		{DNSNames: []string{"localhost", "egov.kz"}},
		{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 2)}},
	} {
		forged.SerialNumber, forged.NotBefore, forged.NotAfter = big.NewInt(1), now.Add(-time.Hour), now.AddDate(0, 1, 0)
		forged.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		der, err := x509.CreateCertificate(rand.Reader, &forged, a.Certificate, key.Public(), a.key)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: now}); err == nil {
			t.Errorf("believed: %v %v", forged.DNSNames, forged.IPAddresses)
		}
		file := put("forged.der", der)
		out, err := exec.CommandContext(t.Context(), "openssl", "verify", "-attime", "1795348800", "-CAfile", ca, file).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "permitted subtree violation") {
			t.Errorf("OpenSSL believes %v %v: %v %s", forged.DNSNames, forged.IPAddresses, err, out)
		}
	}
}

func TestLeafRenewsItselfAndTheAuthorityStays(t *testing.T) {
	t.Parallel()
	dir, at := t.TempDir(), now
	trust := open(t, dir, &at)
	first, err := trust.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	at = now.AddDate(0, 0, leafDays-renewDays-1)
	if same, err := trust.Certificate(); err != nil || same != first {
		t.Errorf("renewed too early: %v", err)
	}
	at = at.AddDate(0, 0, 2)
	second, err := trust.Certificate()
	if err != nil || second == first || !second.Leaf.NotAfter.After(first.Leaf.NotAfter) {
		t.Errorf("not renewed: %v", err)
	}
	at = now.AddDate(-1, 0, 0) // the clock was put back
	if past, err := trust.Certificate(); err != nil || past.Leaf.NotBefore.After(at) {
		t.Errorf("not valid by the clock: %v", err)
	}
	if again := open(t, dir, &at); !again.Authority.Certificate.Equal(trust.Authority.Certificate) {
		t.Error("another authority after a restart")
	}
}

func TestAuthorityIsPrivateAndDamageIsNoticed(t *testing.T) {
	t.Parallel()
	dir, at := t.TempDir(), now
	open(t, dir, &at)
	path := filepath.Join(dir, authorityFile)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v: %v", info.Mode(), err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewAuthority("x", now)
	if err != nil {
		t.Fatal(err)
	}
	_, key, _ := bytes.Cut(whole, []byte("-----END CERTIFICATE-----\n"))
	for name, file := range map[string][]byte{
		"empty": {}, "cut": whole[:len(whole)/2], "no key": whole[:len(whole)-len(key)], "another's": append(other.PEM(), key...),
	} {
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), nil, dir, "x", func() time.Time { return now }); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrKeyLost) {
			t.Errorf("%s: %v", name, err)
		}
		if left, err := os.ReadFile(path); err != nil || !bytes.Equal(left, file) {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	a, err := NewAuthority("x", now)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(a.PEM())
	f.Fuzz(func(t *testing.T, file []byte) {
		if cert, _, err := parse(file); err != nil && !errors.Is(err, ErrDamaged) || err == nil && cert == nil {
			t.Errorf("%v: %v", cert, err)
		}
	})
}
