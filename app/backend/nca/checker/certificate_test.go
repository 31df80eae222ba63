package checker

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"qoltanba/app/backend/nca/issuance"
	"qoltanba/keystore"
	"qoltanba/keystore/gost"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

var now = time.Date(2026, 11, 22, 9, 30, 15, 0, time.UTC)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// world is an authority whose key the test has.
type world struct {
	Authority
	root, key, citizen crypto.Signer
	kind               profile.Kind
}

func generate(a keypair.Algorithm) crypto.Signer {
	if a == keypair.GOST512 {
		return must(gost.GenerateKey(rand.Reader))
	}
	return must(rsa.GenerateKey(rand.Reader, 2048))
}

func newWorld(kind profile.Kind) world {
	a := kind.Algorithm()
	w := world{root: generate(a), key: generate(a), citizen: generate(a), kind: kind}
	w.Name = kind.Name()
	w.Root = w.authority("ROOT", w.root.Public(), nil)
	w.Issuing = w.authority("ISSUING", w.key.Public(), w.Root)
	return w
}

func (w world) authority(name string, public crypto.PublicKey, above *x509.Certificate) *x509.Certificate {
	spki := must(keypair.MarshalPublicKey(public))
	ski := must(profile.SKIOfInfo(spki))
	raw := must(asn1.Marshal(pkix.Name{CommonName: name + " " + w.Name}.ToRDNSequence()))
	tbs := issuance.TBS{
		Serial: profile.Serial(ski), IssuerKey: spki, Issuer: raw, Subject: raw, SPKI: spki,
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(9, 0, 0),
	}
	id := ski[:]
	if above != nil {
		tbs.IssuerKey, tbs.Issuer, id = above.RawSubjectPublicKeyInfo, above.RawSubject, above.SubjectKeyId
	}
	tbs.Extensions = must(issuance.AuthorityExtensions(ski[:], id, above != nil))
	return must(x509.ParseCertificate(must(keypair.SignTBS(rand.Reader, w.root, must(tbs.DER())))))
}

var subject = profile.Subject{Surname: "Сәбит", Name: "Айгүл", Patronymic: "Ғабитқызы", IIN: "900101300811"}

// tbs is what a good certificate of this world says.
func (w world) tbs() issuance.TBS {
	order := issuance.Order{
		Profile: must(issuance.Standard().At(w.kind, issuance.StoragePC, now)), Issuer: w.Issuing, SPKI: must(keypair.MarshalPublicKey(w.citizen.Public())),
		Subject: must(subject.Raw()), Email: "citizen@example.kz", NotBefore: now, NotEarlier: now,
		URLs: &issuance.URLs{OCSP: "http://ocsp.example/", Issuer: "http://ca.example/i.cer", CRL: "http://crl.example/f", DeltaCRL: "http://crl.example/d", CPS: "http://ca.example/cps"},
	}
	cert := must(x509.ParseCertificate(must(keypair.SignTBS(rand.Reader, w.key, must(order.TBS())))))
	return issuance.TBS{
		Serial: cert.SerialNumber, IssuerKey: w.Issuing.RawSubjectPublicKeyInfo, Issuer: cert.RawIssuer, Subject: cert.RawSubject,
		NotBefore: cert.NotBefore, NotAfter: cert.NotAfter, SPKI: cert.RawSubjectPublicKeyInfo, Extensions: slices.Clone(cert.Extensions),
	}
}

// item signs what is said and puts the ledger's row around it.
func (w world) item(t issuance.TBS, request []byte) *item {
	content := must(t.DER())
	hash := sha256.Sum256(t.SPKI)
	return &item{row: row{
		number: "100000000005", kind: w.kind.Name(), keyHash: hash[:], request: request,
		tbs: content, serial: t.Serial.Bytes(), intended: &now, signed: &now, der: must(keypair.SignTBS(rand.Reader, w.key, content)),
	}}
}

func extension(id string, value any) func(*issuance.TBS) {
	return func(t *issuance.TBS) {
		for i := range t.Extensions {
			if t.Extensions[i].Id.String() == id {
				t.Extensions[i].Value = must(asn1.Marshal(value))
			}
		}
	}
}

// bad has what breaks a rule: the certificate, which is signed and intended as
// it is, or the row around it.
var bad = []struct {
	want string
	tbs  func(*issuance.TBS)
	row  func(*item)
}{
	{want: "signature is not", row: func(i *item) { i.der[len(i.der)-1] ^= 1 }},
	{want: "no intent", row: func(i *item) { i.tbs = nil }},
	{want: "not what was intended", row: func(i *item) { i.tbs = slices.Concat(i.tbs, []byte{0}) }},
	{want: "be found by its serial number", row: func(i *item) { i.serial = []byte{1} }},
	{want: "serial number is not the key identifier", tbs: func(t *issuance.TBS) { t.Serial = big.NewInt(7) }},
	{want: "subject key identifier", tbs: extension("2.5.29.14", []byte{1, 2, 3})},
	{want: "authority key identifier", tbs: extension("2.5.29.35", struct {
		ID []byte `asn1:"tag:0"`
	}{[]byte{1}})},
	{want: "not the one that was applied for", row: func(i *item) { i.keyHash = make([]byte, sha256.Size) }},
	{want: "not the one that was applied for", row: func(i *item) { i.request = i.der }},
	{want: "malformed or weak", tbs: func(t *issuance.TBS) {
		t.SPKI = must(x509.MarshalPKIXPublicKey(&must(rsa.GenerateKey(rand.Reader, 1024)).PublicKey)) // short, and of no GOST authority
	}},
	{want: "ends before it begins", tbs: func(t *issuance.TBS) { t.NotAfter = t.NotBefore }},
	{want: "not within the issuing authority's", tbs: func(t *issuance.TBS) { t.NotBefore = now.AddDate(-2, 0, 0) }},
	{want: "longer than any profile's", tbs: func(t *issuance.TBS) { t.NotAfter = now.AddDate(6, 0, 0) }},
	{want: "does not begin at the decision", tbs: func(t *issuance.TBS) { t.NotBefore = now.Add(time.Minute) }},
	{want: "recorded after the signature", row: func(i *item) { later := now.Add(time.Second); i.intended = &later }},
	{want: "an authority's certificate", tbs: func(t *issuance.TBS) {
		t.Extensions = append(t.Extensions, must(issuance.AuthorityExtensions(nil, nil, false))[1])
	}},
	{want: "not a citizen with an IIN", tbs: func(t *issuance.TBS) {
		t.Subject = must(asn1.Marshal(pkix.Name{CommonName: "A B", Country: []string{"KZ"}}.ToRDNSequence()))
	}},
	{want: "is unknown", tbs: func(t *issuance.TBS) {
		t.Extensions = append(t.Extensions, pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 3}, Value: asn1.NullBytes})
	}},
	{want: "wrongly critical", tbs: func(t *issuance.TBS) { t.Extensions[0].Critical = !t.Extensions[0].Critical }},
	{want: "is missing", tbs: func(t *issuance.TBS) {
		t.Extensions = slices.DeleteFunc(t.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(profile.OIDKeyStore) })
	}},
	{want: "key usage is not that of the kind", tbs: extension("2.5.29.15", asn1.BitString{Bytes: []byte{0x80}, BitLength: 1})},
	{want: "extended key usage", tbs: extension("2.5.29.37", []asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 4}, {1, 3, 6, 1, 5, 5, 7, 3, 2}})},
	{want: "policy is not", tbs: extension("2.5.29.32", []struct{ ID asn1.ObjectIdentifier }{{asn1.ObjectIdentifier{1, 2, 3}}})},
	{want: "kind is unknown", row: func(i *item) { i.kind = "other" }},
	{want: "none of RFC 5280", row: func(i *item) { later := now.Add(time.Hour); i.revoked, i.reason = &later, 7 }},
	{want: "older than the certificate", row: func(i *item) { earlier := now.Add(-time.Hour); i.revoked = &earlier }},
}

// Every rule passes a good certificate, and each is broken by a bad one.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, kind := range []profile.Kind{profile.GOST512, profile.RSASign} {
		w := newWorld(kind)
		trust := Trust{w.Authority}
		request := must(keystore.NewRequest(w.citizen, subject, ""))
		judge := func(i *item) (broken []string, by []int) {
			if err := i.parse(trust); err != nil {
				t.Fatal(err)
			}
			for n, r := range rules {
				if problem := r(i); problem != "" {
					broken, by = append(broken, problem), append(by, n)
				}
			}
			return broken, by
		}
		if broken, _ := judge(w.item(w.tbs(), request)); broken != nil {
			t.Fatalf("%s: a good certificate: %v", kind, broken)
		}
		hit := make([]bool, len(rules))
		for _, b := range bad {
			content := w.tbs()
			if b.tbs != nil {
				b.tbs(&content)
			}
			i := w.item(content, request)
			if b.row != nil {
				b.row(i)
			}
			broken, by := judge(i)
			for _, n := range by {
				hit[n] = true
			}
			if !slices.ContainsFunc(broken, func(s string) bool { return strings.Contains(s, b.want) }) {
				t.Errorf("%s: %q passes: %v", kind, b.want, broken)
			}
		}
		// The one rule that nothing signed with this package can break.
		hit[slices.IndexFunc(rules, func(r rule) bool {
			i := w.item(w.tbs(), request)
			_ = i.parse(trust)
			i.cert.Version = 1
			return r(i) != ""
		})] = true
		for n, was := range hit {
			if !was {
				t.Errorf("%s: no bad certificate for rule %d", kind, n)
			}
		}
	}
}

func TestAuthoritiesAreChecked(t *testing.T) {
	t.Parallel()
	good, other := newWorld(profile.GOST512), newWorld(profile.GOST512)
	findings := func(a Authority) int {
		c := check{trust: Trust{a}, now: now}
		c.trustItself()
		return len(c.report.Findings)
	}
	if n := findings(good.Authority); n != 0 {
		t.Errorf("%d findings on a good authority", n)
	}
	for name, change := range map[string]func(*Authority){
		"another root":      func(a *Authority) { a.Root = other.Root },
		"a root that ends":  func(a *Authority) { short := *a.Root; short.NotAfter = now; a.Root = &short },
		"the root as both":  func(a *Authority) { a.Issuing = a.Root },
		"the time is over":  func(a *Authority) { late := *a.Issuing; late.NotAfter = now.Add(-1); a.Issuing = &late },
		"a stranger stamps": func(a *Authority) { a.TimeStamps = a.Root },
	} {
		a := good.Authority
		if change(&a); findings(a) == 0 {
			t.Errorf("%s: nothing is found", name)
		}
	}
}
