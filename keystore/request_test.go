package keystore

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

func TestRequestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, key := range []crypto.Signer{rsaKeys()[0], gostKeys()[0]} {
		for _, email := range []string{"", "aigul@example.kz"} {
			der, err := NewRequest(key, aigul, email)
			if err != nil {
				t.Fatal(err)
			}
			r, err := ParseRequest(der)
			if err != nil {
				t.Fatal(err)
			}
			ski, err := profile.SKI(key.Public())
			if err != nil || r.Email != email || r.Owner.Surname != "ҒАБИТҚЫЗЫ" || !r.Storage.Equal(profile.OIDKeyStorePKCS12) ||
				!keypair.Same(r.PublicKey, key.Public()) || r.KeyID != ski {
				t.Errorf("the request does not read back the same: %v", err)
			}
		}
	}
}

// A request for a key in a token names no storage, and has no extension where
// there is nothing to ask for.
func TestTokenRequest(t *testing.T) {
	t.Parallel()
	for want, email := range []string{"", "aigul@example.kz"} {
		der, err := NewTokenRequest(rsaKeys()[0], aigul, email)
		if err != nil {
			t.Fatal(err)
		}
		request, err := x509.ParseCertificateRequest(der)
		if err != nil || request.CheckSignature() != nil {
			t.Fatal(err)
		}
		if _, err := profile.ParseKeyStore(request.Extensions); !errors.Is(err, profile.ErrNoKeyStore) {
			t.Errorf("it names a storage: %v", err)
		}
		if len(request.Extensions) != want || len(request.EmailAddresses) != want {
			t.Errorf("%d extensions with the address %q", len(request.Extensions), email)
		}
	}
}

// With RSA, whose signatures are deterministic, a request is what crypto/x509
// makes of the same, to the byte.
func TestRSARequestIsThatOfTheStandardLibrary(t *testing.T) {
	t.Parallel()
	subject, err := aigul.Raw()
	if err != nil {
		t.Fatal(err)
	}
	for _, email := range []string{"", "aigul@example.kz"} {
		template := x509.CertificateRequest{RawSubject: subject, ExtraExtensions: []pkix.Extension{profile.KeyStoreExtension()}}
		if email != "" {
			template.EmailAddresses = []string{email}
		}
		want, err := x509.CreateCertificateRequest(rand.Reader, &template, rsaKeys()[0])
		if err != nil {
			t.Fatal(err)
		}
		if got, err := NewRequest(rsaKeys()[0], aigul, email); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q: the two differ: %v", email, err)
		}
	}
}

func TestOpenSSLVerifiesRequest(t *testing.T) {
	t.Parallel()
	der, err := NewRequest(rsaKeys()[0], aigul, "aigul@example.kz")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "request.der")
	if err := os.WriteFile(file, der, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := run(t, "", "openssl", "req", "-inform", "DER", "-in", file, "-verify", "-noout", "-text", "-nameopt", "RFC2253,utf8,-esc_msb")
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{
		"verify OK", "email:aigul@example.kz", "1.2.398.3.3.5", "sha256WithRSAEncryption",
		"GN=ЕРІКҚЫЗЫ,C=KZ,serialNumber=IIN061211600012,SN=ҒАБИТҚЫЗЫ,CN=ҒАБИТҚЫЗЫ ӘЙГҮЛ",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("OpenSSL does not show %q in\n%s", want, out)
		}
	}
}

func TestForeignRequestsRefused(t *testing.T) {
	t.Parallel()
	subject, err := aigul.Raw()
	if err != nil {
		t.Fatal(err)
	}
	good := x509.CertificateRequest{RawSubject: subject, ExtraExtensions: []pkix.Extension{profile.KeyStoreExtension()}}
	key := rsaKeys()[0]
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	strong, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		key  any
		edit func(*x509.CertificateRequest)
	}{
		"elliptic key":      {ec, func(*x509.CertificateRequest) {}},
		"other strength":    {strong, func(*x509.CertificateRequest) {}},
		"SHA-512":           {key, func(r *x509.CertificateRequest) { r.SignatureAlgorithm = x509.SHA512WithRSA }},
		"DNS name":          {key, func(r *x509.CertificateRequest) { r.DNSNames = []string{"gov.kz"} }},
		"two addresses":     {key, func(r *x509.CertificateRequest) { r.EmailAddresses = []string{"a@b.kz", "c@d.kz"} }},
		"malformed address": {key, func(r *x509.CertificateRequest) { r.EmailAddresses = []string{"<script>"} }},
		"no storage":        {key, func(r *x509.CertificateRequest) { r.ExtraExtensions = nil }},
		"no IIN": {key, func(r *x509.CertificateRequest) {
			r.RawSubject, r.Subject = nil, pkix.Name{CommonName: "X"}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			template := good
			c.edit(&template)
			der, err := x509.CreateCertificateRequest(rand.Reader, &template, c.key)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ParseRequest(der); err == nil {
				t.Error("accepted")
			}
		})
	}
	for _, key := range []crypto.Signer{key, gostKeys()[0]} {
		der, err := NewRequest(key, aigul, "")
		if err != nil {
			t.Fatal(err)
		}
		der[len(der)-1] ^= 1
		if _, err := ParseRequest(der); err == nil || !strings.Contains(err.Error(), "signature") {
			t.Errorf("broken signature: %v", err)
		}
	}
	if _, err := ParseRequest(make([]byte, maxRequest+1)); err == nil {
		t.Error("a huge request is accepted")
	}
}

func TestNewRequestRefusesBadInput(t *testing.T) {
	t.Parallel()
	if _, err := NewRequest(rsaKeys()[0], profile.Subject{Name: "Y", IIN: "1"}, ""); err == nil {
		t.Error("a wrong IIN is accepted")
	}
	for _, email := range []string{"aigul", "Aigul <a@b.kz>", "әйгүл@example.kz", "a@b.kz, c@d.kz", strings.Repeat("a", 255) + "@b.kz", " a@b.kz"} {
		if _, err := NewRequest(rsaKeys()[0], aigul, email); err == nil {
			t.Errorf("the address %q is accepted", email)
		}
	}
}

func TestSecretsHideThemselves(t *testing.T) {
	t.Parallel()
	key := rsaKeys()[0]
	cert := issue(t, key, profile.RSASign)
	values := []any{
		Request{Owner: aigul, Email: "aigul@example.kz", PublicKey: key.Public()},
		PendingKey{profile.RSASign, key},
		KeyFile{key, cert},
		PassphraseSource("x", "құпия сөз"),
	}
	d := key.(*rsa.PrivateKey).D.String()
	var log bytes.Buffer
	for _, v := range values {
		slog.New(slog.NewTextHandler(&log, nil)).Info("value", "v", v)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
			fmt.Fprintf(&log, verb, v)
		}
	}
	for _, secret := range []string{aigul.IIN, "aigul", "құпия", d, key.(*rsa.PrivateKey).D.Text(16)} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	for _, key := range []crypto.Signer{rsaKeys()[0], gostKeys()[0]} {
		der, err := NewRequest(key, aigul, "aigul@example.kz")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(der)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := ParseRequest(b); err == nil && r.Owner.Validate() != nil {
			t.Error("an owner of bad form passes")
		}
	})
}
