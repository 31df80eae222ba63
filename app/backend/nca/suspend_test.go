package nca_test

import (
	"crypto/x509"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/publish"
	"qoltanba/keystore/keypair"
)

// A certificate that is suspended, given back, suspended again and revoked is
// each time seen so at once: by OCSP, by the complete list and by the delta
// list.
func TestEveryChangeIsSeenAtOnce(t *testing.T) {
	now := start
	a, _ := at(t, &now)
	app := issue(t, a, submitGOST(t, "enrolment-1"))
	cert := must(x509.ParseCertificate(must(a.Certificates(t.Context(), app.Number))[0].DER))
	serial := cert.SerialNumber.Bytes()
	question := must(ocsp.CreateRequest(cert, must(x509.ParseCertificate(a.Chain(keypair.GOST512)[0])), nil))
	clock := func() time.Time { return now }
	here, there := publish.New(a, clock), publish.New(a, clock)
	entry := func(der []byte) int {
		entries := must(x509.ParseRevocationList(der)).RevokedCertificateEntries
		if len(entries) == 0 {
			return -1
		}
		return entries[0].ReasonCode
	}
	for n, step := range []struct {
		change          func() error
		status, reason  int
		complete, delta int
	}{
		{func() error { return nil }, ocsp.Good, 0, -1, -1},
		{func() error { _, err := a.Suspend(t.Context(), serial); return err }, ocsp.Revoked, 6, 6, 6},
		{func() error { _, err := a.Release(t.Context(), serial); return err }, ocsp.Good, 0, -1, 8},
		{func() error { _, err := a.Suspend(t.Context(), serial); return err }, ocsp.Revoked, 6, 6, 6},
		{func() error { _, err := a.Revoke(t.Context(), serial, nca.KeyCompromise); return err }, ocsp.Revoked, 1, 1, 1},
	} {
		if err := step.change(); err != nil {
			t.Fatal(err)
		}
		for name, p := range map[string]*publish.Publisher{"here": here, "there": there} {
			answer := must(ocsp.ParseResponse(p.Answer(t.Context(), question), nil))
			lists := must(p.Lists(t.Context(), keypair.GOST512))
			if answer.Status != step.status || answer.Status == ocsp.Revoked && answer.RevocationReason != step.reason ||
				entry(lists.Complete) != step.complete || entry(lists.Delta) != step.delta {
				t.Errorf("step %d, %s: OCSP %d for %d, complete list %d, delta list %d", n, name,
					answer.Status, answer.RevocationReason, entry(lists.Complete), entry(lists.Delta))
			}
		}
		now = now.Add(2 * time.Second)
	}
}
