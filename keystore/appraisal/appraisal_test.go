package appraisal

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore"
	"qoltanba/keystore/cms"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
	"qoltanba/keystore/revocation"
	"qoltanba/keystore/timestamp"
	"qoltanba/keystore/xmldsig"
)

var (
	noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	text = []byte("Мен, Әйгүл, қолтаңбамды сынап көрдім.")
)

type party struct {
	key  crypto.Signer
	cert *x509.Certificate
}

type cast struct{ root, authority, citizen, stamper, impostor, stranger party }

var (
	gost = sync.OnceValue(func() cast { return newCast(keypair.GOST512) })
	rsas = sync.OnceValue(func() cast { return newCast(keypair.RSA) })
)

func newCast(a keypair.Algorithm) (c cast) {
	ca := x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	c.root = certify(a, party{}, "НЕГІЗГІ", ca)
	c.authority = certify(a, c.root, "ҰЛТТЫҚ", ca)
	impostor := certify(a, party{}, "ҰЛТТЫҚ", ca)
	owner, err := profile.Subject{Surname: "Ғабитқызы", Name: "Әйгүл", Patronymic: "Сапарқызы", IIN: "061211600012"}.Raw()
	if err != nil {
		panic(err)
	}
	kind := profile.Kinds(a)[0]
	for _, k := range profile.Kinds(a) {
		if k.Signs() {
			kind = k
		}
	}
	person := x509.Certificate{RawSubject: owner, KeyUsage: kind.KeyUsage()}
	person.ExtKeyUsage, person.UnknownExtKeyUsage = kind.ExtKeyUsages()
	c.citizen = certify(a, c.authority, "", person)
	c.impostor = certify(a, impostor, "", person)
	c.stranger = certify(a, certify(a, party{}, "БӨТЕН", ca), "", person)
	c.stamper = certify(a, c.authority, "TSA", x509.Certificate{KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}})
	return c
}

func certify(a keypair.Algorithm, issuer party, name string, template x509.Certificate) party {
	key, err := a.GenerateKey()
	if err != nil {
		panic(err)
	}
	ski, err := profile.SKI(key.Public())
	if err != nil {
		panic(err)
	}
	template.SerialNumber, template.SubjectKeyId = profile.Serial(ski), ski[:]
	template.NotBefore, template.NotAfter = noon.AddDate(0, -1, 0), noon.AddDate(1, 0, 0)
	if template.RawSubject == nil {
		template.Subject = pkix.Name{CommonName: name}
	}
	parent, by := issuer.cert, issuer.key
	if parent == nil {
		parent, by = &template, key
	}
	der, err := keypair.CreateCertificate(rand.Reader, &template, parent, key.Public(), by)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return party{key, cert}
}

func (c cast) signer(p party) cms.Signer {
	return cms.Signer{Key: p.key, Certificate: p.cert, Chain: []*x509.Certificate{c.authority.cert}, Time: noon}
}

// by judges by the root; the authority answers as told.
func (c cast) by(standing revocation.Standing) Options {
	return Options{
		Authorities: []*x509.Certificate{c.root.cert}, Others: []*x509.Certificate{c.authority.cert}, Now: noon,
		Standing: func(_ context.Context, _, issuer *x509.Certificate) (revocation.Answer, error) {
			if !issuer.Equal(c.authority.cert) {
				return revocation.Answer{}, errors.New("another issuer is asked")
			}
			if standing == revocation.Unknown {
				return revocation.Answer{}, revocation.ErrUnreachable
			}
			return revocation.Answer{Standing: standing, Since: noon.Add(-time.Hour)}, nil
		},
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestSignaturesAreExplained(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]cast{"gost": gost(), "rsa": rsas()} {
		attached, detached := must(c.signer(c.citizen).Attached(text)), must(c.signer(c.citizen).Detached(text))
		changed := bytes.Replace(attached, []byte("қолтаңбамды"), []byte("қолтаңбаңды"), 1)
		at := func(o Options, more func(*Options)) Options {
			more(&o)
			return o
		}
		for what, k := range map[string]struct {
			file []byte
			o    Options
			want Verdict
			tell string // whole good trusted valid revoked
		}{
			"sound":               {attached, c.by(revocation.Good), Sound, "yes yes yes yes good"},
			"nobody answers":      {attached, c.by(revocation.Unknown), Open, "yes yes yes yes unknown"},
			"revoked":             {attached, c.by(revocation.Revoked), Doubtful, "yes yes yes yes revoked"},
			"suspended":           {attached, c.by(revocation.Suspended), Doubtful, "yes yes yes yes suspended"},
			"no authorities":      {attached, Options{Now: noon}, Open, "yes yes unknown yes unknown"},
			"another authority":   {must(c.signer(c.stranger).Attached(text)), c.by(revocation.Good), Open, "yes yes unknown yes unknown"},
			"a claimed authority": {must(cms.Signer{Key: c.impostor.key, Certificate: c.impostor.cert, Time: noon}.Attached(text)), at(c.by(revocation.Good), func(o *Options) { o.Authorities = append(o.Authorities, c.authority.cert) }), Doubtful, "yes yes no yes unknown"},
			"ended":               {attached, at(c.by(revocation.Good), func(o *Options) { o.Now = noon.AddDate(2, 0, 0) }), Doubtful, "yes yes yes no good"},
			"changed":             {changed, c.by(revocation.Good), Broken, "no yes yes yes good"},
			"detached":            {detached, at(c.by(revocation.Good), func(o *Options) { o.Content = text }), Sound, "yes yes yes yes good"},
			"detached from":       {detached, c.by(revocation.Good), Open, "unknown yes yes yes good"},
			"detached, other":     {detached, at(c.by(revocation.Good), func(o *Options) { o.Content = text[1:] }), Broken, "no yes yes yes good"},
			"attached, beside":    {attached, at(c.by(revocation.Good), func(o *Options) { o.Content = text[1:] }), Sound, "yes yes yes yes good"},
			"PEM":                 {pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: attached}), c.by(revocation.Good), Sound, "yes yes yes yes good"},
			"base64":              {[]byte(base64.StdEncoding.EncodeToString(attached) + "\r\n"), c.by(revocation.Good), Sound, "yes yes yes yes good"},
			"BER":                 {open(attached), c.by(revocation.Good), Sound, "yes yes yes yes good"},
			"XML":                 {must(xmldsig.Signer{Key: c.citizen.key, Certificate: c.citizen.cert}.Sign([]byte("<a>b</a>"), xmldsig.Compact)), c.by(revocation.Good), Sound, "yes yes yes yes good"},
		} {
			a, err := Of(t.Context(), k.file, k.o)
			if err != nil || len(a.Signers) != 1 || a.Signers[0].Cert == nil {
				t.Errorf("%s, %s: %v with %d signers: %v", name, what, a.Kind, len(a.Signers), err)
				continue
			}
			s := a.Signers[0]
			if got := fmt.Sprint(s.Whole, s.Good, s.Cert.Trusted, s.Cert.Valid, s.Cert.Revoked.Standing); got != k.tell || s.Verdict() != k.want {
				t.Errorf("%s, %s: %s is %s; want %s, %s (%v)", name, what, got, s.Verdict(), k.tell, k.want, s.Reason)
			}
			if o := s.Cert.Owner; o.Name != "ҒАБИТҚЫЗЫ ӘЙГҮЛ САПАРҚЫЗЫ" || o.IIN != "061211600012" {
				t.Errorf("%s, %s: another owner", name, what)
			}
			if shown := fmt.Sprintf("%v %+v", s.Cert, s.Cert.Owner); strings.Contains(shown, "0612") || strings.Contains(shown, "ӘЙГ") {
				t.Error("the owner shows: " + shown)
			}
		}
	}
}

// open leaves the outermost length open, as Java programs do.
func open(der []byte) []byte {
	in := cryptobyte.String(der)
	var content cryptobyte.String
	if !in.ReadASN1(&content, tag.SEQUENCE) {
		panic("no SEQUENCE")
	}
	return append(append([]byte{0x30, 0x80}, content...), 0, 0)
}

// token stamps a signature's value.
func (c cast) token(algorithm keypair.Algorithm, signature []byte, at time.Time) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1ObjectIdentifier(timestamp.InfoType)
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			keypair.AddIdentifier(b, algorithm.DigestOID())
			b.AddASN1OctetString(algorithm.Digest(signature))
		})
		b.AddASN1Int64(7)
		b.AddASN1GeneralizedTime(at)
	})
	return cms.Signer{Key: c.stamper.key, Certificate: c.stamper.cert, Chain: []*x509.Certificate{c.authority.cert}, ContentType: timestamp.InfoType, Time: at}.Attached(b.BytesOrPanic())
}

func TestTimeStampsProveTheTime(t *testing.T) {
	t.Parallel()
	c := gost()
	der := must(c.signer(c.citizen).Attached(text))
	stamped := func(at time.Time) []byte {
		return must(cms.Stamp(der, func(a keypair.Algorithm, s []byte) ([]byte, error) { return c.token(a, s, at) }))
	}
	later := c.by(revocation.Good)
	later.Now = noon.AddDate(2, 0, 0)
	for name, k := range map[string]struct {
		file []byte
		o    Options
		want Verdict
	}{
		"before the end":        {stamped(noon), later, Sound},
		"before the revocation": {stamped(noon.Add(-2 * time.Hour)), c.by(revocation.Revoked), Sound},
		"after the revocation":  {stamped(noon), c.by(revocation.Revoked), Doubtful},
		"of another signature": {must(cms.Stamp(der, func(a keypair.Algorithm, s []byte) ([]byte, error) {
			return c.token(a, s[1:], noon.Add(-2*time.Hour))
		})), c.by(revocation.Revoked), Doubtful},
		"by nobody trusted": {stamped(noon), Options{Now: noon.AddDate(2, 0, 0)}, Doubtful},
	} {
		a := must(Of(t.Context(), k.file, k.o))
		if s := a.Signers[0]; s.Stamp == nil || s.Verdict() != k.want {
			t.Errorf("%s: %s, %+v", name, s.Verdict(), s.Stamp)
		}
	}
	a := must(Of(t.Context(), must(c.token(keypair.GOST512, text, noon)), c.by(revocation.Good)))
	if a.Kind != TimeStamp || len(a.Signers) != 1 || !a.Signers[0].Claims.Equal(noon) {
		t.Errorf("a token is %s, %v", a.Kind, a.Signers)
	}
}

func TestOtherFilesAreExplained(t *testing.T) {
	t.Parallel()
	c := gost()
	o := c.by(revocation.Good)
	path, err := keystore.WriteKeyFile(t.TempDir(), c.citizen.key, c.citizen.cert, "Steppe2026", keystore.Encoding3DES)
	if err != nil {
		t.Fatal(err)
	}
	file := must(keystore.ReadKeyFile(path, "Steppe2026"))
	if file.Certificate == nil {
		t.Fatal("no certificate")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	closed, opened, wrong := o, o, o
	opened.Password, wrong.Password = "Steppe2026", "Steppe2027"
	for name, k := range map[string]struct {
		file []byte
		o    Options
		want string
	}{
		"certificate":     {c.citizen.cert.Raw, o, "certificate 1 yes good"},
		"certificate PEM": {pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.citizen.cert.Raw}), o, "certificate 1 yes good"},
		"a stranger's":    {c.stranger.cert.Raw, o, "certificate 1 unknown unknown"},
		"root":            {c.root.cert.Raw, o, "certificate 1 yes unknown"},
		"key file":        {raw, closed, "keyfile 0 opened=false wrong=false keys=1 unknown"},
		"with password":   {raw, opened, "keyfile 1 opened=true wrong=false keys=1 yes yes good"},
		"wrong password":  {raw, wrong, "keyfile 0 opened=false wrong=true keys=1 unknown"},
		"text":            {text, o, "plain 0"},
		"nothing":         {nil, o, "plain 0"},
		"XML":             {[]byte("<a/>"), o, "plain 0"},
	} {
		a, err := Of(t.Context(), k.file, k.o)
		got := fmt.Sprintf("%s %d", a.Kind, len(a.Certificates))
		if a.Key != nil {
			got += fmt.Sprintf(" opened=%v wrong=%v keys=%d %v", a.Key.Opened, a.Key.Wrong, a.Key.Number, a.Key.Whole)
		}
		for _, cert := range a.Certificates {
			got += fmt.Sprintf(" %v %v", cert.Trusted, cert.Revoked.Standing)
		}
		if err != nil || got != k.want {
			t.Errorf("%s: %s, want %s: %v", name, got, k.want, err)
		}
	}
	if _, err := Of(t.Context(), make([]byte, MaxSize+1), o); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

func FuzzOf(f *testing.F) {
	c := gost()
	f.Add(must(c.signer(c.citizen).Attached(text)))
	f.Add(must(cms.Stamp(must(c.signer(c.citizen).Detached(text)), func(a keypair.Algorithm, s []byte) ([]byte, error) { return c.token(a, s, noon) })))
	f.Add(c.citizen.cert.Raw)
	f.Add([]byte("<a>b</a>"))
	f.Fuzz(func(t *testing.T, file []byte) {
		a, err := Of(t.Context(), file, c.by(revocation.Good))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range a.Signers {
			if s.Verdict() == Sound && !s.Cert.Equal(c.citizen.cert) {
				t.Error("a stranger's signature is sound")
			}
		}
	})
}
