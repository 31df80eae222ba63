package revocation

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
	reference "golang.org/x/crypto/ocsp"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

type party struct {
	key  crypto.Signer
	cert *x509.Certificate
}

type cast struct{ authority, citizen, responder, stranger party }

var casts = map[keypair.Algorithm]func() cast{
	keypair.RSA:     sync.OnceValue(func() cast { return newCast(keypair.RSA) }),
	keypair.GOST512: sync.OnceValue(func() cast { return newCast(keypair.GOST512) }),
}

func newCast(a keypair.Algorithm) (c cast) {
	authority := x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	c.authority = certify(a, party{}, "authority", authority)
	c.stranger = certify(a, party{}, "authority", authority)
	c.citizen = certify(a, c.authority, "citizen", x509.Certificate{})
	c.responder = certify(a, c.authority, "responder", x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}})
	return c
}

func certify(a keypair.Algorithm, issuer party, name string, template x509.Certificate) party {
	key, err := a.GenerateKey()
	if err != nil {
		panic(err)
	}
	template.SerialNumber, template.Subject = big.NewInt(int64(len(name))+1000), pkix.Name{CommonName: name}
	ski, err := profile.SKI(key.Public())
	if err != nil {
		panic(err)
	}
	template.SubjectKeyId = ski[:]
	template.NotBefore, template.NotAfter = noon.AddDate(0, -1, 0), noon.AddDate(1, 0, 0)
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

// said is an answer to be signed.
type said struct {
	status   func(*cryptobyte.Builder)
	at, next time.Time
	by       party
	beside   *x509.Certificate
}

func good(b *cryptobyte.Builder) {
	b.AddASN1(tag.Tag(0).ContextSpecific(), func(*cryptobyte.Builder) {})
}

func revoked(reason int64) func(*cryptobyte.Builder) {
	return func(b *cryptobyte.Builder) {
		b.AddASN1(tag1, func(b *cryptobyte.Builder) {
			b.AddASN1GeneralizedTime(noon.AddDate(0, 0, -3))
			b.AddASN1(tag0, func(b *cryptobyte.Builder) { b.AddASN1Enum(reason) })
		})
	}
}

func nobodys(b *cryptobyte.Builder) {
	b.AddASN1(tag.Tag(2).ContextSpecific(), func(*cryptobyte.Builder) {})
}

// encode writes OCSPResponse.
func (s said) encode(t testing.TB, id certID) []byte {
	t.Helper()
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tag2, func(b *cryptobyte.Builder) { b.AddASN1OctetString([]byte("who")) })
		b.AddASN1GeneralizedTime(s.at)
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
					keypair.AddIdentifier(b, oidSHA1)
					b.AddASN1OctetString(id.name)
					b.AddASN1OctetString(id.key)
					b.AddASN1BigInt(id.serial)
				})
				s.status(b)
				b.AddASN1GeneralizedTime(s.at)
				if !s.next.IsZero() {
					b.AddASN1(tag0, func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(s.next) })
				}
			})
		})
	})
	signed, err := keypair.SignTBS(rand.Reader, s.by.key, b.BytesOrPanic())
	if err != nil {
		t.Fatal(err)
	}
	if s.beside != nil {
		body := cryptobyte.String(signed)
		var inner cryptobyte.String
		if !body.ReadASN1(&inner, tag.SEQUENCE) {
			t.Fatal("no SEQUENCE")
		}
		var again cryptobyte.Builder
		again.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(inner)
			b.AddASN1(tag0, func(b *cryptobyte.Builder) {
				b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(s.beside.Raw) })
			})
		})
		signed = again.BytesOrPanic()
	}
	var out cryptobyte.Builder
	out.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Enum(0)
		b.AddASN1(tag0, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oidBasic)
				b.AddASN1OctetString(signed)
			})
		})
	})
	return out.BytesOrPanic()
}

func TestAnswersAreJudged(t *testing.T) {
	t.Parallel()
	for algorithm, made := range casts {
		c := made()
		id, err := nameOf(c.citizen.cert, c.authority.cert)
		if err != nil {
			t.Fatal(err)
		}
		other := id
		other.serial = big.NewInt(5)
		hour := noon.Add(time.Hour)
		for name, k := range map[string]struct {
			said said
			id   certID
			want Standing
			err  error
		}{
			"good":                         {said{good, noon, hour, c.authority, nil}, id, Good, nil},
			"revoked":                      {said{revoked(1), noon, hour, c.authority, nil}, id, Revoked, nil},
			"suspended":                    {said{revoked(onHold), noon, hour, c.authority, nil}, id, Suspended, nil},
			"unknown":                      {said{nobodys, noon, hour, c.authority, nil}, id, Unknown, nil},
			"no end, of today":             {said{good, noon.Add(-time.Hour), time.Time{}, c.authority, nil}, id, Good, nil},
			"no end, of two days ago":      {said{good, noon.AddDate(0, 0, -2), time.Time{}, c.authority, nil}, id, Unknown, ErrOld},
			"old":                          {said{good, noon.Add(-2 * time.Hour), noon.Add(-time.Hour), c.authority, nil}, id, Unknown, ErrOld},
			"of tomorrow":                  {said{good, noon.AddDate(0, 0, 1), noon.AddDate(0, 0, 2), c.authority, nil}, id, Unknown, ErrOld},
			"about another":                {said{good, noon, hour, c.authority, nil}, other, Unknown, ErrInvalid},
			"by a responder":               {said{good, noon, hour, c.responder, c.responder.cert}, id, Good, nil},
			"by a citizen":                 {said{good, noon, hour, c.citizen, c.citizen.cert}, id, Unknown, ErrInvalid},
			"by a stranger of that name":   {said{good, noon, hour, c.stranger, c.stranger.cert}, id, Unknown, ErrInvalid},
			"by a responder who is hidden": {said{good, noon, hour, c.responder, nil}, id, Unknown, ErrInvalid},
		} {
			answer, err := ReadAnswer(k.said.encode(t, k.id), c.citizen.cert, c.authority.cert, noon)
			if answer.Standing != k.want || !errors.Is(err, k.err) {
				t.Errorf("%v, %s: %v, %v", algorithm, name, answer.Standing, err)
			}
			if k.want == Revoked && (answer.Reason != 1 || !answer.Since.Equal(noon.AddDate(0, 0, -3))) {
				t.Errorf("revoked at %v for %d", answer.Since, answer.Reason)
			}
		}
	}
}

func TestReferenceIsUnderstoodAndUnderstands(t *testing.T) {
	t.Parallel()
	c := casts[keypair.RSA]()
	der, err := reference.CreateResponse(c.authority.cert, c.responder.cert, reference.Response{
		Status: reference.Revoked, SerialNumber: c.citizen.cert.SerialNumber, ThisUpdate: noon, NextUpdate: noon.Add(time.Hour),
		RevokedAt: noon.AddDate(0, 0, -1), RevocationReason: 4, Certificate: c.responder.cert,
	}, c.responder.key)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := ReadAnswer(der, c.citizen.cert, c.authority.cert, noon); err != nil || a.Standing != Revoked || a.Reason != 4 {
		t.Errorf("%v: %v", a.Standing, err)
	}
	id, err := nameOf(c.citizen.cert, c.authority.cert)
	if err != nil {
		t.Fatal(err)
	}
	question, err := id.request()
	if err != nil {
		t.Fatal(err)
	}
	want, err := reference.CreateRequest(c.citizen.cert, c.authority.cert, nil)
	if err != nil || string(want) != string(question) {
		t.Errorf("the question is %x, that of the reference %x: %v", question, want, err)
	}
}

// list writes a revocation list as an authority of either kind does.
func list(t testing.TB, by party, next time.Time, serials ...*big.Int) []byte {
	t.Helper()
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		algorithm, err := keypair.Of(by.key.Public())
		if err != nil {
			t.Fatal(err)
		}
		keypair.AddIdentifier(b, algorithm.SignatureOID())
		b.AddBytes(by.cert.RawSubject)
		b.AddASN1UTCTime(noon)
		b.AddASN1UTCTime(next)
		if len(serials) > 0 {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				for _, serial := range serials {
					b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1BigInt(serial)
						b.AddASN1UTCTime(noon.AddDate(0, 0, -2))
					})
				}
			})
		}
	})
	der, err := keypair.SignTBS(rand.Reader, by.key, b.BytesOrPanic())
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestListsAreJudged(t *testing.T) {
	t.Parallel()
	for algorithm, made := range casts {
		c := made()
		hour, serial := noon.Add(time.Hour), c.citizen.cert.SerialNumber
		for name, k := range map[string]struct {
			list []byte
			want Standing
			err  error
		}{
			"good":       {list(t, c.authority, hour, big.NewInt(4)), Good, nil},
			"empty":      {list(t, c.authority, hour), Good, nil},
			"revoked":    {list(t, c.authority, hour, big.NewInt(4), serial), Revoked, nil},
			"old":        {list(t, c.authority, noon.Add(-time.Hour), serial), Unknown, ErrOld},
			"stranger's": {list(t, c.stranger, hour), Unknown, ErrInvalid},
			"no list":    {[]byte("<html>"), Unknown, ErrInvalid},
		} {
			a, err := ReadList(k.list, c.citizen.cert, c.authority.cert, noon)
			if a.Standing != k.want || !errors.Is(err, k.err) {
				t.Errorf("%v, %s: %v, %v", algorithm, name, a.Standing, err)
			}
		}
	}
}

func TestClientAsksAndRemembers(t *testing.T) {
	t.Parallel()
	c := casts[keypair.GOST512]()
	questions := 0
	answer := func() ([]byte, error) { return nil, errors.New("silent") }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		questions++
		if r.URL.Path == "/list" {
			_, _ = w.Write(list(t, c.authority, noon.Add(time.Hour)))
			return
		}
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "/list", http.StatusFound)
			return
		}
		if body, err := io.ReadAll(r.Body); err != nil || len(body) == 0 {
			t.Errorf("no question: %v", err)
		}
		der, err := answer()
		if err != nil {
			http.Error(w, "", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write(der)
	}))
	defer server.Close()
	client := &Client{Now: func() time.Time { return noon }}
	cert := *c.citizen.cert
	ask := func(t *testing.T, want Standing, wantErr error, asked int) {
		t.Helper()
		questions = 0
		a, err := client.Ask(t.Context(), &cert, c.authority.cert)
		if a.Standing != want || !errors.Is(err, wantErr) || questions != asked {
			t.Errorf("%v, %v after %d questions", a.Standing, err, questions)
		}
	}
	ask(t, Unknown, ErrNowhere, 0)
	cert.OCSPServer = []string{"file:///etc/passwd", "javascript:1", server.URL}
	ask(t, Unknown, ErrUnreachable, 0) // the third is not asked
	cert.OCSPServer = []string{server.URL}
	ask(t, Unknown, ErrUnreachable, 1)
	cert.CRLDistributionPoints = []string{server.URL + "/away"}
	ask(t, Unknown, ErrUnreachable, 2)
	cert.CRLDistributionPoints = []string{server.URL + "/list"}
	ask(t, Good, nil, 2)
	ask(t, Good, nil, 0) // remembered
	client = &Client{Now: func() time.Time { return noon }}
	id, err := nameOf(&cert, c.authority.cert)
	if err != nil {
		t.Fatal(err)
	}
	answer = func() ([]byte, error) {
		return said{revoked(1), noon, noon.Add(time.Hour), c.authority, nil}.encode(t, id), nil
	}
	ask(t, Revoked, nil, 1)
}

func FuzzReadAnswer(f *testing.F) {
	c := casts[keypair.GOST512]()
	id, err := nameOf(c.citizen.cert, c.authority.cert)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(said{good, noon, noon.Add(time.Hour), c.responder, c.responder.cert}.encode(f, id))
	f.Add(said{revoked(6), noon, time.Time{}, c.authority, nil}.encode(f, id))
	f.Fuzz(func(t *testing.T, der []byte) {
		if a, err := ReadAnswer(der, c.citizen.cert, c.authority.cert, noon); err != nil && a.Standing != Unknown {
			t.Errorf("%v with %v", a.Standing, err)
		}
	})
}

func FuzzReadList(f *testing.F) {
	c := casts[keypair.GOST512]()
	f.Add(list(f, c.authority, noon.Add(time.Hour), c.citizen.cert.SerialNumber))
	f.Fuzz(func(t *testing.T, der []byte) {
		if a, err := ReadList(der, c.citizen.cert, c.authority.cert, noon); err != nil && a.Standing != Unknown {
			t.Errorf("%v with %v", a.Standing, err)
		}
	})
}

func TestStandingsHaveNames(t *testing.T) {
	t.Parallel()
	if got := fmt.Sprint(Unknown, Good, Revoked, Suspended, Standing(9)); got != "unknown good revoked suspended suspended" {
		t.Error(got)
	}
}
