package dpop

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func proof() Proof {
	return Proof{Method: "POST", URL: "https://example.kz/v1/x", IssuedAt: now, Token: "token", Nonce: "nonce", Body: []byte("body")}
}

func key(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestProofHolds(t *testing.T) {
	k := key(t)
	signed, err := Sign(k, proof())
	if err != nil {
		t.Fatal(err)
	}
	id, nonce, print, err := Verify(signed, proof())
	if err != nil {
		t.Fatal(err)
	}
	want, err := Thumbprint(k.Public())
	if err != nil || id == "" || nonce != "nonce" || print != want {
		t.Errorf("id %q nonce %q key %q, want %q (%v)", id, nonce, print, want, err)
	}
	again, err := Sign(k, proof())
	if err != nil {
		t.Fatal(err)
	}
	if other, _, _, err := Verify(again, proof()); err != nil || other == id {
		t.Errorf("two proofs share the id %q (%v)", id, err)
	}
}

func TestProofOfAnotherCall(t *testing.T) {
	signed, err := Sign(key(t), proof())
	if err != nil {
		t.Fatal(err)
	}
	changes := map[string]func(*Proof){
		"method": func(p *Proof) { p.Method = "GET" },
		"url":    func(p *Proof) { p.URL += "/y" },
		"token":  func(p *Proof) { p.Token = "stolen" },
		"body":   func(p *Proof) { p.Body = []byte("other") },
	}
	for name, change := range changes {
		want := proof()
		change(&want)
		if _, _, _, err := Verify(signed, want); !errors.Is(err, ErrProof) {
			t.Errorf("%s: %v", name, err)
		}
	}
	elsewhere := proof()
	elsewhere.URL += "/y"
	if _, _, _, err := Verify(signed, elsewhere); !errors.Is(err, ErrAddress) {
		t.Errorf("another address: %v", err)
	}
	for _, off := range []time.Duration{Skew + time.Second, -Skew - time.Second} {
		want := proof()
		want.IssuedAt = now.Add(off)
		if _, _, _, err := Verify(signed, want); !errors.Is(err, ErrClock) {
			t.Errorf("off by %v: %v", off, err)
		}
	}
}

func TestForgedProof(t *testing.T) {
	signed, err := Sign(key(t), proof())
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(signed, ".")
	other, err := Sign(key(t), proof())
	if err != nil {
		t.Fatal(err)
	}
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"dpop+jwt"}`))
	for name, forged := range map[string]string{
		"another key's signature": parts[0] + "." + parts[1] + "." + strings.Split(other, ".")[2],
		"no signature":            parts[0] + "." + parts[1] + ".",
		"alg none":                none + "." + parts[1] + ".",
		"cut":                     signed[:len(signed)/2],
		"empty":                   "",
		"huge":                    strings.Repeat("a", maxProof+1),
	} {
		if _, _, _, err := Verify(forged, proof()); !errors.Is(err, ErrProof) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzVerify(f *testing.F) {
	signed, err := Sign(key(f), proof())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(signed)
	f.Add("e30.e30.e30")
	f.Fuzz(func(t *testing.T, compact string) {
		_, _, _, err := Verify(compact, proof())
		if err != nil && !errors.Is(err, ErrProof) && !errors.Is(err, ErrClock) {
			t.Fatalf("an error of no kind: %v", err)
		}
	})
}
