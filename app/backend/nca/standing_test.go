package nca_test

import (
	"crypto/x509"
	"encoding/hex"
	"errors"
	"testing"

	"golang.org/x/crypto/ocsp"

	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/digitalid"
	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/ledger"
	"qoltanba/app/backend/nca/publish"
	"qoltanba/keystore"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// A certificate is suspended, given back, suspended again and revoked; each
// change is seen at once in answers and lists, and what is revoked stays so.
func TestStanding(t *testing.T) {
	onEachStore(t, func(t *testing.T, fresh func(testing.TB) *ledger.Ledger) {
		a := authority(t, fresh(t))
		app := issue(t, a, submitGOST(t, "enrolment-1"))
		cert := must(x509.ParseCertificate(must(a.Certificates(t.Context(), app.Number))[0].DER))
		serial := cert.SerialNumber.Bytes()
		question := must(ocsp.CreateRequest(cert, must(x509.ParseCertificate(a.Chain(keypair.GOST512)[0])), nil))
		p := publish.New(a, start.UTC)
		revision := 0
		for _, step := range []struct {
			name                             string
			do                               func() (nca.Standing, error)
			want                             error
			status, reason, complete, inNews int // -1: not in the list
			changes                          int
		}{
			{"nothing", func() (nca.Standing, error) { return a.Standing(t.Context(), serial) }, nil, ocsp.Good, 0, -1, -1, 0},
			{"given back unasked", func() (nca.Standing, error) { return a.Release(t.Context(), serial) }, nca.ErrNotSuspended, ocsp.Good, 0, -1, -1, 0},
			{"suspended", func() (nca.Standing, error) { return a.Suspend(t.Context(), serial) }, nil, ocsp.Revoked, 6, 6, 6, 1},
			{"suspended again", func() (nca.Standing, error) { return a.Suspend(t.Context(), serial) }, nil, ocsp.Revoked, 6, 6, 6, 0},
			{"given back", func() (nca.Standing, error) { return a.Release(t.Context(), serial) }, nil, ocsp.Good, 0, -1, 8, 1},
			{"suspended anew", func() (nca.Standing, error) { return a.Suspend(t.Context(), serial) }, nil, ocsp.Revoked, 6, 6, 6, 1},
			{"revoked", func() (nca.Standing, error) { return a.Revoke(t.Context(), serial, nca.KeyCompromise) }, nil, ocsp.Revoked, 1, 1, 1, 1},
			{"suspended too late", func() (nca.Standing, error) { return a.Suspend(t.Context(), serial) }, nil, ocsp.Revoked, 1, 1, 1, 0},
			{"revoked again", func() (nca.Standing, error) { return a.Revoke(t.Context(), serial, nca.Superseded) }, nil, ocsp.Revoked, 1, 1, 1, 0},
			{"given back too late", func() (nca.Standing, error) { return a.Release(t.Context(), serial) }, nca.ErrRevoked, ocsp.Revoked, 1, 1, 1, 0},
			{"nobody's", func() (nca.Standing, error) { return a.Suspend(t.Context(), []byte{1, 2, 3}) }, nca.ErrNotFound, ocsp.Revoked, 1, 1, 1, 0},
		} {
			if _, err := step.do(); !errors.Is(err, step.want) {
				t.Errorf("%s: %v, want %v", step.name, err, step.want)
			}
			answer := must(ocsp.ParseResponse(p.Answer(t.Context(), question), nil))
			if answer.Status != step.status || answer.Status == ocsp.Revoked && answer.RevocationReason != step.reason {
				t.Errorf("%s: answered %d for %d", step.name, answer.Status, answer.RevocationReason)
			}
			lists := must(p.Lists(t.Context(), keypair.GOST512))
			if got := reasonIn(lists.Complete, cert); got != step.complete {
				t.Errorf("%s: the complete list has %d, want %d", step.name, got, step.complete)
			}
			if got := reasonIn(lists.Delta, cert); got != step.inNews {
				t.Errorf("%s: the delta list has %d, want %d", step.name, got, step.inNews)
			}
			revision += step.changes
			if got := must(a.Revision(t.Context())); got != revision {
				t.Errorf("%s: revision %d, want %d", step.name, got, revision)
			}
		}
		audited(t, a, 1, 1)
	})
}

// reasonIn is why a list has a certificate, -1 where it has not.
func reasonIn(list []byte, cert *x509.Certificate) int {
	for _, e := range must(x509.ParseRevocationList(list)).RevokedCertificateEntries {
		if e.SerialNumber.Cmp(cert.SerialNumber) == 0 {
			return e.ReasonCode
		}
	}
	return -1
}

// A word that a signature vouched for the citizen is taken only where the
// certificate is the authority's own, holds, signs, and is the same person's.
func TestRenewalRestsOnAGoodCertificate(t *testing.T) {
	onEachStore(t, func(t *testing.T, fresh func(testing.TB) *ledger.Ledger) {
		a := authority(t, fresh(t))
		issued := must(a.Certificates(t.Context(), issue(t, a, submit(t, "enrolment-1", 0, 1)).Number))
		serial := func(which int) []byte { return must(x509.ParseCertificate(issued[which].DER)).SerialNumber.Bytes() }
		other := citizen
		other.Surname = "Басқа"
		try := func(enrolment string, owner profile.Subject, renews []byte) error {
			requests := [][]byte{must(keystore.NewRequest(must(keypair.GOST512.GenerateKey()), citizen, ""))}
			key := assertion.HashKey(must(x509.ParseCertificateRequest(requests[0])).RawSubjectPublicKeyInfo)
			word := must(party().SignAssertion(digitalid.Statement{
				Enrolment: enrolment, Subject: owner, Keys: []assertion.Hash{key}, Data: digitalid.DataHash([]byte("data")),
				Device: "0123456789012345678901234567890123456789012", Renews: hex.EncodeToString(renews),
			}))
			_, err := a.Apply(t.Context(), word, requests, "", nca.StoragePC)
			return err
		}
		owner := must(profile.ParseSubject(must(x509.ParseCertificate(issued[1].DER)).RawSubject))
		for name, err := range map[string]error{
			"unknown": try("e-2", owner, []byte{9, 9}), "for signing in": try("e-3", owner, serial(0)), "another's": try("e-4", other, serial(1)),
		} {
			if !errors.Is(err, nca.ErrRenewal) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := try("e-5", owner, serial(1)); err != nil {
			t.Errorf("the good one: %v", err)
		}
		must(a.Suspend(t.Context(), serial(1)))
		if err := try("e-6", owner, serial(1)); !errors.Is(err, nca.ErrRenewal) {
			t.Errorf("suspended: %v", err)
		}
		if report := must(a.Audit(t.Context())); report.Applications != 2 || len(report.Findings) != 0 {
			t.Errorf("the ledger has %d applications: %v", report.Applications, report.Findings)
		}
	})
}
