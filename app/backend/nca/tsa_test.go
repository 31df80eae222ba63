package nca_test

import (
	"crypto/x509"
	"encoding/asn1"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ocsp"

	"qoltanba/app/backend/nca/timestamp"
	"qoltanba/keystore/keypair"
)

// stamp lets OpenSSL form a request, sends it, and returns the files of request
// and answer.
func (p published) stamp(t *testing.T, args ...string) (query, reply string) {
	t.Helper()
	data := filepath.Join(p.dir, "data")
	query, reply = filepath.Join(p.dir, "query.tsq"), filepath.Join(p.dir, "reply.tsr")
	if err := os.WriteFile(data, []byte("what is stamped"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := openssl(t, append([]string{"ts", "-query", "-data", data, "-sha256", "-out", query}, args...)...); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	status, answer := fetch(t, http.MethodPost, p.url+"tsp", "application/timestamp-query", must(os.ReadFile(query)))
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	if err := os.WriteFile(reply, answer, 0o600); err != nil {
		t.Fatal(err)
	}
	return query, reply
}

func TestOpenSSLVerifiesATimeStamp(t *testing.T) {
	p := newPublished(t)
	chain := p.Chain(keypair.RSA)
	root, issuing := p.pemFile(t, "root", "CERTIFICATE", chain[1]), p.pemFile(t, "issuing", "CERTIFICATE", chain[0])
	rsa := timestamp.PolicyRSA.String()
	for range 2 {
		query, reply := p.stamp(t, "-tspolicy", rsa, "-cert")
		out, err := openssl(t, "ts", "-verify", "-queryfile", query, "-in", reply, "-CAfile", root, "-untrusted", issuing)
		if err != nil || !strings.Contains(out, "Verification: OK") {
			t.Errorf("%v\n%s", err, out)
		}
		text, err := openssl(t, "ts", "-reply", "-in", reply, "-text")
		if err != nil || !strings.Contains(text, "Policy OID: "+rsa) || !strings.Contains(text, "Status: Granted") {
			t.Errorf("%v\n%s", err, text)
		}
	}
	_, reply := p.stamp(t, "-tspolicy", "1.2.3")
	if text, _ := openssl(t, "ts", "-reply", "-in", reply, "-text"); !strings.Contains(text, "Status: Rejected") ||
		!strings.Contains(text, "there are no time stamps under this policy") {
		t.Errorf("another policy:\n%s", text)
	}
}

// Without a policy the stamp is of GOST; OpenSSL's engine verifies the signature
// over the attributes, and OCSP knows the certificate that came along.
func TestGOSTTimeStamp(t *testing.T) {
	p := newPublished(t)
	_, reply := p.stamp(t, "-cert")
	var answer struct {
		Status asn1.RawValue
		Token  struct {
			Type    asn1.ObjectIdentifier
			Content struct {
				Version      int
				Digests      asn1.RawValue
				Content      asn1.RawValue
				Certificates asn1.RawValue `asn1:"tag:0"`
				Signers      []struct {
					Version    int
					Issuer     asn1.RawValue
					Digest     asn1.RawValue
					Attributes asn1.RawValue `asn1:"tag:0"`
					Algorithm  asn1.RawValue
					Signature  []byte
				} `asn1:"set"`
			} `asn1:"explicit,tag:0"`
		}
	}
	if rest, err := asn1.Unmarshal(must(os.ReadFile(reply)), &answer); err != nil || len(rest) > 0 {
		t.Fatal(err)
	}
	signed := answer.Token.Content
	certificates := must(x509.ParseCertificates(signed.Certificates.Bytes))
	at := slices.IndexFunc(certificates, func(c *x509.Certificate) bool { return slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageTimeStamping) })
	if at < 0 || signed.Version != 3 || len(signed.Signers) != 1 {
		t.Fatalf("version %d, %d signers, no certificate for time stamps: %t", signed.Version, len(signed.Signers), at < 0)
	}
	attributes := slices.Clone(signed.Signers[0].Attributes.FullBytes)
	attributes[0] = 0x31
	engineAccepts(t, attributes, signed.Signers[0].Signature, certificates[at].Raw)
	verifiedByEngine(t, certificates[at].Raw, p.Chain(keypair.GOST512)[0])
	if text, err := openssl(t, "ts", "-reply", "-in", reply, "-text"); err != nil || !strings.Contains(text, "Policy OID: "+timestamp.PolicyGOST.String()) {
		t.Errorf("%v\n%s", err, text)
	}
	question := must(ocsp.CreateRequest(certificates[at], must(x509.ParseCertificate(p.Chain(keypair.GOST512)[0])), nil))
	_, told := fetch(t, http.MethodPost, p.url+"ocsp", "application/ocsp-request", question)
	if status := must(ocsp.ParseResponse(told, nil)).Status; status != ocsp.Good {
		t.Errorf("its status is %d", status)
	}
}
