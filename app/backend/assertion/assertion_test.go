package assertion

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"qoltanba/keystore/profile"
)

var now = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

func word() Assertion {
	return Assertion{
		ID: "single-use", Enrolment: "enrolment-1",
		Subject: profile.Subject{Surname: "Әбілқайыров", Name: "Іңкәр", Patronymic: "Ғаниұлы", IIN: "900101300811"},
		Keys:    []Hash{{1}, {2}}, Data: Hash{3}, Device: strings.Repeat("d", 43),
		IssuedAt: now, Expires: now.Add(5 * time.Minute),
	}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newVerifier(t testing.TB, key *ecdsa.PrivateKey) *Verifier {
	t.Helper()
	v, err := NewVerifier(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSignAndVerify(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	v := newVerifier(t, key)
	jws, err := Sign(key, word())
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.Verify(jws, now)
	if err != nil || !reflect.DeepEqual(got, word()) {
		t.Fatalf("Verify: %v", err)
	}
	for at, want := range map[time.Duration]error{
		-2 * time.Minute:            ErrExpired,
		-30 * time.Second:           nil,
		5*time.Minute - 1:           nil,
		5 * time.Minute:             ErrExpired,
		24 * time.Hour:              ErrExpired,
		-100 * 365 * 24 * time.Hour: ErrExpired,
	} {
		if _, err := v.Verify(jws, now.Add(at)); !errors.Is(err, want) {
			t.Errorf("at %s: %v, want %v", at, err, want)
		}
	}
	if _, err := v.Evidence(jws); err != nil {
		t.Errorf("Evidence: %v", err)
	}
	if _, err := newVerifier(t, newKey(t)).Verify(jws, now); !errors.Is(err, ErrInvalid) {
		t.Errorf("another key: %v", err)
	}
}

func TestSignRefusesWhatNobodyWouldTake(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	for name, spoil := range map[string]func(*Assertion){
		"no identifier":   func(a *Assertion) { a.ID = "" },
		"long identifier": func(a *Assertion) { a.ID = strings.Repeat("x", 129) },
		"no enrolment":    func(a *Assertion) { a.Enrolment = "" },
		"no keys":         func(a *Assertion) { a.Keys = nil },
		"many keys":       func(a *Assertion) { a.Keys = make([]Hash, 5) },
		"no data":         func(a *Assertion) { a.Data = Hash{} },
		"no device":       func(a *Assertion) { a.Device = "" },
		"long life":       func(a *Assertion) { a.Expires = now.Add(MaxLifetime + time.Second) },
		"no life":         func(a *Assertion) { a.Expires = now },
		"bad IIN":         func(a *Assertion) { a.Subject.IIN = "900101300812" },
		"no name":         func(a *Assertion) { a.Subject.Name, a.Subject.Surname = "", "" },
	} {
		a := word()
		spoil(&a)
		if jws, err := Sign(key, a); err == nil || jws != "" {
			t.Errorf("%s: signed", name)
		} else if strings.Contains(err.Error(), "900101") {
			t.Errorf("%s: the error tells the IIN: %v", name, err)
		}
	}
}

// forge signs any claims with the right key, under a header of its choice.
func forge(t *testing.T, key any, alg jose.SignatureAlgorithm, typ string, change func(map[string]any)) string {
	t.Helper()
	ec := newKey(t)
	jws, err := Sign(ec, word())
	if err != nil {
		t.Fatal(err)
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(jws, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	claims := make(map[string]any)
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	change(claims)
	if payload, err = json.Marshal(claims); err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{}).WithType(jose.ContentType(typ)))
	if err != nil {
		t.Fatal(err)
	}
	object, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	out, err := object.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestForeignWordsAreInvalid(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	v := newVerifier(t, key)
	same := func(map[string]any) {}
	set := func(name string, value any) func(map[string]any) {
		return func(c map[string]any) { c[name] = value }
	}
	if _, err := v.Verify(forge(t, key, jose.ES256, mediaType, same), now); err != nil {
		t.Fatalf("the unchanged forgery: %v", err)
	}
	valid, err := Sign(key, word())
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(valid, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"` + mediaType + `"}`))
	for name, jws := range map[string]string{
		"empty":          "",
		"no JWS":         "hello",
		"alg none":       none + "." + parts[1] + ".",
		"HMAC":           forge(t, make([]byte, 32), jose.HS256, mediaType, same),
		"another type":   forge(t, key, jose.ES256, "JWT", same),
		"other reader":   forge(t, key, jose.ES256, mediaType, set("aud", "bank")),
		"other issuer":   forge(t, key, jose.ES256, mediaType, set("iss", "bank")),
		"endless":        forge(t, key, jose.ES256, mediaType, set("exp", int64(1)<<60)),
		"no expiry":      forge(t, key, jose.ES256, mediaType, set("exp", 0)),
		"short hash":     forge(t, key, jose.ES256, mediaType, set("keys", []string{"AAAA"})),
		"keys no list":   forge(t, key, jose.ES256, mediaType, set("keys", "AAAA")),
		"over the limit": forge(t, key, jose.ES256, mediaType, set("pad", strings.Repeat("x", maxSize))),
		"cut":            valid[:len(valid)-4],
		"other payload":  parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{}`)) + "." + parts[2],
	} {
		if _, err := v.Verify(jws, now); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}

func TestAssertionIsHidden(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if out := fmt.Sprintf(verb, word()); out != "[assertion]" {
			t.Errorf("%s prints %q", verb, out)
		}
	}
	if word().LogValue().String() != "[assertion]" {
		t.Error("a log holds the assertion")
	}
}

func TestVerifierWantsP256(t *testing.T) {
	t.Parallel()
	other, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []*ecdsa.PublicKey{nil, &other.PublicKey} {
		if _, err := NewVerifier(key); err == nil {
			t.Error("a key not on P-256 was taken")
		}
	}
}

func FuzzEvidence(f *testing.F) {
	key := newKey(f)
	v := newVerifier(f, key)
	jws, err := Sign(key, word())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(jws)
	f.Add("e30.e30.e30")
	f.Fuzz(func(t *testing.T, jws string) {
		if got, err := v.Evidence(jws); err == nil && !reflect.DeepEqual(got, word()) {
			t.Error("an assertion was made up")
		}
	})
}
