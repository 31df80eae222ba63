package nca_test

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/ledger"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

func TestIssueGOST(t *testing.T) {
	onEachStore(t, func(t *testing.T, fresh func(testing.TB) *ledger.Ledger) {
		a := authority(t, fresh(t))
		app := issue(t, a, submitGOST(t, "enrolment-1"))
		issued := must(a.Certificates(t.Context(), app.Number))
		if len(issued) != 1 || issued[0].Kind != profile.GOST512 {
			t.Fatalf("issued %d certificates", len(issued))
		}
		checkGOSTFields(t, issued[0].DER)
		chain := a.Chain(keypair.GOST512)
		verifiedByEngine(t, issued[0].DER, chain[0])
		verifiedByEngine(t, chain[0], chain[1])
		verifiedByEngine(t, chain[1], chain[1])
		issue(t, a, submit(t, "enrolment-2", 0, 1))
		audited(t, a, 2, 3)

		again := issue(t, a, submission{app.Assertion, [][]byte{app.Requests[0].DER}})
		if more := must(a.Certificates(t.Context(), again.Number)); again.Number != app.Number || !bytes.Equal(more[0].DER, issued[0].DER) {
			t.Error("a repeated submission made another certificate")
		}
		if app, err := a.Imported(t.Context(), app.Number, []string{issued[0].Fingerprint()}); err != nil || app.Status() != nca.Issued {
			t.Errorf("imported: %s, %v", app.Status(), err)
		}
	})
}

// checkGOSTFields holds a certificate against the NCA's profile, spelled out.
func checkGOSTFields(t *testing.T, der []byte) {
	t.Helper()
	cert := must(x509.ParseCertificate(der))
	values, order := make(map[string][]byte), ""
	for _, e := range cert.Extensions {
		values[e.Id.String()] = e.Value
		order += " " + e.Id.String()
		if e.Critical != (e.Id.String() == "2.5.29.15") {
			t.Errorf("extension %s critical: %t", e.Id, e.Critical)
		}
	}
	var usages []asn1.ObjectIdentifier
	if _, err := asn1.Unmarshal(values["2.5.29.37"], &usages); err != nil {
		t.Fatal(err)
	}
	ski := must(profile.SKIOfInfo(cert.RawSubjectPublicKeyInfo))
	serial := ski
	serial[0] &= 0x7f
	own := addresses("gost")
	for _, f := range []struct{ field, got, want string }{
		{"issuer", cert.Issuer.CommonName, "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (GOST) TEST 2026"},
		{"serial", cert.SerialNumber.Text(16), strings.TrimLeft(hex.EncodeToString(serial[:]), "0")},
		{"SKI", hex.EncodeToString(cert.SubjectKeyId), hex.EncodeToString(ski[:])},
		{"begin", cert.NotBefore.String(), start.Truncate(time.Second).String()},
		{"end", cert.NotAfter.String(), start.Truncate(time.Second).AddDate(1, 0, 0).String()},
		{"usage", hex.EncodeToString(values["2.5.29.15"]), "030203c8"},
		{"EKU", fmt.Sprint(usages), "[1.3.6.1.5.5.7.3.4 1.2.398.3.3.4.1.1 1.2.398.3.3.4.3.2.1]"},
		{"policy", fmt.Sprint(cert.PolicyIdentifiers), "[1.2.398.3.3.2]"},
		{"key store", hex.EncodeToString(values["1.2.398.3.3.5"]), "300a06082a830e0303050101"},
		{"e-mail", fmt.Sprint(cert.EmailAddresses), "[" + email + "]"},
		{"OCSP", fmt.Sprint(cert.OCSPServer), "[" + own.OCSP + "]"},
		{"issuer URL", fmt.Sprint(cert.IssuingCertificateURL), "[" + own.Issuer + "]"},
		{"CRL", fmt.Sprint(cert.CRLDistributionPoints), "[" + own.CRL + "]"},
		{"order", order, " 2.5.29.32 1.3.6.1.5.5.7.1.1 2.5.29.31 2.5.29.46 2.5.29.37 2.5.29.15 2.5.29.14 2.5.29.35 2.5.29.17 1.2.398.3.3.5"},
	} {
		if f.got != f.want {
			t.Errorf("%s is %s, want %s", f.field, f.got, f.want)
		}
	}
	signature, key := must(asn1.Marshal(asn1.ObjectIdentifier{1, 2, 398, 3, 10, 1, 1, 2, 3, 2})), "2a830e030a01010202"
	if !bytes.Contains(cert.RawTBSCertificate, append(signature, asn1.NullBytes...)) || !strings.Contains(hex.EncodeToString(cert.RawSubjectPublicKeyInfo), key) {
		t.Error("the algorithms are not those of GOST 34.310-2015")
	}
}

// verifiedByEngine lets OpenSSL's gost engine verify what is signed with GOST:
// the key relabelled with the identifiers of RFC 9215, which the engine knows,
// and the signature turned round, as s‖r big-endian.
func verifiedByEngine(t *testing.T, der, issuer []byte) {
	t.Helper()
	signed := must(keypair.ParseSigned(der))
	engineAccepts(t, signed.TBS, signed.Signature, issuer)
}

func engineAccepts(t *testing.T, message, signature, issuer []byte) {
	t.Helper()
	if found, err := filepath.Glob("/usr/lib/*/engines-3/gost.so"); err != nil || len(found) == 0 {
		t.Skip("OpenSSL's gost engine is not there (make setup)")
	}
	dir := t.TempDir()
	turned := slices.Clone(signature)
	slices.Reverse(turned)
	key := relabelled(t, must(x509.ParseCertificate(issuer)).RawSubjectPublicKeyInfo)
	verify := func(tbs []byte) (string, error) {
		for name, content := range map[string][]byte{"key": key, "signature": turned, "tbs": tbs} {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		out, err := exec.CommandContext(t.Context(), "openssl", "dgst", "-engine", "gost", "-md_gost12_512", "-keyform", "DER",
			"-verify", filepath.Join(dir, "key"), "-signature", filepath.Join(dir, "signature"), filepath.Join(dir, "tbs")).CombinedOutput()
		return string(out), err
	}
	if out, err := verify(message); err != nil || !strings.Contains(out, "Verified OK") {
		t.Errorf("OpenSSL's engine: %v\n%s", err, out)
	}
	other := slices.Clone(message)
	other[len(other)-1] ^= 1
	if out, err := verify(other); err == nil {
		t.Errorf("OpenSSL's engine accepts changed content: it is not asked what we think\n%s", out)
	}
}

// relabelled is a public key of the NCA under the Russian identifiers.
func relabelled(t *testing.T, spki []byte) []byte {
	t.Helper()
	var info struct {
		Algorithm asn1.RawValue
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(spki, &info); err != nil {
		t.Fatal(err)
	}
	algorithm := must(asn1.Marshal([]any{
		asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 1, 2},
		[]asn1.ObjectIdentifier{{1, 2, 643, 7, 1, 2, 1, 2, 1}, {1, 2, 643, 7, 1, 1, 2, 3}},
	}))
	return must(asn1.Marshal([]any{asn1.RawValue{FullBytes: algorithm}, info.Key}))
}
