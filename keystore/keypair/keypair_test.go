package keypair_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"qoltanba/keystore/keypair"
)

// made are two key pairs of each algorithm that makes them.
var made = sync.OnceValue(func() map[keypair.Algorithm][2]crypto.Signer {
	pairs := map[keypair.Algorithm][2]crypto.Signer{}
	for _, a := range []keypair.Algorithm{keypair.RSA, keypair.GOST512} {
		var two [2]crypto.Signer
		for i := range two {
			key, err := a.GenerateKey()
			if err != nil {
				panic(err)
			}
			two[i] = key
		}
		pairs[a] = two
	}
	return pairs
})

// elliptic256 is a key that is none of ours.
func elliptic256(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestAlgorithmsAreNamed(t *testing.T) {
	t.Parallel()
	for a, pair := range made() {
		if got, err := keypair.Named(a.Name()); err != nil || got != a {
			t.Errorf("%s is named %v: %v", a.Name(), got, err)
		}
		if got, err := keypair.Of(pair[0].Public()); err != nil || got != a {
			t.Errorf("a key of %v is of %v: %v", a, got, err)
		}
		if got, err := keypair.Identified(a.SignatureOID()); err != nil || got != a {
			t.Errorf("%v signs as %v: %v", a, got, err)
		}
	}
	for _, name := range []string{"", "gost256", "ecdsa"} {
		if _, err := keypair.Named(name); !errors.Is(err, keypair.ErrUnknown) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, a := range []keypair.Algorithm{0, keypair.GOST256} {
		if _, err := a.GenerateKey(); !errors.Is(err, keypair.ErrUnknown) {
			t.Errorf("%v makes keys: %v", a, err)
		}
	}
	if keypair.Algorithm(0).String() != "unknown" || !strings.Contains(keypair.GOST512.String(), "34.310") {
		t.Error("algorithms are badly told to people")
	}
}

func TestSignatureIsOfItsKeyAndMessage(t *testing.T) {
	t.Parallel()
	message := []byte("Өтінім")
	for a, pair := range made() {
		signature, err := keypair.Sign(rand.Reader, pair[0], message)
		if err != nil {
			t.Fatal(err)
		}
		if !keypair.Verify(pair[0].Public(), message, signature) {
			t.Errorf("%v: the signature is refused", a)
		}
		if keypair.Verify(pair[1].Public(), message, signature) || keypair.Verify(pair[0].Public(), []byte("өтінім"), signature) ||
			keypair.Verify(elliptic256(t).Public(), message, signature) {
			t.Errorf("%v: a foreign signature is accepted", a)
		}
		signature[len(signature)/2] ^= 1
		if keypair.Verify(pair[0].Public(), message, signature) {
			t.Errorf("%v: a changed signature is accepted", a)
		}
		once, err := keypair.Sign(nil, pair[0], message)
		twice, again := keypair.Sign(nil, pair[0], message)
		if err != nil || again != nil || !bytes.Equal(once, twice) {
			t.Errorf("%v: without randomness two signatures differ: %v, %v", a, err, again)
		}
	}
	if _, err := keypair.Sign(rand.Reader, elliptic256(t), message); !errors.Is(err, keypair.ErrUnknown) {
		t.Errorf("an elliptic key of another kind signs: %v", err)
	}
}

func TestKeysReadBackTheSame(t *testing.T) {
	t.Parallel()
	for a, pair := range made() {
		private, err := keypair.MarshalPKCS8(pair[0])
		if err != nil {
			t.Fatal(err)
		}
		key, err := keypair.ParsePKCS8(private)
		if err != nil || !keypair.Same(key.Public(), pair[0].Public()) || keypair.Same(key.Public(), pair[1].Public()) {
			t.Errorf("%v: the private key is another: %v", a, err)
		}
		spki, err := keypair.MarshalPublicKey(pair[0].Public())
		if err != nil {
			t.Fatal(err)
		}
		public, err := keypair.ParsePublicKey(spki)
		if err != nil || !keypair.Same(public, key.Public()) {
			t.Errorf("%v: the public key is another: %v", a, err)
		}
		for _, broken := range [][]byte{nil, private[:30], private[:len(private)-1], make([]byte, 8<<10+1)} {
			if _, err := keypair.ParsePKCS8(broken); err == nil {
				t.Errorf("%v: %d broken bytes are a private key", a, len(broken))
			}
		}
		if _, err := keypair.ParsePublicKey(spki[:len(spki)-1]); !errors.Is(err, keypair.ErrUnknown) {
			t.Errorf("%v: a cut public key: %v", a, err)
		}
	}
	foreign, err := keypair.MarshalPublicKey(elliptic256(t).Public())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keypair.ParsePublicKey(foreign); !errors.Is(err, keypair.ErrUnknown) {
		t.Errorf("a public key of another kind: %v", err)
	}
}

// template is an authority's certificate, its own issuer.
func template(name string) *x509.Certificate {
	from := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	return &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: name}, SubjectKeyId: []byte{1, 2, 3},
		NotBefore: from, NotAfter: from.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
}

func TestCertificatesOfEachKindByEachKind(t *testing.T) {
	t.Parallel()
	for byKind, issuers := range made() {
		issuer := issuers[0]
		der, err := keypair.CreateCertificate(rand.Reader, template("A"), template("A"), issuer.Public(), issuer)
		if err != nil {
			t.Fatal(err)
		}
		parent, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		for kind, owners := range made() {
			der, err := keypair.CreateCertificate(rand.Reader, template("B"), parent, owners[1].Public(), issuer)
			if err != nil {
				t.Fatal(err)
			}
			cert, err := x509.ParseCertificate(der)
			if err != nil {
				t.Fatal(err)
			}
			public, err := keypair.ParsePublicKey(cert.RawSubjectPublicKeyInfo)
			if err != nil || !keypair.Same(public, owners[1].Public()) {
				t.Errorf("%v by %v: another key: %v", kind, byKind, err)
			}
			if err := keypair.CheckIssued(cert, parent); err != nil {
				t.Errorf("%v by %v: %v", kind, byKind, err)
			}
			if !bytes.Equal(cert.AuthorityKeyId, parent.SubjectKeyId) || cert.Issuer.CommonName != "A" || cert.Subject.CommonName != "B" {
				t.Errorf("%v by %v: names or identifiers are lost", kind, byKind)
			}
			if err := keypair.CheckIssued(parent, cert); !errors.Is(err, keypair.ErrSignature) {
				t.Errorf("%v by %v: a certificate by another: %v", kind, byKind, err)
			}
			if _, err := keypair.CreateCertificate(rand.Reader, template("B"), parent, owners[1].Public(), issuers[1]); err == nil {
				t.Error("a key that is not the issuer's issues")
			}
		}
	}
	bare := template("C")
	bare.SubjectKeyId = nil
	key := made()[keypair.GOST512][0]
	if _, err := keypair.CreateCertificate(rand.Reader, bare, bare, key.Public(), key); err == nil {
		t.Error("a certificate without an identifier of its key is made")
	}
}

// With RSA, whose signatures are deterministic, what is made is what
// crypto/x509 makes, to the byte.
func TestRSACertificateIsThatOfTheStandardLibrary(t *testing.T) {
	t.Parallel()
	key := made()[keypair.RSA][0]
	ours, err := keypair.CreateCertificate(nil, template("A"), template("A"), key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := x509.CreateCertificate(rand.Reader, template("A"), template("A"), key.Public(), key)
	if err != nil || !bytes.Equal(ours, theirs) {
		t.Errorf("the two differ: %v", err)
	}
}

func TestForeignSignedContentIsRefused(t *testing.T) {
	t.Parallel()
	key := made()[keypair.GOST512][0]
	der, err := keypair.CreateCertificate(rand.Reader, template("A"), template("A"), key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	foreign := elliptic256(t)
	other, err := x509.CreateCertificate(rand.Reader, template("A"), template("A"), foreign.Public(), foreign)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		der  []byte
		want error
	}{
		"nothing":           {nil, keypair.ErrMalformed},
		"cut":               {der[:len(der)-1], keypair.ErrMalformed},
		"more behind":       {append(slices.Clone(der), 0), keypair.ErrMalformed},
		"another algorithm": {other, keypair.ErrUnknown},
		"no signature":      {[]byte("\x30\x02\x30\x00"), keypair.ErrMalformed},
	} {
		if _, err := keypair.ParseSigned(c.der); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	signed, err := keypair.ParseSigned(der)
	if err != nil || signed.Check(key.Public()) != nil {
		t.Fatalf("what was made is refused: %v", err)
	}
	// An RSA key never checks what says to be signed by GOST.
	if err := signed.Check(made()[keypair.RSA][0].Public()); !errors.Is(err, keypair.ErrSignature) {
		t.Errorf("another kind of key: %v", err)
	}
}

func FuzzParsePublicKey(f *testing.F) {
	for _, pair := range made() {
		spki, err := keypair.MarshalPublicKey(pair[0].Public())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(spki)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		key, err := keypair.ParsePublicKey(der)
		if err != nil {
			return
		}
		if _, err := keypair.MarshalPublicKey(key); err != nil {
			t.Errorf("a key that was read is not written: %v", err)
		}
	})
}

func FuzzParsePKCS8(f *testing.F) {
	for _, pair := range made() {
		der, err := keypair.MarshalPKCS8(pair[0])
		if err != nil {
			f.Fatal(err)
		}
		f.Add(der)
	}
	f.Fuzz(func(_ *testing.T, der []byte) { _, _ = keypair.ParsePKCS8(der) })
}

func FuzzParseSigned(f *testing.F) {
	for _, pair := range made() {
		der, err := keypair.CreateCertificate(nil, template("A"), template("A"), pair[0].Public(), pair[0])
		if err != nil {
			f.Fatal(err)
		}
		f.Add(der)
	}
	public := made()[keypair.GOST512][1].Public()
	f.Fuzz(func(t *testing.T, der []byte) {
		if s, err := keypair.ParseSigned(der); err == nil && s.Check(public) == nil {
			t.Error("a signature by a key that never signed")
		}
	})
}
