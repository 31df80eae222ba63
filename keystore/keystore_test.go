package keystore

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"
	"go.uber.org/goleak"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

var aigul = profile.Subject{Surname: "Ғабитқызы", Name: "Әйгүл", Patronymic: "Ерікқызы", IIN: "061211600012"}

const goodPassword = "Qoltanba 2026!"

// realKeyring marks the run of this test program inside a D-Bus session.
const realKeyring = "QOLTANBA_TEST_REAL_KEYRING"

func TestMain(m *testing.M) {
	if os.Getenv(realKeyring) != "" {
		os.Exit(m.Run())
	}
	keyring.MockInit()
	goleak.VerifyTestMain(m)
}

var rsaKeys = sync.OnceValue(func() [2]crypto.Signer { return twoKeys(keypair.RSA) })

var gostKeys = sync.OnceValue(func() [2]crypto.Signer { return twoKeys(keypair.GOST512) })

func twoKeys(a keypair.Algorithm) (keys [2]crypto.Signer) {
	for i := range keys {
		key, err := a.GenerateKey()
		if err != nil {
			panic(err)
		}
		keys[i] = key
	}
	return keys
}

// keyOf is the first of the keys that a kind of certificate is issued on.
func keyOf(kind profile.Kind) crypto.Signer {
	if kind.Algorithm() == keypair.GOST512 {
		return gostKeys()[0]
	}
	return rsaKeys()[0]
}

// issue makes a certificate of the profile on key; the authority is a throwaway.
func issue(t testing.TB, key crypto.Signer, kind profile.Kind) *x509.Certificate {
	t.Helper()
	ski, err := profile.SKI(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	subject, err := aigul.Raw()
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	template := &x509.Certificate{
		SerialNumber: profile.Serial(ski), RawSubject: subject, SubjectKeyId: ski[:], NotBefore: from, NotAfter: kind.NotAfter(from),
		KeyUsage: kind.KeyUsage(), ExtraExtensions: []pkix.Extension{profile.KeyStoreExtension()},
	}
	template.ExtKeyUsage, template.UnknownExtKeyUsage = kind.ExtKeyUsages()
	der, err := keypair.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// symlink makes a link and looks whether it is there: Wine only says so.
func symlink(target, link string) error {
	if err := os.Symlink(target, link); err != nil {
		return err
	}
	_, err := os.Lstat(link)
	return err
}

// run runs a program that judges our output, or skips if it is not installed.
func run(t *testing.T, stdin, name string, args ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: run make setup", name)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), "KEY_PASSWORD="+stdin, "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	return string(out), err
}
