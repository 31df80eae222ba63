//go:build cgo

package token

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
	"qoltanba/keystore/token/tokentest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// certificate is one on a token's key, signed by itself.
func certificate(t *testing.T, key *Key) *x509.Certificate {
	t.Helper()
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ТЕСТ"}, NotBefore: now, NotAfter: now.AddDate(3, 0, 0), SubjectKeyId: key.ID(),
	}
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

// A pair is made inside, signs, gets its certificate, and is there again after
// the library was let go.
func TestAKeysLifeInAToken(t *testing.T) {
	hsm := tokentest.SoftHSM(t, "citizen")
	m := opened(t, hsm)
	if _, err := Open(hsm.Module); !errors.Is(err, ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
	i, err := m.Find(t.Context(), "citizen")
	if err != nil || !i.Ready || !i.Makes(keypair.RSA) || i.Makes(keypair.GOST512) || i.MinPIN < 4 || i.Serial == "" {
		t.Fatalf("%+v, %v", i, err)
	}
	s := loggedIn(t, m, "citizen")
	if _, err := m.Login(t.Context(), i.Slot, rightPIN); !errors.Is(err, ErrInUse) {
		t.Errorf("logged in twice: %v", err)
	}
	key, err := s.Generate(t.Context(), keypair.RSA, 0, "sign")
	if err != nil {
		t.Fatal(err)
	}
	ski, err := profile.SKI(key.Public())
	if err != nil || !bytes.Equal(key.ID(), ski[:]) || key.Label() != "sign" {
		t.Errorf("the key is named %x %q", key.ID(), key.Label())
	}
	if _, err := s.Generate(t.Context(), keypair.RSA, 0, "sign"); !errors.Is(err, ErrLabelTaken) {
		t.Errorf("a second key of one label: %v", err)
	}
	for _, a := range []keypair.Algorithm{keypair.GOST512, keypair.GOST256} {
		if _, err := s.Generate(t.Context(), a, 0, "gost"); !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: %v", a, err)
		}
	}
	cert := certificate(t, key)
	for range 2 { // the second time changes nothing
		if err := s.PutCertificate(t.Context(), cert); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(s.Close(t.Context()), m.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := key.Sign(nil, make([]byte, 32), crypto.SHA256); !errors.Is(err, ErrClosed) {
		t.Errorf("signed after the end: %v", err)
	}

	again := loggedIn(t, opened(t, hsm), "citizen")
	found, err := again.Key(t.Context(), key.Public())
	if err != nil {
		t.Fatal(err)
	}
	signature, err := keypair.Sign(nil, found, []byte("message"))
	if err != nil || !keypair.Verify(key.Public(), []byte("message"), signature) {
		t.Errorf("signature: %v", err)
	}
	certs, err := again.Certificates(t.Context())
	if err != nil || len(certs) != 1 || !certs[0].Equal(cert) || keypair.CheckIssued(certs[0], certs[0]) != nil {
		t.Errorf("%d certificates, %v", len(certs), err)
	}
	software, err := keypair.RSA.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Key(t.Context(), software.Public()); !errors.Is(err, ErrNoKey) {
		t.Errorf("a key that is not inside: %v", err)
	}
	if _, err := found.Sign(nil, make([]byte, 20), crypto.SHA1); err == nil {
		t.Error("signed a digest of SHA-1")
	}
}

func TestPINs(t *testing.T) {
	hsm := tokentest.SoftHSM(t, "citizen")
	m := opened(t, hsm)
	i, err := m.Find(t.Context(), "citizen")
	if err != nil {
		t.Fatal(err)
	}
	for _, pin := range []PIN{"", "12", PIN(strings.Repeat("1", i.MaxPIN+1))} {
		var length *PINLength
		if _, err := m.Login(t.Context(), i.Slot, pin); !errors.As(err, &length) || length.Min != i.MinPIN || length.Max != i.MaxPIN {
			t.Errorf("a PIN of %d characters: %v", len(pin), err)
		}
	}
	if after, err := m.Find(t.Context(), "citizen"); err != nil || after.Tries != TriesAll {
		t.Errorf("a PIN of the wrong length spent a try: %+v, %v", after, err)
	}
	var wrong *WrongPIN
	_, err = m.Login(t.Context(), i.Slot, "999999")
	if !errors.As(err, &wrong) || !errors.Is(err, ErrWrongPIN) || wrong.Left == TriesAll || strings.Contains(err.Error(), "999999") {
		t.Errorf("a wrong PIN: %v", err)
	}
	if s, err := m.Login(t.Context(), i.Slot, rightPIN); err != nil || s.Close(t.Context()) != nil {
		t.Errorf("the right PIN after a wrong one: %v", err)
	}
	if _, err := m.Login(t.Context(), i.Slot+1000, rightPIN); !errors.Is(err, ErrNoToken) {
		t.Errorf("an empty slot: %v", err)
	}
	if _, err := m.Find(t.Context(), "another"); !errors.Is(err, ErrNoToken) {
		t.Errorf("a label that is not there: %v", err)
	}
}

func TestOpenWithoutAModule(t *testing.T) {
	text := filepath.Join(t.TempDir(), "module.so")
	if err := os.WriteFile(text, []byte("no library"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{text, filepath.Join(t.TempDir(), "none.so"), t.TempDir()} {
		if _, err := Open(path); !errors.Is(err, ErrNoModule) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A holder's key signs again when the token is back, and nothing was signed
// meanwhile.
func TestHolderOutlivesAnAbsence(t *testing.T) {
	hsm := tokentest.SoftHSM(t, "authority")
	place := Place{Module: hsm.Module, Label: "authority", PIN: rightPIN}
	h, err := Hold(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	key, err := h.Generate(t.Context(), keypair.RSA, 2048, "issuing")
	if err != nil {
		t.Fatal(err)
	}
	message := []byte("message")
	signs := func() error {
		signature, err := keypair.Sign(nil, key, message)
		if err == nil && !keypair.Verify(key.Public(), message, signature) {
			err = errors.New("the signature is not the key's")
		}
		return err
	}
	if err := signs(); err != nil {
		t.Fatal(err)
	}
	hsm.TakeAway(t)
	for range 2 {
		if err := signs(); !errors.Is(err, ErrGone) && !errors.Is(err, ErrNoToken) {
			t.Errorf("signed without the token: %v", err)
		}
	}
	hsm.PutBack(t)
	if err := signs(); err != nil {
		t.Errorf("with the token back: %v", err)
	}
	same, err := h.Signer(t.Context(), key.Public())
	if err != nil || !keypair.Same(same.Public(), key.Public()) {
		t.Error(err)
	}
}

// A service that was given a wrong PIN does not lock the token by trying again.
func TestHolderTriesAWrongPINOnce(t *testing.T) {
	hsm := tokentest.SoftHSM(t, "authority")
	if _, err := Hold(t.Context(), Place{Module: hsm.Module, Label: "authority", PIN: "999999"}); !errors.Is(err, ErrWrongPIN) {
		t.Fatalf("held with a wrong PIN: %v", err)
	}
	h, err := Hold(t.Context(), Place{Module: hsm.Module, Label: "authority", PIN: rightPIN})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	key, err := h.Generate(t.Context(), keypair.RSA, 2048, "issuing")
	if err != nil {
		t.Fatal(err)
	}
	refused := func() {
		t.Helper()
		if _, err := keypair.Sign(nil, key, []byte("message")); !errors.Is(err, ErrWrongPIN) {
			t.Errorf("signed in a token that was made anew: %v", err)
		}
	}
	hsm.Initialise(t, "authority", "864213", "--token", "authority")
	refused()
	hsm.Initialise(t, "authority", tokentest.PIN, "--token", "authority")
	refused() // without a try: the PIN would be right now
}
