package nca_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/ledger"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

func TestIssue(t *testing.T) {
	onEachStore(t, func(t *testing.T, fresh func(testing.TB) *ledger.Ledger) {
		a := authority(t, fresh(t))
		s := submit(t, "enrolment-1", 0, 1)
		app := issue(t, a, s)
		var history []nca.Status
		for _, c := range app.History {
			history = append(history, c.Status)
			if d := c.At.Sub(start); d < -time.Second || d > time.Second {
				t.Errorf("%s at %s", c.Status, c.At)
			}
		}
		want := []nca.Status{nca.Created, nca.Checking, nca.Approved, nca.AwaitingImport}
		if fmt.Sprint(history) != fmt.Sprint(want) {
			t.Errorf("history %v, want %v", history, want)
		}
		if err := nca.CheckNumber(app.Number); err != nil {
			t.Errorf("number %s: %v", app.Number, err)
		}
		issued, err := a.Certificates(t.Context(), app.Number)
		if err != nil {
			t.Fatal(err)
		}
		if len(issued) != 2 || issued[0].Kind != profile.RSAAuth || issued[1].Kind != profile.RSASign {
			t.Fatalf("issued %d certificates", len(issued))
		}
		for i, c := range issued {
			cert, err := x509.ParseCertificate(c.DER)
			if err != nil {
				t.Fatal(err)
			}
			if !keyAt(i).PublicKey.Equal(cert.PublicKey) {
				t.Errorf("%s is for another key", c.Kind)
			}
			checkFields(t, cert, c.Kind)
			checkOpenSSL(t, a, c)
		}
		audited(t, a, 1, 2)

		if again := issue(t, a, s); again.Number != app.Number || len(again.History) != len(app.History) {
			t.Error("a repeated submission made another application")
		}
		fingerprints := []string{issued[1].Fingerprint(), strings.ToUpper(issued[0].Fingerprint())}
		if _, err := a.Imported(t.Context(), app.Number, fingerprints[:1]); !errors.Is(err, nca.ErrFingerprints) {
			t.Errorf("one fingerprint of two: %v", err)
		}
		for range 2 {
			if app, err = a.Imported(t.Context(), app.Number, fingerprints); err != nil || app.Status() != nca.Issued || len(app.History) != 5 {
				t.Errorf("imported: %s, %v", app.Status(), err)
			}
		}
		audited(t, a, 1, 2)
	})
}

// checkFields compares a certificate with the NCA's profile, spelled out.
func checkFields(t *testing.T, cert *x509.Certificate, kind profile.Kind) {
	t.Helper()
	usage, standard, policy := x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment, "1.3.6.1.5.5.7.3.4", "1.2.398.3.3.2.3"
	if kind == profile.RSAAuth {
		usage, standard, policy = x509.KeyUsageDigitalSignature|x509.KeyUsageKeyEncipherment, "1.3.6.1.5.5.7.3.2", "1.2.398.3.3.2.4"
	}
	extensions := make(map[string][]byte)
	for _, e := range cert.Extensions {
		extensions[e.Id.String()] = e.Value
		if e.Critical != (e.Id.String() == "2.5.29.15") {
			t.Errorf("%s: extension %s critical: %t", kind, e.Id, e.Critical)
		}
	}
	var eku []asn1.ObjectIdentifier
	if _, err := asn1.Unmarshal(extensions["2.5.29.37"], &eku); err != nil {
		t.Fatal(err)
	}
	ski := must(profile.SKI(cert.PublicKey))
	serial := ski
	serial[0] &= 0x7f
	for _, f := range []struct{ field, got, want string }{
		{"issuer", cert.Issuer.CommonName, "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA) TEST 2026"},
		{"serial", cert.SerialNumber.Text(16), strings.TrimLeft(hex.EncodeToString(serial[:]), "0")},
		{"SKI", hex.EncodeToString(cert.SubjectKeyId), hex.EncodeToString(ski[:])},
		{"begin", cert.NotBefore.String(), start.Truncate(time.Second).String()},
		{"end", cert.NotAfter.String(), start.Truncate(time.Second).AddDate(1, 0, 0).String()},
		{"usage", fmt.Sprint(cert.KeyUsage), fmt.Sprint(usage)},
		{"EKU", fmt.Sprint(eku), "[" + standard + " 1.2.398.3.3.4.1.1 1.2.398.3.3.4.3.2.1]"},
		{"policy", fmt.Sprint(cert.PolicyIdentifiers), "[" + policy + "]"},
		{"key store", hex.EncodeToString(extensions["1.2.398.3.3.5"]), "300a06082a830e0303050101"},
		{"e-mail", fmt.Sprint(cert.EmailAddresses), "[" + email + "]"},
		{"OCSP", fmt.Sprint(cert.OCSPServer), "[" + urls.OCSP + "]"},
		{"issuer URL", fmt.Sprint(cert.IssuingCertificateURL), "[" + urls.Issuer + "]"},
		{"CRL", fmt.Sprint(cert.CRLDistributionPoints), "[" + urls.CRL + "]"},
		{"delta CRL", fmt.Sprint(bytes.Contains(extensions["2.5.29.46"], []byte(urls.DeltaCRL))), "true"},
		{"CPS", fmt.Sprint(bytes.Contains(extensions["2.5.29.32"], []byte(urls.CPS))), "true"},
		{"extensions", fmt.Sprint(len(cert.Extensions)), "10"},
	} {
		if f.got != f.want {
			t.Errorf("%s: %s is %s, want %s", kind, f.field, f.got, f.want)
		}
	}
}

// checkOpenSSL lets OpenSSL judge the chain and print the subject.
func checkOpenSSL(t *testing.T, a *nca.Authority, c nca.Certificate) {
	t.Helper()
	dir := t.TempDir()
	paths := make([]string, 3)
	for i, der := range append(a.Chain(keypair.RSA), c.DER) {
		paths[i] = filepath.Join(dir, fmt.Sprint(i, ".pem"))
		block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
		if err := os.WriteFile(paths[i], block, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	purpose := map[profile.Kind]string{profile.RSAAuth: "sslclient", profile.RSASign: "smimesign"}[c.Kind]
	at := fmt.Sprint(start.Add(time.Hour).Unix())
	out, err := exec.CommandContext(t.Context(), "openssl", "verify", "-x509_strict", "-purpose", purpose, "-attime", at,
		"-CAfile", paths[1], "-untrusted", paths[0], paths[2]).CombinedOutput()
	if err != nil {
		t.Errorf("openssl verify: %v\n%s", err, out)
	}
	out, err = exec.CommandContext(t.Context(), "openssl", "x509", "-in", paths[2], "-noout", "-subject", "-text",
		"-nameopt", "utf8,sep_comma_plus,sname").CombinedOutput()
	if err != nil {
		t.Fatalf("openssl x509: %v\n%s", err, out)
	}
	for _, want := range []string{
		"subject=CN=ӘБІЛҚАЙЫРОВ ІҢКӘР,SN=ӘБІЛҚАЙЫРОВ,serialNumber=IIN900101300811,C=KZ,GN=ҒАНИҰЛЫ\n",
		"email:" + email, "CPS: " + urls.CPS, "X509v3 Freshest CRL",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("openssl x509 does not show %q:\n%s", want, out)
		}
	}
}

// faulty fails once, at its n-th operation: a read, an addition, or the word
// that a commit went well, after it did.
type faulty struct {
	nca.Store
	mu    sync.Mutex
	until int
}

func (f *faulty) blown() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.until--
	return f.until == 0
}

func (f *faulty) Update(ctx context.Context, change func(nca.Tx) error) error {
	err := f.Store.Update(ctx, func(tx nca.Tx) error {
		if f.blown() {
			return errFault
		}
		if err := change(faultyTx{tx, f}); err != nil {
			return err
		}
		if f.blown() {
			return errFault
		}
		return nil
	})
	if err == nil && f.blown() {
		return errFault
	}
	return err
}

type faultyTx struct {
	nca.Tx
	fuse *faulty
}

func (f faultyTx) AddIntent(i nca.Intent) error {
	if f.fuse.blown() {
		return errFault
	}
	return f.Tx.AddIntent(i)
}

func (f faultyTx) AddCertificate(c nca.Certificate) error {
	if f.fuse.blown() {
		return errFault
	}
	return f.Tx.AddCertificate(c)
}

func (f faultyTx) AddStatus(number string, c nca.StatusChange) error {
	if f.fuse.blown() {
		return errFault
	}
	return f.Tx.AddStatus(number, c)
}

func (f faultyTx) AddAssertionUse(id, number string, at time.Time) error {
	if f.fuse.blown() {
		return errFault
	}
	return f.Tx.AddAssertionUse(id, number, at)
}

func TestAFaultAnywhereMakesNoSecondCertificate(t *testing.T) {
	onEachStore(t, func(t *testing.T, fresh func(testing.TB) *ledger.Ledger) {
		store := &faulty{}
		a := authority(t, store)
		s := submit(t, "enrolment-1", 0, 1)
		faults := 0
		for n := 1; ; n++ {
			store.Store, store.until = fresh(t), n
			_, err := walkAll(t.Context(), a, s)
			if err == nil {
				break
			}
			if !errors.Is(err, errFault) {
				t.Fatalf("fault %d: %v", n, err)
			}
			faults++
			app, err := walkAll(t.Context(), a, s)
			if err != nil || app.Status() != nca.Issued {
				t.Fatalf("after fault %d: %s, %v", n, app.Status(), err)
			}
			audited(t, a, 1, 2)
		}
		if faults < 20 {
			t.Errorf("only %d faults were tried", faults)
		}
	})
}

func walkAll(ctx context.Context, a *nca.Authority, s submission) (nca.Application, error) {
	app, err := apply(ctx, a, s)
	if err != nil {
		return app, err
	}
	if app, err = a.Issue(ctx, app.Number); err != nil {
		return app, err
	}
	issued, err := a.Certificates(ctx, app.Number)
	if err != nil {
		return app, err
	}
	return a.Imported(ctx, app.Number, []string{issued[0].Fingerprint(), issued[1].Fingerprint()})
}

func TestManyAtOnceGetOnePair(t *testing.T) {
	onEachStore(t, func(t *testing.T, fresh func(testing.TB) *ledger.Ledger) {
		a := authority(t, fresh(t))
		requests := submit(t, "enrolment-1", 0, 1).requests
		numbers := make([]string, 10)
		var group sync.WaitGroup
		for i := range numbers {
			s := submission{statement(t, party(), "enrolment-1", requests), requests}
			group.Go(func() {
				app, err := walkAll(t.Context(), a, s)
				if err != nil {
					t.Errorf("call %d: %v", i, err)
				}
				numbers[i] = app.Number
			})
		}
		group.Wait()
		for _, n := range numbers {
			if n != numbers[0] {
				t.Errorf("two applications: %s and %s", n, numbers[0])
			}
		}
		audited(t, a, 1, 2)
	})
}

func TestRejectedIsNeverIssued(t *testing.T) {
	onEachStore(t, func(t *testing.T, fresh func(testing.TB) *ledger.Ledger) {
		a := authority(t, fresh(t))
		app, err := apply(t.Context(), a, submit(t, "enrolment-1", 0, 1))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Certificates(t.Context(), app.Number); !errors.Is(err, nca.ErrNotReady) {
			t.Errorf("certificates before issue: %v", err)
		}
		if app, err = a.Reject(t.Context(), app.Number, "the card is reported stolen"); err != nil {
			t.Fatal(err)
		}
		if last := app.History[len(app.History)-1]; last.Status != nca.Rejected || last.Reason == "" {
			t.Errorf("last status %s %q", last.Status, last.Reason)
		}
		if _, err := a.Issue(t.Context(), app.Number); !errors.Is(err, nca.ErrRejected) {
			t.Errorf("issue: %v", err)
		}
		if _, err := a.Certificates(t.Context(), app.Number); !errors.Is(err, nca.ErrRejected) {
			t.Errorf("certificates: %v", err)
		}
		approved := issue(t, a, submit(t, "enrolment-2", 2, 3))
		if _, err := a.Reject(t.Context(), approved.Number, "too late"); !errors.Is(err, nca.ErrNotReady) {
			t.Errorf("reject after approval: %v", err)
		}
		audited(t, a, 2, 2)
	})
}
