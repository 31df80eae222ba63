package cms

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/gost"
	"qoltanba/keystore/keypair"
)

// gostSigner signs as the citizen with a GOST key.
func gostSigner() Signer {
	c := gostActors()
	return Signer{Key: c.citizen.key, Certificate: c.citizen.cert, Chain: []*x509.Certificate{c.authority.cert}, Time: noon}
}

func byGOSTRoot() Verification {
	return Verification{Authorities: []*x509.Certificate{gostActors().root.cert}, At: noon}
}

func TestGOSTSignedAndVerified(t *testing.T) {
	t.Parallel()
	s := gostSigner()
	f := judge(t, attached(t, s, text), byGOSTRoot())
	if !f.BES || !f.Whole || !f.Good || f.Trust != Trusted || f.Reason != nil || !f.Time.Equal(noon) ||
		f.Algorithm != keypair.GOST512 || !f.Certificate.Equal(gostActors().citizen.cert) {
		t.Errorf("attached: %+v", f)
	}
	der, err := s.Detached(text)
	if err != nil {
		t.Fatal(err)
	}
	v := byGOSTRoot()
	v.Content = text
	if f := judge(t, der, v); !f.Good || !f.Whole || f.Trust != Trusted {
		t.Errorf("detached: %v", f.Reason)
	}
	v.Content = bytes.ToUpper(text)
	if f := judge(t, der, v); !f.Good || !errors.Is(f.Reason, ErrChanged) {
		t.Errorf("changed: %v", f.Reason)
	}
	forged := s
	forged.Key = blindKey{gostActors().stranger.key, gostActors().citizen.key.Public()}
	if f := judge(t, attached(t, forged, text), byGOSTRoot()); f.Good || !f.Whole || !errors.Is(f.Reason, ErrSignature) {
		t.Errorf("forged: %v", f.Reason)
	}
	s.Key = actors().citizen.key
	if _, err := s.Attached(text); !errors.Is(err, ErrKeyMismatch) {
		t.Errorf("a key of another kind: %v", err)
	}
}

func TestContentTypeAndCertificatesAreTheCallers(t *testing.T) {
	t.Parallel()
	s := gostSigner()
	s.ContentType, s.WithoutCertificates = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}, true
	sd, err := Parse(attached(t, s, text))
	if err != nil || !sd.ContentType.Equal(s.ContentType) || len(sd.Certificates) != 0 {
		t.Fatalf("%v", err)
	}
	sd.Certificates = []*x509.Certificate{s.Certificate}
	findings, err := sd.Verify(Verification{})
	if err != nil || !findings[0].Good || !findings[0].Whole {
		t.Errorf("%v: %v", err, findings[0].Reason)
	}
}

// The path of a certificate on a GOST key is judged here and not by the
// standard library.
func TestGOSTPathIsJudged(t *testing.T) {
	t.Parallel()
	c := gostActors()
	for name, tc := range map[string]struct {
		authority func(*x509.Certificate) // alters the issuing certificate
		citizen   func(*x509.Certificate)
		root      *x509.Certificate
		at        time.Time
		want      error
	}{
		"as it should be":    {want: nil},
		"another root":       {root: c.stranger.cert, want: errNoPath},
		"the authority only": {root: c.authority.cert, want: nil},
		"later":              {at: noon.AddDate(2, 0, 0), want: x509.CertificateInvalidError{}},
		"before":             {at: began.AddDate(0, 0, -1), want: x509.CertificateInvalidError{}},
		"authority expired":  {authority: func(a *x509.Certificate) { a.NotAfter = noon.AddDate(0, 0, -1) }, want: x509.CertificateInvalidError{}},
		"no authority":       {authority: func(a *x509.Certificate) { a.IsCA = false }, want: errNoPath},
		"not for issuing":    {authority: func(a *x509.Certificate) { a.KeyUsage = x509.KeyUsageDigitalSignature }, want: errNoPath},
		"another name":       {authority: func(a *x509.Certificate) { a.RawSubject, a.Subject = nil, pkix.Name{CommonName: "БАСҚА"} }, want: errNoPath},
		"constrained":        {authority: func(a *x509.Certificate) { a.PermittedEmailAddresses = []string{"example.kz"} }, want: x509.UnhandledCriticalExtension{}},
		"critical and unknown": {
			citizen: func(a *x509.Certificate) {
				a.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
			}, want: x509.UnhandledCriticalExtension{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, v := gostSigner(), byGOSTRoot()
			if tc.authority != nil {
				s.Chain = []*x509.Certificate{c.authority.again(c.root, tc.authority).cert}
			}
			if tc.citizen != nil {
				s.Certificate = c.citizen.again(c.authority, tc.citizen).cert
			}
			if tc.root != nil {
				v.Authorities = []*x509.Certificate{tc.root}
			}
			if !tc.at.IsZero() {
				v.At = tc.at
			}
			f := judge(t, attached(t, s, text), v)
			if !f.Good {
				t.Errorf("the signature itself is refused: %v", f.Reason)
			}
			if tc.want == nil {
				if f.Trust != Trusted {
					t.Errorf("refused: %v", f.Reason)
				}
				return
			}
			if f.Trust != Untrusted || !errors.Is(f.Reason, ErrUntrusted) || !sameKind(f.Reason, tc.want) {
				t.Errorf("trust %v: %v", f.Trust, f.Reason)
			}
		})
	}
}

func sameKind(got, want error) bool {
	switch want.(type) {
	case x509.CertificateInvalidError:
		var invalid x509.CertificateInvalidError
		return errors.As(got, &invalid) && invalid.Reason == x509.Expired
	case x509.UnhandledCriticalExtension:
		return errors.As(got, new(x509.UnhandledCriticalExtension))
	}
	return errors.Is(got, want)
}

// An authority that allows itself no others below cannot be preceded by one,
// and a way in a circle ends.
func TestGOSTPathIsBounded(t *testing.T) {
	t.Parallel()
	c := gostActors()
	narrow := c.root.again(c.root, func(r *x509.Certificate) { r.MaxPathLen, r.MaxPathLenZero = 0, true })
	v := byGOSTRoot()
	v.Authorities = []*x509.Certificate{narrow.cert}
	if f := judge(t, attached(t, gostSigner(), text), v); f.Trust != Untrusted {
		t.Error("an authority is let below one that allows none")
	}
	// Many certificates of one name, none of which issued the next.
	s := gostSigner()
	for n := range 40 {
		s.Chain = append(s.Chain, c.stranger.again(c.stranger, func(x *x509.Certificate) {
			x.RawSubject = c.authority.cert.RawSubject
			x.NotAfter = x.NotAfter.Add(time.Duration(n) * time.Second)
		}).cert)
	}
	s.Chain = s.Chain[1:]
	if f := judge(t, attached(t, s, text), byGOSTRoot()); f.Trust != Untrusted {
		t.Error("certificates of the right name and another key lead to the root")
	}
}

// relabelled is a GOST public key as OpenSSL's engine knows it (RFC 9215).
func relabelled(t *testing.T, key *gost.PublicKey) []byte {
	t.Helper()
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 1, 2})
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 2, 1})
				b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 2, 3})
			})
		})
		b.AddASN1(tag.BIT_STRING, func(b *cryptobyte.Builder) {
			b.AddUint8(0)
			b.AddASN1OctetString(key.Bytes())
		})
	})
	return b.BytesOrPanic()
}

// OpenSSL reads the message, finds the same digest of the content, and its
// engine finds the signatures of signer and authority good.
func TestOpenSSLsEngineAcceptsOurGOST(t *testing.T) {
	t.Parallel()
	if found, err := filepath.Glob("/usr/lib/*/engines-3/gost.so"); err != nil || len(found) == 0 {
		t.Skip("OpenSSL's gost engine is not there (make setup)")
	}
	b, c := newBench(t), gostActors()
	engine := func(args ...string) string {
		t.Helper()
		out, err := b.openssl(append([]string{"dgst", "-engine", "gost"}, args...)...)
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return out
	}
	check := func(what string, by party, content, signature []byte) {
		t.Helper()
		signature = slices.Clone(signature)
		slices.Reverse(signature) // s‖r big-endian is their form
		b.put("key", relabelled(t, by.key.Public().(*gost.PublicKey)))
		b.put("signature", signature)
		b.put("content", content)
		if out := engine("-streebog512", "-verify", "key", "-keyform", "DER", "-signature", "signature", "content"); !strings.Contains(out, "Verified OK") {
			t.Errorf("%s: %s", what, out)
		}
	}
	der := attached(t, gostSigner(), text)
	sd, err := Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	check("signed attributes", c.citizen, sd.signers[0].attributes.der, sd.signers[0].signature)
	for what, p := range map[string][2]party{"citizen": {c.citizen, c.authority}, "authority": {c.authority, c.root}, "root": {c.root, c.root}} {
		signed, err := keypair.ParseSigned(p[0].cert.Raw)
		if err != nil {
			t.Fatal(err)
		}
		check(what, p[1], signed.TBS, signed.Signature)
	}
	engine("-streebog512", "-binary", "-out", "digest", "text")
	if !bytes.Equal(b.get("digest"), sd.signers[0].attributes.digest) {
		t.Error("OpenSSL has another digest of the content")
	}
	b.put("sig", der)
	b.put("cert", encode("CERTIFICATE", c.citizen.cert.Raw))
	b.put("changed", bytes.ToUpper(text))
	for file, want := range map[string]bool{"text": true, "changed": false} {
		script := exec.CommandContext(t.Context(), "testdata/verify-gost", filepath.Join(b.dir, "sig"), filepath.Join(b.dir, "cert"), filepath.Join(b.dir, file))
		if out, err := script.CombinedOutput(); (err == nil) != want || !strings.Contains(string(out), "Verified OK") {
			t.Errorf("the demonstration's script of the %s: %v: %s", file, err, out)
		}
	}
	out, err := b.openssl("cms", "-cmsout", "-print", "-inform", "DER", "-in", "sig")
	for _, want := range []string{"1.2.398.3.10.1.3.3", "1.2.398.3.10.1.1.2.3.2", "signingCertificateV2", "Nov 22 12:00:00 2026 GMT"} {
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("OpenSSL does not show %q: %v", want, err)
		}
	}
}
