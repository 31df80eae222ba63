package cms

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"
)

// atNoon makes OpenSSL judge certificates at the time of the tests' cast.
var atNoon = strconv.FormatInt(noon.Unix(), 10)

func TestOpenSSLAcceptsOurs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	verify := func(more ...string) (string, error) {
		return b.openssl(append([]string{"cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "sig", "-CAfile", "root.pem", "-attime", atNoon, "-out", "got"}, more...)...)
	}
	s := actors().citizen.signer()
	b.put("sig", attached(t, s, text))
	if out, err := verify(); err != nil || !bytes.Equal(b.get("got"), text) {
		t.Errorf("attached: %v: %s", err, out)
	}
	b.put("sig", attached(t, s, nil))
	if out, err := verify(); err != nil || len(b.get("got")) != 0 {
		t.Errorf("attached nothing: %v: %s", err, out)
	}

	der, err := s.Detached(text)
	if err != nil {
		t.Fatal(err)
	}
	b.put("sig", der)
	if out, err := verify("-content", "text"); err != nil || !bytes.Equal(b.get("got"), text) {
		t.Errorf("detached: %v: %s", err, out)
	}
	b.put("changed", append(text[:len(text):len(text)], '!'))
	if out, err := verify("-content", "changed"); err == nil {
		t.Errorf("OpenSSL takes a changed content: %s", out)
	}
}

func TestOpenSSLReadsOurAttributes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.put("sig", attached(t, actors().citizen.signer(), text))
	out, err := b.openssl("cms", "-cmsout", "-print", "-inform", "DER", "-in", "sig")
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{
		"contentType (1.2.840.113549.1.9.3)", "messageDigest (1.2.840.113549.1.9.4)", "signingTime (1.2.840.113549.1.9.5)",
		"id-smime-aa-signingCertificateV2 (1.2.840.113549.1.9.16.2.47)", "Nov 22 12:00:00 2026 GMT",
		"algorithm: sha256 (2.16.840.1.101.3.4.2.1)", "algorithm: sha256WithRSAEncryption (1.2.840.113549.1.1.11)",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("OpenSSL does not show %q", want)
		}
	}
}

func TestWeJudgeOpenSSLs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for name, c := range map[string]struct {
		args        []string
		bes         bool
		whole, good bool
		trust       Trust
		reason      error
	}{
		"CAdES-BES":         {[]string{"-cades"}, true, true, true, Trusted, nil},
		"by key identifier": {[]string{"-cades", "-keyid"}, true, true, true, Trusted, nil},
		"plain CMS":         {nil, false, true, true, Trusted, nil},
		"no chain":          {[]string{"-cades"}, true, true, true, Untrusted, ErrUntrusted},
		"no attributes":     {[]string{"-noattr"}, false, false, false, Trusted, ErrNoAttributes},
		"no certificate":    {[]string{"-nocerts"}, false, true, false, TrustNotJudged, ErrNoCertificate},
		"SHA-512":           {[]string{"-cades", "-md", "sha512"}, true, false, false, Trusted, ErrAlgorithm},
		"PSS":               {[]string{"-cades", "-keyopt", "rsa_padding_mode:pss"}, true, false, false, Trusted, ErrAlgorithm},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"cms", "-sign", "-binary", "-nodetach", "-in", "text", "-outform", "DER", "-out", "sig", "-signer", "citizen.pem", "-inkey", "citizen.key"}, c.args...)
			if name != "no chain" {
				args = append(args, "-certfile", "authority.pem")
			}
			if out, err := b.openssl(args...); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			f := judge(t, b.get("sig"), byRoot())
			if f.BES != c.bes || f.Whole != c.whole || f.Good != c.good || f.Trust != c.trust || !errors.Is(f.Reason, c.reason) || c.reason == nil && f.Reason != nil {
				t.Errorf("BES %v, whole %v, good %v, trust %v: %v", f.BES, f.Whole, f.Good, f.Trust, f.Reason)
			}
			if f.Certificate != nil && !f.Certificate.Equal(actors().citizen.cert) {
				t.Error("another certificate")
			}
		})
	}
}

func TestWeJudgeOpenSSLsDetached(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sign := func(more ...string) []byte {
		args := append([]string{"cms", "-sign", "-cades", "-binary", "-in", "text", "-outform", "DER", "-out", "sig", "-certfile", "authority.pem"}, more...)
		if out, err := b.openssl(args...); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return b.get("sig")
	}
	both := []string{"-signer", "citizen.pem", "-inkey", "citizen.key", "-signer", "neighbour.pem", "-inkey", "neighbour.key"}
	sd, err := Parse(sign(both...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sd.Verify(byRoot()); !errors.Is(err, ErrDetached) {
		t.Errorf("without the content: %v", err)
	}
	v := byRoot()
	v.Content = text
	findings, err := sd.Verify(v)
	if err != nil || len(findings) != 2 {
		t.Fatalf("%d findings: %v", len(findings), err)
	}
	for i, f := range findings {
		if !f.BES || !f.Whole || !f.Good || f.Trust != Trusted || f.Time.IsZero() {
			t.Errorf("signer %d: %v", i, f.Reason)
		}
	}
	if findings[0].Certificate.Equal(findings[1].Certificate) {
		t.Error("two signers have one certificate")
	}
	if _, err := Parse(sign("-stream", "-signer", "citizen.pem", "-inkey", "citizen.key")); !errors.Is(err, ErrMalformed) {
		t.Errorf("indefinite lengths: %v", err)
	}
}
