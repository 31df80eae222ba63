package nca_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/digitalid"
	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/ledger"
	"qoltanba/keystore/profile"
)

func TestBadRequestsAreRefusedAndLeaveNoTrace(t *testing.T) {
	a := authority(t, sqlite(t))
	good := request(t, keyAt(0))
	broken := append([]byte(nil), good...)
	broken[len(broken)-1] ^= 1
	short := must(rsa.GenerateKey(rand.Reader, 1024))
	curve := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	ec := must(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, curve))
	token := must(asn1.Marshal([]asn1.ObjectIdentifier{append(append(asn1.ObjectIdentifier{}, profile.OIDKeyStore...), 1, 2)}))
	onToken := must(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		ExtraExtensions: []pkix.Extension{{Id: profile.OIDKeyStore, Value: token}},
	}, keyAt(1)))
	sign := request(t, keyAt(1))
	for name, requests := range map[string][][]byte{
		"broken signature":  {broken, sign},
		"1024 bits":         {request(t, short), sign},
		"no RSA":            {ec, sign},
		"token storage":     {good, onToken},
		"one key for both":  {good, request(t, keyAt(0))},
		"one request":       {good},
		"three requests":    {good, sign, request(t, keyAt(2))},
		"trailing bytes":    {append(append([]byte(nil), good...), 0), sign},
		"over the size":     {append(append([]byte(nil), good...), make([]byte, 9000)...), sign},
		"empty":             {nil, sign},
		"order of the keys": {sign, good},
		"other keys":        {good, request(t, keyAt(2))},
	} {
		jws := statement(t, party(), "enrolment-1", [][]byte{good, sign})
		if readable := len(requests) == 2 && name != "order of the keys" && name != "other keys"; readable {
			jws = statementOfReadable(t, requests)
		}
		if _, err := apply(t.Context(), a, submission{jws, requests}); !errors.Is(err, nca.ErrRequest) {
			t.Errorf("%s: %v, want ErrRequest", name, err)
		}
	}
	audited(t, a, 0, 0)
}

// statementOfReadable names the keys of those requests that can be read, so
// that a refusal is for the request's own fault.
func statementOfReadable(t *testing.T, requests [][]byte) string {
	t.Helper()
	keys := make([]assertion.Hash, len(requests))
	for i, der := range requests {
		if r, err := x509.ParseCertificateRequest(der); err == nil {
			keys[i] = assertion.HashKey(r.RawSubjectPublicKeyInfo)
		}
	}
	jws, err := party().SignAssertion(digitalid.Statement{
		Enrolment: "enrolment-1", Subject: citizen, Keys: keys,
		Data: digitalid.DataHash(nil), Device: strings.Repeat("x", 43),
	})
	if err != nil {
		t.Fatal(err)
	}
	return jws
}

func TestApplicationsKeepToTheirKeysAndAssertions(t *testing.T) {
	onEachStore(t, func(t *testing.T, fresh func(testing.TB) *ledger.Ledger) {
		a := authority(t, fresh(t))
		first := submit(t, "enrolment-1", 0, 1)
		app := issue(t, a, first)
		for name, c := range map[string]struct {
			s    submission
			want error
		}{
			"second pair for the enrolment": {submit(t, "enrolment-1", 2, 3), nca.ErrOtherKeys},
			"one new key of two":            {submit(t, "enrolment-1", 0, 3), nca.ErrOtherKeys},
			"keys of another enrolment":     {submit(t, "enrolment-2", 0, 1), nca.ErrKeySeen},
			"one key of another enrolment":  {submit(t, "enrolment-2", 2, 1), nca.ErrKeySeen},
			"assertion with other requests": {submission{first.jws, submit(t, "enrolment-1", 2, 3).requests}, nca.ErrRequest},
			"no assertion":                  {submission{"", first.requests}, assertion.ErrInvalid},
		} {
			if _, err := apply(t.Context(), a, c.s); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		if again, err := apply(t.Context(), a, submit(t, "enrolment-1", 0, 1)); err != nil || again.Number != app.Number {
			t.Errorf("a new assertion for the same keys: %s, %v", again.Number, err)
		}
		audited(t, a, 1, 2)
	})
}

func TestAnAssertionServesOneApplication(t *testing.T) {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	c := config(sqlite(t))
	c.DigitalID = must(assertion.NewVerifier(&key.PublicKey))
	a := authorityWith(t, c)
	sign := func(enrolment string, auth, sign int) submission {
		s := submission{requests: [][]byte{request(t, keyAt(auth)), request(t, keyAt(sign))}}
		word := assertion.Assertion{
			ID: "the same", Enrolment: enrolment, Subject: citizen, Data: assertion.Hash{1}, Device: strings.Repeat("x", 43),
			IssuedAt: start, Expires: start.Add(time.Minute),
		}
		for _, der := range s.requests {
			word.Keys = append(word.Keys, assertion.HashKey(must(x509.ParseCertificateRequest(der)).RawSubjectPublicKeyInfo))
		}
		s.jws = must(assertion.Sign(key, word))
		return s
	}
	for range 2 {
		if _, err := apply(t.Context(), a, sign("enrolment-1", 0, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := apply(t.Context(), a, sign("enrolment-2", 2, 3)); !errors.Is(err, nca.ErrReplayed) {
		t.Errorf("replayed: %v", err)
	}
	if _, err := apply(t.Context(), a, submit(t, "enrolment-3", 2, 3)); !errors.Is(err, assertion.ErrInvalid) {
		t.Errorf("another Digital ID's: %v", err)
	}
	audited(t, a, 1, 0)
}

func TestExpiredAssertion(t *testing.T) {
	c := config(sqlite(t))
	c.Clock = func() time.Time { return start.Add(10 * time.Minute) }
	a := authorityWith(t, c)
	if _, err := apply(t.Context(), a, submit(t, "enrolment-1", 0, 1)); !errors.Is(err, assertion.ErrExpired) {
		t.Errorf("apply: %v", err)
	}
	audited(t, a, 0, 0)
}

func TestEmailAndStorage(t *testing.T) {
	a := authority(t, sqlite(t))
	s := submit(t, "enrolment-1", 0, 1)
	for _, bad := range []string{
		"citizen", "citizen@", "Citizen <citizen@example.kz>", "азамат@example.kz", "a@b\r\nBcc: c@d",
		strings.Repeat("a", 250) + "@b.kz", " citizen@example.kz",
	} {
		if _, err := a.Apply(t.Context(), s.jws, s.requests, bad, nca.StoragePC); !errors.Is(err, nca.ErrEmail) {
			t.Errorf("%.40q: %v", bad, err)
		}
	}
	if _, err := a.Apply(t.Context(), s.jws, s.requests, "", "kaztoken"); !errors.Is(err, nca.ErrStorage) {
		t.Errorf("storage: %v", err)
	}
	audited(t, a, 0, 0)
	app, err := a.Apply(t.Context(), s.jws, s.requests, "", nca.StoragePC)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Issue(t.Context(), app.Number); err != nil {
		t.Fatal(err)
	}
	issued := must(a.Certificates(t.Context(), app.Number))
	if cert := must(x509.ParseCertificate(issued[0].DER)); len(cert.EmailAddresses) != 0 || len(cert.Extensions) != 9 {
		t.Errorf("without an e-mail address: %d extensions, %d addresses", len(cert.Extensions), len(cert.EmailAddresses))
	}
	audited(t, a, 1, 2)
}

func TestUnknownNumber(t *testing.T) {
	a := authority(t, sqlite(t))
	for _, number := range []string{"", "1", "000000000000", "100000000004", "'; DROP TABLE nca_status"} {
		if _, err := a.Issue(t.Context(), number); !errors.Is(err, nca.ErrNotFound) {
			t.Errorf("issue %q: %v", number, err)
		}
	}
}

func TestNumbersFindMistypedDigits(t *testing.T) {
	a := authority(t, sqlite(t))
	app, err := apply(t.Context(), a, submit(t, "enrolment-1", 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	for i := range app.Number {
		for d := byte('0'); d <= '9'; d++ {
			typed := []byte(app.Number)
			typed[i] = d
			if err := nca.CheckNumber(string(typed)); (err == nil) != (d == app.Number[i]) {
				t.Errorf("%s for %s: %v", typed, app.Number, err)
			}
		}
	}
}

func TestNothingPersonalIsPrinted(t *testing.T) {
	a := authority(t, sqlite(t))
	app := issue(t, a, submit(t, "enrolment-1", 0, 1))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		if out := fmt.Sprintf(verb, app); out != "application "+app.Number {
			t.Errorf("%s prints %q", verb, out)
		}
	}
	if out := app.LogValue().String(); out != "application "+app.Number {
		t.Errorf("a log holds %q", out)
	}
}
