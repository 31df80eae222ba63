package nca_test

import (
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"io"
	"math/big"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/publish"
	"qoltanba/keystore/keypair"
)

// counting counts what a key signs.
type counting struct {
	crypto.Signer
	n *atomic.Int64
}

func (c counting) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	c.n.Add(1)
	return c.Signer.Sign(random, digest, opts)
}

// at is an authority of its own, with keys that count, under a clock.
func at(t *testing.T, now *time.Time) (*nca.Authority, *atomic.Int64) {
	t.Helper()
	c := config(sqlite(t))
	c.Clock = func() time.Time { return *now }
	authority(t, c.Store) // makes the folder
	a := must(nca.Open(filepath.Join(home, "nca"), secret, c))
	signed := new(atomic.Int64)
	a.Witness(func(key crypto.Signer) crypto.Signer { return counting{key, signed} })
	return a, signed
}

// Answers are there before anybody asks, are signed again before their time is
// over, and at once when a certificate is revoked.
func TestAnswersAreSignedAhead(t *testing.T) {
	now := start
	a, signed := at(t, &now)
	pair := issue(t, a, submit(t, "enrolment-1", 0, 1))
	issue(t, a, submitGOST(t, "enrolment-2"))
	p := publish.New(a, func() time.Time { return now })
	ahead := func(want int64, why string) {
		t.Helper()
		before := signed.Load()
		if err := p.SignAhead(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := signed.Load() - before; n != want {
			t.Errorf("%s: %d answers were signed, want %d", why, n, want)
		}
	}
	ahead(3, "at first")
	ahead(0, "again")
	cert := must(x509.ParseCertificate(must(a.Certificates(t.Context(), pair.Number))[0].DER))
	question := must(ocsp.CreateRequest(cert, must(x509.ParseCertificate(a.Chain(keypair.RSA)[0])), nil))
	asked := func(want int) {
		t.Helper()
		before := signed.Load()
		if answer := must(ocsp.ParseResponse(p.Answer(t.Context(), question), nil)); answer.Status != want {
			t.Errorf("status %d, want %d", answer.Status, want)
		}
		if n := signed.Load() - before; n != 0 {
			t.Errorf("%d answers were signed while somebody waited", n)
		}
	}
	asked(ocsp.Good)
	if _, err := a.Withdraw(t.Context(), pair.Number, nca.CessationOfOperation); err != nil {
		t.Fatal(err)
	}
	ahead(2, "after a revocation")
	asked(ocsp.Revoked)
	now = now.Add(11*time.Hour + time.Minute)
	ahead(3, "when they would soon be too old")
}

// A stranger can have nothing signed: neither by asking about what was never
// issued, nor by asking in ever new ways.
func TestStrangersHaveNothingSigned(t *testing.T) {
	now := start
	a, signed := at(t, &now)
	app := issue(t, a, submitGOST(t, "enrolment-1"))
	issuing := must(x509.ParseCertificate(a.Chain(keypair.GOST512)[0]))
	p := publish.New(a, func() time.Time { return now })
	before := signed.Load()
	for serial := range int64(50) {
		question := must(ocsp.CreateRequest(&x509.Certificate{SerialNumber: big.NewInt(serial + 1)}, issuing, nil))
		if _, err := ocsp.ParseResponse(p.Answer(t.Context(), question), nil); err == nil || !strings.Contains(err.Error(), "unauthorized") {
			t.Fatalf("never issued: %v", err)
		}
	}
	if n := signed.Load() - before; n != 0 {
		t.Errorf("%d answers were signed about what was never issued", n)
	}
	cert := must(x509.ParseCertificate(must(a.Certificates(t.Context(), app.Number))[0].DER))
	for _, hash := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA512} {
		for range 20 {
			question := must(ocsp.CreateRequest(cert, issuing, &ocsp.RequestOptions{Hash: hash}))
			if status := must(ocsp.ParseResponse(p.Answer(t.Context(), question), nil)).Status; status != ocsp.Good {
				t.Errorf("status %d", status)
			}
		}
	}
	if n := signed.Load() - before; n != 3 {
		t.Errorf("%d answers to three forms of a question", n)
	}
}

// A delta list names a complete list that was really published: the oldest that
// still holds.
func TestDeltaFollowsAPublishedList(t *testing.T) {
	now := start
	a, _ := at(t, &now)
	app := issue(t, a, submitGOST(t, "enrolment-1"))
	lists := func() (complete, delta *x509.RevocationList, base *big.Int) {
		t.Helper()
		l := must(a.RevocationLists(t.Context(), keypair.GOST512))
		complete, delta = must(x509.ParseRevocationList(l.Complete)), must(x509.ParseRevocationList(l.Delta))
		for _, e := range delta.Extensions {
			if e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 27}) {
				if _, err := asn1.Unmarshal(e.Value, &base); err != nil || !e.Critical {
					t.Errorf("delta indicator critical: %t, %v", e.Critical, err)
				}
			}
		}
		return complete, delta, base
	}
	first, _, base := lists()
	if base.Cmp(first.Number) != 0 {
		t.Errorf("the first delta list follows %s, want %s", base, first.Number)
	}
	again, _, base := lists()
	if again.Number.Cmp(first.Number) <= 0 || base.Cmp(first.Number) != 0 {
		t.Errorf("within the same millisecond: number %s after %s, base %s", again.Number, first.Number, base)
	}
	now = now.Add(3 * time.Hour)
	if _, err := a.Withdraw(t.Context(), app.Number, nca.CessationOfOperation); err != nil {
		t.Fatal(err)
	}
	complete, delta, base := lists()
	if base.Cmp(first.Number) != 0 || len(delta.RevokedCertificateEntries) != 1 || len(complete.RevokedCertificateEntries) != 1 {
		t.Errorf("base %s, want %s; %d entries in the delta list", base, first.Number, len(delta.RevokedCertificateEntries))
	}
	now = now.Add(9 * 24 * time.Hour)
	last, delta, base := lists()
	if base.Cmp(last.Number) != 0 || len(delta.RevokedCertificateEntries) != 0 || len(last.RevokedCertificateEntries) != 1 {
		t.Errorf("after nine days the delta list follows %s and has %d entries, want %s and none", base, len(delta.RevokedCertificateEntries), last.Number)
	}
}
