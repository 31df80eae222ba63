package nca_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qoltanba/app/backend/nca"
	"qoltanba/keystore/keypair"
)

// OpenSSL checks every certificate of the chain against a list, and asks about
// the issuing authority, though the root's key is away.
func TestOpenSSLChecksTheWholeChain(t *testing.T) {
	p := newPublished(t)
	_, issued := p.issue(t, "enrolment-1", submit(t, "enrolment-1", 0, 1).requests)
	chain := p.Chain(keypair.RSA)
	root, issuing := p.pemFile(t, "root", "CERTIFICATE", chain[1]), p.pemFile(t, "issuing", "CERTIFICATE", chain[0])
	leaf := p.pemFile(t, "leaf", "CERTIFICATE", issued[0].DER)
	list, rootList := p.pemFile(t, "list", "X509 CRL", p.get(t, "crl/rsa.crl")), p.pemFile(t, "rootlist", "X509 CRL", p.get(t, "crl/rsa_root.crl"))
	args := []string{"verify", "-crl_check_all", "-CAfile", root, "-untrusted", issuing, "-CRLfile", list}
	if out, err := openssl(t, append(args, "-CRLfile", rootList, leaf)...); err != nil {
		t.Errorf("the whole chain: %v\n%s", err, out)
	}
	if out, err := openssl(t, append(args, leaf)...); err == nil {
		t.Errorf("without the root's list the whole chain passes: it is not looked at\n%s", out)
	}
	out, err := openssl(t, "ocsp", "-issuer", root, "-cert", issuing, "-url", p.url+"ocsp", "-CAfile", root, "-no_nonce")
	if err != nil || !strings.Contains(out, "Response verify OK") || !strings.Contains(out, ": good") {
		t.Errorf("by OCSP, the issuing authority: %v\n%s", err, out)
	}
	text, err := openssl(t, "x509", "-in", issuing, "-noout", "-text")
	for _, address := range []string{"crl.pki.example/root.crl", "ocsp.pki.example", "pki.example/root.cer"} {
		if err != nil || !strings.Contains(text, address) {
			t.Errorf("the issuing certificate does not name %s: %v", address, err)
		}
	}
	verifiedByEngine(t, p.get(t, "crl/gost_root.crl"), p.Chain(keypair.GOST512)[1])
}

// The root's word lasts a year; Complete says it anew while the root's key is
// there, and asks for the key where it is not.
func TestTheRootSpeaksAnew(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nca")
	now := start
	c := config(sqlite(t))
	c.Clock = func() time.Time { return now }
	old := must(nca.Open(dir, secret, c)).RootList(keypair.RSA)
	if made, err := nca.Complete(dir, secret, c); err != nil || len(made) != 0 {
		t.Errorf("at once: %v, %v", made, err)
	}
	now = now.Add(330 * 24 * time.Hour)
	key := filepath.Join(dir, "root.key.age")
	away := filepath.Join(t.TempDir(), "root.key.age")
	if err := os.Rename(key, away); err != nil {
		t.Fatal(err)
	}
	if _, err := nca.Complete(dir, secret, c); err == nil || !strings.Contains(err.Error(), "root.key.age") {
		t.Errorf("without the root's key: %v", err)
	}
	if err := os.Rename(away, key); err != nil {
		t.Fatal(err)
	}
	if made, err := nca.Complete(dir, secret, c); err != nil || len(made) == 0 {
		t.Errorf("with the root's key: %v, %v", made, err)
	}
	if fresh := must(nca.Open(dir, secret, c)).RootList(keypair.RSA); bytes.Equal(fresh, old) {
		t.Error("the root said nothing new")
	}
}
