package keystore_test

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"qoltanba/keystore"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// authority issues what a request asks for, as the backend will.
type authority struct {
	key  crypto.Signer
	cert *x509.Certificate
}

func newAuthority(t *testing.T, a keypair.Algorithm) authority {
	t.Helper()
	key, err := a.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: profile.Serial(profile.KeyID{1}), Subject: pkix.Name{CommonName: "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ TEST"},
		SubjectKeyId: []byte{1}, NotBefore: time.Now(), NotAfter: time.Now().AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	return authority{key, sign(t, template, template, key.Public(), key)}
}

func (a authority) issue(t *testing.T, der []byte, kind profile.Kind) *x509.Certificate {
	t.Helper()
	r, err := keystore.ParseRequest(der)
	if err != nil {
		t.Fatal(err)
	}
	subject, err := r.Owner.Raw()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: profile.Serial(r.KeyID), RawSubject: subject, SubjectKeyId: r.KeyID[:], EmailAddresses: []string{r.Email},
		NotBefore: now, NotAfter: kind.NotAfter(now), KeyUsage: kind.KeyUsage(), ExtraExtensions: []pkix.Extension{profile.KeyStoreExtension()},
	}
	template.ExtKeyUsage, template.UnknownExtKeyUsage = kind.ExtKeyUsages()
	return sign(t, template, a.cert, r.PublicKey, a.key)
}

func sign(t *testing.T, template, parent *x509.Certificate, pub crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := keypair.CreateCertificate(rand.Reader, template, parent, pub, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// The whole way of the keys, with the program closed between submission and
// download and a power cut after the first of two key files.
func TestWayOfTheKeys(t *testing.T) {
	for _, a := range []keypair.Algorithm{keypair.RSA, keypair.GOST512} {
		t.Run(a.Name(), func(t *testing.T) { walk(t, a) })
	}
}

func walk(t *testing.T, a keypair.Algorithm) {
	const id, password = "enrolment-7", "Qoltanba 2026!"
	nca := newAuthority(t, a)
	owner := profile.Subject{Surname: "Серіков", Name: "Ерлан", IIN: "900101300811"}
	data, folder := filepath.Join(t.TempDir(), "vault"), filepath.Join(t.TempDir(), "ЭЦҚ")
	if err := keystore.CreateFolder(folder); err != nil {
		t.Fatal(err)
	}

	certs := map[profile.Kind]*x509.Certificate{}
	withVault(t, data, func(v *keystore.Vault) {
		for kind, request := range apply(t, v, id, owner, a) {
			certs[kind] = nca.issue(t, request, kind)
		}
	})
	write := func(v *keystore.Vault, files int) {
		keys, err := v.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range keys[:files] {
			if _, err := keystore.WriteKeyFile(folder, k.Key, certs[k.Kind], password, keystore.Encoding3DES); err != nil {
				t.Fatal(err)
			}
		}
	}
	withVault(t, data, func(v *keystore.Vault) { write(v, 1) })
	withVault(t, data, func(v *keystore.Vault) {
		write(v, len(certs))
		if err := v.Delete(id); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Get(t.Context(), id); !errors.Is(err, keystore.ErrNoEntry) {
			t.Errorf("after Delete: %v", err)
		}
	})
	checkFolder(t, nca, folder, password, owner.IIN, len(certs))
}

// withVault opens the vault as a new run of the program does.
func withVault(t *testing.T, dir string, use func(*keystore.Vault)) {
	t.Helper()
	v, err := keystore.OpenVault(dir, keystore.KeyringSource("kz.qoltanba.test.story"))
	if err != nil {
		t.Fatal(err)
	}
	use(v)
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Get(t.Context(), "enrolment-7"); err == nil {
		t.Error("a closed vault gives keys")
	}
}

// apply makes the keys, locks them away and returns the requests.
func apply(t *testing.T, v *keystore.Vault, id string, owner profile.Subject, a keypair.Algorithm) map[profile.Kind][]byte {
	t.Helper()
	var pending []keystore.PendingKey
	requests := map[profile.Kind][]byte{}
	for _, kind := range profile.Kinds(a) {
		key, err := a.GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		if requests[kind], err = keystore.NewRequest(key, owner, "erlan@example.kz"); err != nil {
			t.Fatal(err)
		}
		pending = append(pending, keystore.PendingKey{Kind: kind, Key: key})
	}
	if err := v.Put(t.Context(), id, pending); err != nil {
		t.Fatal(err)
	}
	return requests
}

func checkFolder(t *testing.T, nca authority, folder, password, iin string, files int) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != files {
		t.Fatalf("%v, %v", entries, err)
	}
	for _, e := range entries {
		kf, err := keystore.ReadKeyFile(filepath.Join(folder, e.Name()), password)
		if err != nil {
			t.Fatal(err)
		}
		if err := keypair.CheckIssued(kf.Certificate, nca.cert); err != nil {
			t.Error(err)
		}
		info, err := profile.Parse(kf.Certificate)
		if err != nil || info.Owner.IIN != iin || profile.FileName(info.Kind, info.KeyID) != e.Name() {
			t.Errorf("%s: %v", e.Name(), err)
		}
	}
}
