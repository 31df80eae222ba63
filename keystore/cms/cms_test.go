package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/keypair"
)

func TestSignedAndVerified(t *testing.T) {
	t.Parallel()
	citizen := actors().citizen
	der := attached(t, citizen.signer(), text)
	if again := attached(t, citizen.signer(), text); !bytes.Equal(der, again) {
		t.Error("the same signed twice differs")
	}
	sd, err := Parse(der)
	if err != nil || sd.Detached || !bytes.Equal(sd.Content, text) || len(sd.Certificates) != 2 {
		t.Fatalf("read back: %v", err)
	}
	f := judge(t, der, byRoot())
	if !f.BES || !f.Whole || !f.Good || f.Trust != Trusted || f.Reason != nil || !f.Time.Equal(noon) || f.Algorithm != keypair.RSA || !f.Certificate.Equal(citizen.cert) {
		t.Errorf("%+v", f)
	}
	if f := judge(t, der, Verification{Content: text}); !f.Whole || !f.Good || f.Trust != TrustNotJudged || f.Reason != nil {
		t.Errorf("without authorities: %+v", f)
	}
}

func TestTimeOfSigning(t *testing.T) {
	t.Parallel()
	for _, at := range []time.Time{
		time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2049, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC), // the first that UTCTime cannot tell
		time.Date(2026, 11, 22, 17, 0, 0, 999, time.FixedZone("Almaty", 5*3600)),
	} {
		s := actors().citizen.signer()
		s.Time = at
		if f := judge(t, attached(t, s, text), Verification{}); !f.Time.Equal(at.Truncate(time.Second)) || !f.Good {
			t.Errorf("%v became %v: %v", at, f.Time, f.Reason)
		}
	}
	s := actors().citizen.signer()
	s.Time = time.Time{}
	before := time.Now().Truncate(time.Second)
	if f := judge(t, attached(t, s, text), Verification{}); f.Time.Before(before) || f.Time.After(time.Now()) {
		t.Errorf("now is told as %v", f.Time)
	}
}

func TestFindings(t *testing.T) {
	t.Parallel()
	c := actors()
	old := c.citizen.again(c.authority, func(cert *x509.Certificate) { cert.NotAfter = noon.Add(-time.Hour) })
	sealing := c.citizen.again(c.authority, func(cert *x509.Certificate) { cert.KeyUsage = x509.KeyUsageKeyEncipherment })
	forged := c.citizen.signer()
	forged.Key = blindKey{c.stranger.key, c.citizen.key.Public()}
	lonely := c.citizen.signer()
	lonely.Chain = nil
	good := attached(t, c.citizen.signer(), text)

	for name, f := range map[string]struct {
		der         []byte
		v           Verification
		whole, good bool
		trust       Trust
		reason      error
	}{
		"good":             {good, byRoot(), true, true, Trusted, nil},
		"authority itself": {attached(t, lonely, text), Verification{Authorities: []*x509.Certificate{c.authority.cert}, At: noon}, true, true, Trusted, nil},
		"changed":          {bytes.Replace(good, text, bytes.ToUpper(text), 1), byRoot(), false, true, Trusted, ErrChanged},
		"forged":           {attached(t, forged, text), byRoot(), true, false, Trusted, ErrSignature},
		"stranger":         {good, Verification{Authorities: []*x509.Certificate{c.stranger.cert}, At: noon}, true, true, Untrusted, ErrUntrusted},
		"no way there":     {attached(t, lonely, text), byRoot(), true, true, Untrusted, ErrUntrusted},
		"expired":          {attached(t, old.signer(), text), byRoot(), true, true, Untrusted, ErrUntrusted},
		"not yet valid":    {good, Verification{Authorities: byRoot().Authorities, At: began.Add(-time.Hour)}, true, true, Untrusted, ErrUntrusted},
		"not for signing":  {attached(t, sealing.signer(), text), byRoot(), true, true, Untrusted, ErrKeyUsage},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := judge(t, f.der, f.v)
			if got.Whole != f.whole || got.Good != f.good || got.Trust != f.trust || !errors.Is(got.Reason, f.reason) || f.reason == nil && got.Reason != nil {
				t.Errorf("whole %v, good %v, trust %v: %v", got.Whole, got.Good, got.Trust, got.Reason)
			}
		})
	}
	if f := judge(t, attached(t, old.signer(), text), byRoot()); !errors.As(f.Reason, new(x509.CertificateInvalidError)) {
		t.Errorf("why an expired certificate is not trusted is not told: %v", f.Reason)
	}
}

// A certificate for the same key, issuer and serial number, but another name,
// must not take the place of the one that the signer named.
func TestAnotherCertificateInItsPlace(t *testing.T) {
	t.Parallel()
	c := actors()
	twin := c.citizen.again(c.authority, func(cert *x509.Certificate) { cert.RawSubject = c.neighbour.cert.RawSubject })
	der := attached(t, c.citizen.signer(), text)
	sd, err := Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	swap := func(certs ...*x509.Certificate) Finding {
		sd.Certificates = certs
		findings, err := sd.Verify(byRoot())
		if err != nil {
			t.Fatal(err)
		}
		return findings[0]
	}
	if f := swap(twin.cert, c.authority.cert); f.Good || !errors.Is(f.Reason, ErrOtherCertificate) {
		t.Errorf("alone: %v", f.Reason)
	}
	if f := swap(twin.cert, c.citizen.cert, c.authority.cert); !f.Good || !f.Certificate.Equal(c.citizen.cert) {
		t.Errorf("beside the real one: %v", f.Reason)
	}
}

// Whatever byte is changed: what still counts as whole, good and trusted says
// the same as before.
func TestEveryByteCounts(t *testing.T) {
	t.Parallel()
	der := attached(t, actors().citizen.signer(), text)
	accepted := 0
	for i := range der {
		changed := bytes.Clone(der)
		changed[i] ^= 1 << (i % 8)
		sd, err := Parse(changed)
		if err != nil {
			continue
		}
		findings, err := sd.Verify(byRoot())
		if err != nil {
			continue
		}
		for _, f := range findings {
			if !f.Whole || !f.Good || f.Trust != Trusted {
				continue
			}
			accepted++
			if !bytes.Equal(sd.Content, text) || !f.Certificate.Equal(actors().citizen.cert) || !f.Time.Equal(noon) || !f.BES {
				t.Errorf("byte %d changes what is accepted", i)
			}
		}
	}
	if accepted > 64 { // versions, digestAlgorithms, and the certificate of the authority where it is not needed
		t.Errorf("%d of %d changes go unnoticed", accepted, len(der))
	}
}

func TestSigningIsRefused(t *testing.T) {
	t.Parallel()
	c := actors()
	s := c.citizen.signer()
	s.Key = c.neighbour.key
	if _, err := s.Attached(text); !errors.Is(err, ErrKeyMismatch) {
		t.Errorf("another's certificate: %v", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: began, NotAfter: noon}
	der, err := x509.CreateCertificate(rand.Reader, template, c.authority.cert, key.Public(), c.authority.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (Signer{Key: key, Certificate: cert}).Detached(text); !errors.Is(err, ErrUnsupportedKey) {
		t.Errorf("a key of another algorithm: %v", err)
	}
}

func TestContentIsAskedFor(t *testing.T) {
	t.Parallel()
	s := actors().citizen.signer()
	der, err := s.Detached(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		der     []byte
		content []byte
		want    error
	}{
		"detached, given":       {der, text, nil},
		"detached, not given":   {der, nil, ErrDetached},
		"attached, not given":   {attached(t, s, text), nil, nil},
		"attached, the same":    {attached(t, s, text), text, nil},
		"attached, another":     {attached(t, s, text), []byte("басқа"), ErrContent},
		"attached, empty given": {attached(t, s, text), []byte{}, ErrContent},
	} {
		sd, err := Parse(c.der)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sd.Verify(Verification{Content: c.content}); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	sd, err := Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	if findings, err := sd.Verify(Verification{Content: []byte{}}); err != nil || findings[0].Whole {
		t.Errorf("an empty file in place of the text: %v", err)
	}
}

// message composes SignedData from parts that may be wrong.
func message(version int64, certificates, signers []byte, more ...byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidSignedData)
		b.AddASN1(tag0, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(version)
				b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { keypair.AddIdentifier(b, keypair.RSA.DigestOID()) })
				addContent(b, oidData, text, true)
				b.AddASN1(tag0, func(b *cryptobyte.Builder) { b.AddBytes(certificates) })
				b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { b.AddBytes(signers) })
				b.AddBytes(more)
			})
		})
	})
	return b.BytesOrPanic()
}

// info composes a SignerInfo whose signed attributes may be wrong.
func info(attributes []byte) []byte {
	c := actors().citizen
	var b cryptobyte.Builder
	c.signer().addInfo(&b, keypair.RSA, append([]byte{0x31, 0x82, byte(len(attributes) >> 8), byte(len(attributes))}, attributes...), []byte("no signature"))
	return b.BytesOrPanic()
}

// attribute composes one with the values given, DER.
func attribute(oid []int, values ...[]byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { b.AddBytes(bytes.Join(values, nil)) })
	})
	return b.BytesOrPanic()
}

func TestForeignBytesAreBounded(t *testing.T) {
	t.Parallel()
	digest, other := []byte("\x04\x01d"), []int{1, 2, 3, 4}
	padding := bytes.Repeat(attribute(other, []byte{5, 0}), 300/len(attribute(other, []byte{5, 0}))) // for a length of two bytes
	signer := func(attributes ...[]byte) []byte { return info(slices.Concat(padding, bytes.Join(attributes, nil))) }
	whole := signer(attribute(oidMessageDigest, digest))
	cert := actors().citizen.cert.Raw
	for name, c := range map[string]struct {
		der  []byte
		want error
	}{
		"like ours":                {message(1, cert, whole), nil},
		"most signers":             {message(1, cert, bytes.Repeat(whole, maxSigners)), nil},
		"too many signers":         {message(1, cert, bytes.Repeat(whole, maxSigners+1)), ErrMalformed},
		"too many certificates":    {message(1, bytes.Repeat(cert, maxCertificates+1), whole), ErrMalformed},
		"too many attributes":      {message(1, cert, signer(bytes.Repeat(attribute(other, []byte{5, 0}), maxAttributes))), ErrMalformed},
		"attribute twice":          {message(1, cert, signer(attribute(oidMessageDigest, digest), attribute(oidMessageDigest, digest))), ErrMalformed},
		"attribute with 2 values":  {message(1, cert, signer(attribute(oidMessageDigest, digest, digest))), ErrMalformed},
		"attribute without value":  {message(1, cert, signer(attribute(oidMessageDigest))), ErrMalformed},
		"attribute of other type":  {message(1, cert, signer(attribute(oidSigningTime, digest))), ErrMalformed},
		"nobody signed":            {message(1, cert, nil), ErrNoSigner},
		"version of tomorrow":      {message(6, cert, whole), ErrMalformed},
		"something follows inside": {message(1, cert, whole, 5, 0), ErrMalformed},
		"something follows":        {append(message(1, cert, whole), 0), ErrMalformed},
		"a certificate":            {cert, ErrMalformed},
		"text":                     {text, ErrMalformed},
		"nothing":                  {nil, ErrMalformed},
		"too large":                {make([]byte, MaxSize+1), ErrTooLarge},
	} {
		if _, err := Parse(c.der); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

// What the set of certificates holds beside certificates is passed over.
func TestWhatIsNoCertificateIsLeftOut(t *testing.T) {
	t.Parallel()
	cert := actors().citizen.cert.Raw
	set := slices.Concat([]byte{0xa1, 2, 5, 0}, []byte{0x30, 2, 5, 0}, cert)
	sd, err := Parse(message(1, set, info(bytes.Repeat(attribute([]int{1, 2, 3, 4}, make([]byte, 0)), 30))))
	if err != nil || len(sd.Certificates) != 1 {
		t.Errorf("%v", err)
	}
}

func TestSignerShowsNothing(t *testing.T) {
	t.Parallel()
	s := actors().citizen.signer()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
		if got := fmt.Sprintf(verb, s); got != "[signer]" {
			t.Errorf("%s shows %d characters", verb, len(got))
		}
	}
	if strings.Contains(s.LogValue().String(), "KZ") {
		t.Error("the log shows the owner")
	}
}

// BenchmarkSign compares a signature of 1 KB of content with the RSA operation
// in it, made in turn, so that a busy machine disturbs both alike: the medians'
// ratio is "x-raw". See CONTRIBUTING, Measured.
func BenchmarkSign(b *testing.B) {
	s := actors().citizen.signer()
	content := bytes.Repeat([]byte("қолтаңба "), 61)[:1024]
	digest := sha256.Sum256(content)
	var raw, whole []time.Duration
	for b.Loop() {
		began := time.Now()
		if _, err := s.Key.Sign(rand.Reader, digest[:], crypto.SHA256); err != nil {
			b.Fatal(err)
		}
		between := time.Now()
		if _, err := s.Attached(content); err != nil {
			b.Fatal(err)
		}
		raw, whole = append(raw, between.Sub(began)), append(whole, time.Since(between))
	}
	slices.Sort(raw)
	slices.Sort(whole)
	b.ReportMetric(float64(whole[len(whole)/2])/float64(raw[len(raw)/2]), "x-raw")
}

// BenchmarkVerify reads and judges such a signature, with two certificates.
func BenchmarkVerify(b *testing.B) {
	der := attached(b, actors().citizen.signer(), bytes.Repeat([]byte{'1'}, 1024))
	for b.Loop() {
		judge(b, der, byRoot())
	}
}

// A second signer joins: what the first signed keeps its bytes, and both are
// good, of one algorithm or of two, attached or not.
func TestAnotherSignerJoins(t *testing.T) {
	t.Parallel()
	first, second := actors().citizen.signer(), gostSigner()
	neighbour := actors().neighbour.signer()
	detached, err := first.Detached(text)
	if err != nil {
		t.Fatal(err)
	}
	both := attached(t, first, text)
	for _, s := range []Signer{second, neighbour} {
		if both, err = s.Join(both, nil); err != nil {
			t.Fatal(err)
		}
	}
	beside, err := neighbour.Join(detached, nil)
	if err != nil {
		t.Fatal(err)
	}
	if beside, err = second.Join(beside, text); err != nil {
		t.Fatal(err)
	}
	authorities := Verification{At: noon, Content: text, Authorities: []*x509.Certificate{actors().root.cert, gostActors().root.cert}}
	for name, der := range map[string][]byte{"attached": both, "detached": beside} {
		sd, err := Parse(der)
		if err != nil {
			t.Fatal(err)
		}
		findings, err := sd.Verify(authorities)
		if err != nil || len(findings) != 3 {
			t.Fatalf("%s: %d findings: %v", name, len(findings), err)
		}
		for i, f := range findings {
			if !f.BES || !f.Whole || !f.Good || f.Trust != Trusted {
				t.Errorf("%s: signer %d: %v", name, i, f.Reason)
			}
		}
	}
	if _, err := second.Join(detached, nil); !errors.Is(err, ErrDetached) {
		t.Errorf("no digest by this hash is stated: %v", err)
	}
	if _, err := first.Join(both, bytes.ToUpper(text)); !errors.Is(err, ErrContent) {
		t.Errorf("another content: %v", err)
	}
	if _, err := first.Join([]byte("text"), nil); !errors.Is(err, ErrMalformed) {
		t.Errorf("no signature: %v", err)
	}
	digest, err := first.DetachedDigest(keypair.RSA.Digest(text))
	if err != nil {
		t.Fatal(err)
	}
	if f := judge(t, digest, Verification{Content: text}); !f.Good || !f.Whole {
		t.Errorf("by its digest: %v", f.Reason)
	}
}
