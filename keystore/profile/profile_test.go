package profile_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

func mustMarshal(t *testing.T, v any) []byte {
	t.Helper()
	der, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// certify makes a self-signed certificate of the profile, changed by edit.
func certify(t *testing.T, kind profile.Kind, edit func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	key, err := kind.Algorithm().GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	ski, err := profile.SKI(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := aigul.Raw()
	if err != nil {
		t.Fatal(err)
	}
	policy, err := x509.ParseOID(kind.Policy().String())
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	tpl := &x509.Certificate{
		SerialNumber: profile.Serial(ski), RawSubject: raw, SubjectKeyId: ski[:],
		NotBefore: from, NotAfter: kind.NotAfter(from), KeyUsage: kind.KeyUsage(),
		Policies: []x509.OID{policy}, ExtraExtensions: []pkix.Extension{profile.KeyStoreExtension()},
	}
	tpl.ExtKeyUsage, tpl.UnknownExtKeyUsage = kind.ExtKeyUsages()
	if edit != nil {
		edit(tpl)
	}
	der, err := keypair.CreateCertificate(rand.Reader, tpl, tpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestCertificateOfEachKind(t *testing.T) {
	for _, kind := range slices.Concat(profile.Kinds(keypair.RSA), profile.Kinds(keypair.GOST512)) {
		t.Run(kind.Name(), func(t *testing.T) {
			cert := certify(t, kind, nil)
			info, err := profile.Parse(cert)
			if err != nil {
				t.Fatal(err)
			}
			if info.Kind != kind || info.Owner.Surname != "ҒАБИТҚЫЗЫ" || info.NotAfter.Year() != 2027 {
				t.Errorf("got kind %v until %v", info.Kind, info.NotAfter)
			}
			if len(cert.Policies) != 1 || cert.Policies[0].String() != kind.Policy().String() {
				t.Errorf("policies %v, want %v", cert.Policies, kind.Policy())
			}
			if store, err := profile.ParseKeyStore(cert.Extensions); err != nil || !store.Equal(profile.OIDKeyStorePKCS12) {
				t.Errorf("key store %v, %v", store, err)
			}
			want := kind.FilePrefix() + hex.EncodeToString(cert.SubjectKeyId) + ".p12"
			if got := profile.FileName(kind, info.KeyID); got != want {
				t.Errorf("file name %s, want %s", got, want)
			}
		})
	}
}

func TestStrangeCertificatesAreNoKind(t *testing.T) {
	for name, edit := range map[string]func(*x509.Certificate){
		"no role":         func(c *x509.Certificate) { c.UnknownExtKeyUsage = nil },
		"no usage":        func(c *x509.Certificate) { c.KeyUsage = 0 },
		"other usage":     func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment },
		"other ext usage": func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} },
		"both kinds": func(c *x509.Certificate) {
			c.KeyUsage |= x509.KeyUsageKeyEncipherment
			c.ExtKeyUsage = append(c.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := profile.Parse(certify(t, profile.RSASign, edit)); !errors.Is(err, profile.ErrUnknownKind) {
				t.Errorf("got %v", err)
			}
		})
	}
	weak := certify(t, profile.GOST512, func(c *x509.Certificate) { c.KeyUsage &^= x509.KeyUsageKeyAgreement })
	if _, err := profile.Parse(weak); !errors.Is(err, profile.ErrUnknownKind) {
		t.Errorf("a GOST key that agrees on none: %v", err)
	}
	lying := certify(t, profile.RSASign, func(c *x509.Certificate) { c.SubjectKeyId = []byte{1, 2, 3} })
	if _, err := profile.Parse(lying); err == nil {
		t.Error("a certificate with another key's identifier is accepted")
	}
}

// The identifier is computed over the content of the BIT STRING alone, so a
// made-up key with a published digest must give just that digest.
func TestKeyIdentifier(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := profile.SKI(ec.Public()); err != nil {
		t.Error(err)
	}
	if _, err := profile.SKI("no key"); err == nil {
		t.Error("a string has a key identifier")
	}
	// SHA-1("abc") is the first vector of FIPS 180-1.
	spki := mustMarshal(t, struct {
		Alg pkix.AlgorithmIdentifier
		Key asn1.BitString
	}{pkix.AlgorithmIdentifier{Algorithm: profile.OIDKeyStore}, asn1.BitString{Bytes: []byte("abc"), BitLength: 24}})
	ski, err := profile.SKIOfInfo(spki)
	if err != nil || hex.EncodeToString(ski[:]) != "a9993e364706816aba3e25717850c26c9cd0d89d" {
		t.Errorf("got %x, %v", ski, err)
	}
	want, _ := new(big.Int).SetString("29993e364706816aba3e25717850c26c9cd0d89d", 16)
	if got := profile.Serial(ski); got.Cmp(want) != 0 {
		t.Errorf("serial %x, want %x", got, want)
	}
	if _, err := profile.SKIOfInfo(append(spki, 0)); err == nil {
		t.Error("trailing bytes are accepted")
	}
}

func TestKindHasStableName(t *testing.T) {
	text, err := json.Marshal(map[string]profile.Kind{"kind": profile.RSAAuth})
	if err != nil || string(text) != `{"kind":"rsa-auth"}` {
		t.Errorf("%s, %v", text, err)
	}
	var back struct{ Kind profile.Kind }
	if err := json.Unmarshal(text, &back); err != nil || back.Kind != profile.RSAAuth {
		t.Errorf("%v, %v", back.Kind, err)
	}
	if json.Unmarshal([]byte(`{"kind":"rsa"}`), &back) == nil {
		t.Error("an unknown name is accepted")
	}
	var none profile.Kind
	if _, err := json.Marshal(none); err == nil || none.Valid() || none.String() != "unknown" {
		t.Error("the zero kind passes for one")
	}
	if none.Policy() != nil {
		t.Error("the zero kind has a policy")
	}
}

func TestParseKeyStore(t *testing.T) {
	ext := func(v any) []pkix.Extension {
		return []pkix.Extension{{Id: profile.OIDKeyStore, Value: mustMarshal(t, v)}}
	}
	withFolder := struct {
		Storage asn1.ObjectIdentifier
		Folder  string `asn1:"utf8"`
	}{profile.OIDKeyStorePKCS12, "C:\\ЭЦҚ"}
	if got, err := profile.ParseKeyStore(ext(withFolder)); err != nil || !got.Equal(profile.OIDKeyStorePKCS12) {
		t.Errorf("with a folder: %v, %v", got, err)
	}
	if _, err := profile.ParseKeyStore(nil); !errors.Is(err, profile.ErrNoKeyStore) {
		t.Errorf("absent: %v", err)
	}
	for name, value := range map[string]any{"empty": []asn1.ObjectIdentifier{}, "string": "x", "number": []int{1}, "huge": []string{strings.Repeat("x", 5000)}} {
		if _, err := profile.ParseKeyStore(ext(value)); err == nil || errors.Is(err, profile.ErrNoKeyStore) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseKeyStore(f *testing.F) {
	f.Add(profile.KeyStoreExtension().Value)
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = profile.ParseKeyStore([]pkix.Extension{{Id: profile.OIDKeyStore, Value: b}})
	})
}
