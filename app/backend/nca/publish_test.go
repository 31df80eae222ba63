package nca_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/digitalid"
	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/publish"
	"qoltanba/keystore/keypair"
)

// published is an authority in the present, as OpenSSL looks at its own clock,
// with what it publishes served over HTTP.
type published struct {
	*nca.Authority
	party *digitalid.Party
	url   string
	dir   string
}

func newPublished(t testing.TB) published {
	t.Helper()
	p := published{dir: t.TempDir()}
	p.party = must(digitalid.Open(filepath.Join(p.dir, "digitalid"), secret, time.Now, rand.Reader))
	c := config(sqlite(t))
	c.Clock, c.DigitalID = time.Now, must(assertion.NewVerifier(p.party.PublicKey()))
	p.Authority = must(nca.Open(filepath.Join(p.dir, "nca"), secret, c))
	server := httptest.NewServer(publish.New(p.Authority, time.Now).Handler())
	t.Cleanup(server.Close)
	p.url = server.URL + publish.Path
	return p
}

func (p published) issue(t testing.TB, enrolment string, requests [][]byte) (nca.Application, []nca.Certificate) {
	t.Helper()
	app := issue(t, p.Authority, submission{statement(t, p.party, enrolment, requests), requests})
	return app, must(p.Certificates(t.Context(), app.Number))
}

// pemFile writes DER where OpenSSL reads it.
func (p published) pemFile(t testing.TB, name, kind string, der []byte) string {
	t.Helper()
	path := filepath.Join(p.dir, name+".pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (p published) get(t testing.TB, path string) []byte {
	t.Helper()
	status, content := fetch(t, http.MethodGet, p.url+path, "", nil)
	if status != http.StatusOK {
		t.Fatalf("%s: status %d, %s", path, status, content)
	}
	return content
}

func fetch(t testing.TB, method, address, mediaType string, body []byte) (int, []byte) {
	t.Helper()
	r := must(http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(body)))
	r.Header.Set("Content-Type", mediaType)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode, must(io.ReadAll(answer.Body))
}

func openssl(t testing.TB, args ...string) (string, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "openssl", args...).CombinedOutput()
	return string(out), err
}

// OpenSSL sees a certificate of RSA as good, and at once as revoked when it was
// withdrawn, by both lists and by OCSP.
func TestOpenSSLSeesARevocation(t *testing.T) {
	p := newPublished(t)
	app, issued := p.issue(t, "enrolment-1", submit(t, "enrolment-1", 0, 1).requests)
	_, others := p.issue(t, "enrolment-2", submit(t, "enrolment-2", 2, 3).requests)
	chain := p.Chain(keypair.RSA)
	root, issuing := p.pemFile(t, "root", "CERTIFICATE", chain[1]), p.pemFile(t, "issuing", "CERTIFICATE", chain[0])
	leaf, other := p.pemFile(t, "leaf", "CERTIFICATE", issued[1].DER), p.pemFile(t, "other", "CERTIFICATE", others[1].DER)

	look := func(cert, want string) {
		t.Helper()
		list := p.pemFile(t, "list", "X509 CRL", p.get(t, "crl/rsa.crl"))
		out, err := openssl(t, "verify", "-crl_check", "-CAfile", root, "-untrusted", issuing, "-CRLfile", list, cert)
		if revoked := strings.Contains(out, "certificate revoked"); (err == nil) != (want == "good") || revoked != (want == "revoked") {
			t.Errorf("by the list, %s: %v\n%s", want, err, out)
		}
		out, err = openssl(t, "ocsp", "-issuer", issuing, "-cert", cert, "-url", p.url+"ocsp", "-CAfile", root, "-verify_other", issuing, "-no_nonce")
		if err != nil || !strings.Contains(out, "Response verify OK") || !strings.Contains(out, ": "+want) {
			t.Errorf("by OCSP, %s: %v\n%s", want, err, out)
		}
	}
	look(leaf, "good")
	look(leaf, "good") // by what was kept
	if _, err := p.Withdraw(t.Context(), app.Number, nca.CessationOfOperation); err != nil {
		t.Fatal(err)
	}
	look(leaf, "revoked")
	look(other, "good")

	delta := must(x509.ParseRevocationList(p.get(t, "crl/rsa_d.crl")))
	complete := must(x509.ParseRevocationList(p.get(t, "crl/rsa.crl")))
	if err := delta.CheckSignatureFrom(must(x509.ParseCertificate(chain[0]))); err != nil {
		t.Error(err)
	}
	if len(delta.RevokedCertificateEntries) != 2 || len(complete.RevokedCertificateEntries) != 2 ||
		complete.RevokedCertificateEntries[0].ReasonCode != int(nca.CessationOfOperation) || delta.Number.Cmp(complete.Number) != 0 {
		t.Errorf("%d entries in the delta list, %d in the complete one", len(delta.RevokedCertificateEntries), len(complete.RevokedCertificateEntries))
	}
	if !bytes.Equal(p.get(t, "cert/rsa.cer"), chain[0]) || !bytes.Equal(p.get(t, "cert/gost_root.cer"), p.Chain(keypair.GOST512)[1]) {
		t.Error("other certificates are served")
	}
	if !strings.Contains(string(p.get(t, "cps")), "practice statement") {
		t.Error("no practice statement is served")
	}
}

// The same of GOST, with OpenSSL's engine for the signatures.
func TestGOSTRevocation(t *testing.T) {
	p := newPublished(t)
	app, issued := p.issue(t, "enrolment-1", submitGOST(t, "enrolment-1").requests)
	cert := must(x509.ParseCertificate(issued[0].DER))
	issuing := must(x509.ParseCertificate(p.Chain(keypair.GOST512)[0]))
	for _, want := range []int{ocsp.Good, ocsp.Revoked} {
		question := must(ocsp.CreateRequest(cert, issuing, nil))
		answer := must(ocsp.ParseResponse(p.get(t, "ocsp/"+url.PathEscape(base64.StdEncoding.EncodeToString(question))), nil))
		if answer.Status != want || answer.SerialNumber.Cmp(cert.SerialNumber) != 0 {
			t.Errorf("status %d, want %d", answer.Status, want)
		}
		basic := must(asn1.Marshal([]asn1.RawValue{
			{FullBytes: answer.TBSResponseData},
			{FullBytes: must(asn1.Marshal([]any{asn1.ObjectIdentifier{1, 2, 398, 3, 10, 1, 1, 2, 3, 2}, asn1.NullRawValue}))},
			{FullBytes: must(asn1.Marshal(asn1.BitString{Bytes: answer.Signature, BitLength: 8 * len(answer.Signature)}))},
		}))
		verifiedByEngine(t, basic, issuing.Raw)
		list := p.get(t, "crl/gost.crl")
		verifiedByEngine(t, list, issuing.Raw)
		if entries := must(x509.ParseRevocationList(list)).RevokedCertificateEntries; (len(entries) == 1) != (want == ocsp.Revoked) {
			t.Errorf("%d entries in the list", len(entries))
		}
		if _, err := p.Withdraw(t.Context(), app.Number, nca.CessationOfOperation); err != nil {
			t.Fatal(err)
		}
	}
}

func TestUnknownIsNeverGood(t *testing.T) {
	p := newPublished(t)
	_, issued := p.issue(t, "enrolment-1", submit(t, "enrolment-1", 0, 1).requests)
	cert := must(x509.ParseCertificate(issued[0].DER))
	rsa, gost := must(x509.ParseCertificate(p.Chain(keypair.RSA)[0])), must(x509.ParseCertificate(p.Chain(keypair.GOST512)[0]))
	never := &x509.Certificate{SerialNumber: new(big.Int).Add(cert.SerialNumber, big.NewInt(1))}
	ask := func(question []byte) (*ocsp.Response, error) {
		status, answer := fetch(t, http.MethodPost, p.url+"ocsp", "application/ocsp-request", question)
		if status != http.StatusOK {
			t.Errorf("status %d", status)
		}
		return ocsp.ParseResponse(answer, nil)
	}
	for name, question := range map[string][]byte{
		"never issued":                must(ocsp.CreateRequest(never, rsa, nil)),
		"issued by another authority": must(ocsp.CreateRequest(cert, gost, nil)),
	} {
		if answer, err := ask(question); err == nil || !strings.Contains(err.Error(), "unauthorized") {
			t.Errorf("%s: %v, %v", name, answer, err)
		}
	}
	good := must(ocsp.CreateRequest(cert, rsa, nil))
	stranger := must(ocsp.CreateRequest(cert, must(x509.ParseCertificate(p.Chain(keypair.RSA)[1])), nil))
	for name, question := range map[string][]byte{
		"of a stranger": stranger, "empty": nil, "cut off": good[:len(good)-1], "more": append(bytes.Clone(good), 0),
	} {
		if _, err := ask(question); err == nil {
			t.Errorf("%s: answered", name)
		}
	}
	if status, _ := fetch(t, http.MethodPost, p.url+"ocsp", "application/ocsp-request", make([]byte, 5000)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("over the limit: status %d", status)
	}
	if status, _ := fetch(t, http.MethodPost, p.url+"ocsp", "text/plain", good); status != http.StatusUnsupportedMediaType {
		t.Errorf("another media type: status %d", status)
	}
}

// broken is a store that fails when told to.
type broken struct {
	nca.Store
	down bool
}

func (b *broken) Update(ctx context.Context, change func(nca.Tx) error) error {
	if b.down {
		return errFault
	}
	return b.Store.Update(ctx, change)
}

// What another process revokes is heeded within a second, and what was kept is
// not given out while the ledger does not answer.
func TestKeptAnswersFollowTheLedger(t *testing.T) {
	now := start
	clock := func() time.Time { return now }
	store := &broken{Store: sqlite(t)}
	c := config(store)
	c.Clock = clock
	here := must(nca.Open(filepath.Join(home, "nca"), secret, c))
	there := authority(t, store)
	app := issue(t, there, submitGOST(t, "enrolment-1"))
	cert := must(x509.ParseCertificate(must(there.Certificates(t.Context(), app.Number))[0].DER))
	question := must(ocsp.CreateRequest(cert, must(x509.ParseCertificate(here.Chain(keypair.GOST512)[0])), nil))
	p := publish.New(here, clock)
	status := func() int {
		answer, err := ocsp.ParseResponse(p.Answer(t.Context(), question), nil)
		if err != nil {
			return -1
		}
		return answer.Status
	}
	first := p.Answer(t.Context(), question)
	if status() != ocsp.Good || !bytes.Equal(first, p.Answer(t.Context(), question)) {
		t.Fatal("the first answers")
	}
	now = now.Add(2 * time.Second)
	store.down = true
	if got := status(); got != -1 {
		t.Errorf("while the ledger is down: %d", got)
	}
	if _, err := p.Lists(t.Context(), keypair.GOST512); err == nil {
		t.Error("a list while the ledger is down")
	}
	store.down = false
	if _, err := there.Withdraw(t.Context(), app.Number, nca.CessationOfOperation); err != nil {
		t.Fatal(err)
	}
	if got := status(); got != ocsp.Revoked {
		t.Errorf("after another process revoked: %d", got)
	}
	old := must(p.Lists(t.Context(), keypair.GOST512))
	if now = now.Add(2 * time.Hour); bytes.Equal(must(p.Lists(t.Context(), keypair.GOST512)).Complete, old.Complete) {
		t.Error("the list is never renewed")
	}
}
