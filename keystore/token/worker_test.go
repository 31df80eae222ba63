package token

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// hung is a library whose calls end when they are let go.
type hung struct {
	entered chan struct{}
	release chan struct{}
	outs    chan uint // sessions that were logged out
}

func (h *hung) wait() {
	h.entered <- struct{}{}
	<-h.release
}

func (h *hung) tokens() ([]Info, error)                        { h.wait(); return nil, nil }
func (h *hung) login(uint, PIN) (uint, error)                  { h.wait(); return 7, nil }
func (h *hung) logout(session uint) error                      { h.outs <- session; return nil }
func (h *hung) keys(uint) ([]object, error)                    { return nil, nil }
func (h *hung) close() error                                   { return nil }
func (h *hung) certificates(uint) ([]*x509.Certificate, error) { return nil, nil }
func (h *hung) generate(uint, keyOrder) (object, error)        { return object{}, ErrUnsupported }
func (h *hung) sign(uint, uint, []byte) ([]byte, error)        { return nil, ErrGone }
func (h *hung) putCertificate(uint, []byte, string, *x509.Certificate) error {
	return ErrFull
}

func hanging(t *testing.T) (*Module, *hung) {
	t.Helper()
	h := &hung{entered: make(chan struct{}), release: make(chan struct{}), outs: make(chan uint, 1)}
	m, err := openWith(t.Name(), func(string) (driver, error) { return h, nil })
	if err != nil {
		t.Fatal(err)
	}
	return m, h
}

// Who waits for a library that does not answer stops waiting when told so, and
// so do those who wait behind.
func TestAWaitEndsWithItsContext(t *testing.T) {
	m, h := hanging(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	ask := func() {
		_, err := m.Tokens(ctx)
		ended <- err
	}
	go ask()
	<-h.entered
	go ask()
	cancel()
	for range 2 {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	}
	close(h.release)
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	if _, err := m.Tokens(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("a call after the end: %v", err)
	}
}

// A login that nobody waits for any more leaves no token open.
func TestAnAbandonedLoginIsLoggedOut(t *testing.T) {
	m, h := hanging(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := m.Login(ctx, 1, "123456")
		ended <- err
	}()
	<-h.entered
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	close(h.release)
	if session := <-h.outs; session != 7 {
		t.Errorf("session %d was logged out", session)
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}

func TestPINShowsItselfNowhere(t *testing.T) {
	pin := PIN("864213")
	for _, verb := range []string{"%v", "%s", "%q", "%#v", "%x", "%+v", "%d"} {
		if got := fmt.Sprintf(verb, pin); got != "[PIN]" {
			t.Errorf("%s: %s", verb, got)
		}
		if got := fmt.Sprintf(verb, Place{PIN: pin}); strings.Contains(got, "864213") {
			t.Errorf("%s of a place: %s", verb, got)
		}
	}
	if pin.LogValue().String() != "[PIN]" || pin.String() != "[PIN]" {
		t.Error("it shows itself")
	}
}

func TestCheckPIN(t *testing.T) {
	ready := Info{MinPIN: 4, MaxPIN: 8, Ready: true}
	locked, fresh := ready, ready
	locked.Tries, fresh.Ready = TriesNone, false
	if err := ready.CheckPIN("12345678"); err != nil {
		t.Error(err)
	}
	if err := locked.CheckPIN("12345678"); !errors.Is(err, ErrLocked) {
		t.Error(err)
	}
	if err := fresh.CheckPIN("12345678"); !errors.Is(err, ErrNoPIN) {
		t.Error(err)
	}
	if last := (&WrongPIN{TriesNone}); !errors.Is(last, ErrLocked) || !errors.Is(last, ErrWrongPIN) {
		t.Error("the PIN that locked the token")
	}
}

func FuzzPublicKey(f *testing.F) {
	f.Add([]byte{0xff, 1}, []byte{1, 0, 1})
	modulus := make([]byte, 256)
	modulus[0], modulus[255] = 0x80, 1
	f.Add(modulus, []byte{1, 0, 1})
	f.Fuzz(func(t *testing.T, modulus, exponent []byte) {
		key, err := publicKey(modulus, exponent)
		if err != nil {
			return
		}
		if bits := key.N.BitLen(); bits < 1024 || bits > maxBits || key.E < 3 || key.E%2 == 0 {
			t.Errorf("a key of %d bits with exponent %d", bits, key.E)
		}
		if _, err := identifier(key); err != nil {
			t.Error(err)
		}
	})
}
