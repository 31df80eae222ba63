package issuance

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

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

// world is an issuing authority of one algorithm, and a citizen's key.
type world struct {
	issuer  *x509.Certificate
	key     crypto.Signer
	citizen crypto.Signer
}

func generate(a keypair.Algorithm) crypto.Signer {
	if a == keypair.GOST512 {
		return must(gost.GenerateKey(rand.Reader))
	}
	return must(rsa.GenerateKey(rand.Reader, 2048))
}

func newWorld(a keypair.Algorithm) world {
	w := world{key: generate(a), citizen: generate(a)}
	spki := must(keypair.MarshalPublicKey(w.key.Public()))
	ski := must(profile.SKIOfInfo(spki))
	name := must(asn1.Marshal(pkix.Name{CommonName: "AUTHORITY"}.ToRDNSequence()))
	tbs := TBS{
		Serial: profile.Serial(ski), IssuerKey: spki, Issuer: name, Subject: name, SPKI: spki,
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(9, 0, 0),
		Extensions: must(AuthorityExtensions(ski[:], ski[:], true)),
	}
	w.issuer = must(x509.ParseCertificate(must(keypair.SignTBS(rand.Reader, w.key, must(tbs.DER())))))
	return w
}

func (w world) order(kind profile.Kind) Order {
	return Order{
		Profile: must(Standard().At(kind, StoragePC, now)), Issuer: w.issuer, SPKI: must(keypair.MarshalPublicKey(w.citizen.Public())),
		Subject: must(profile.Subject{Surname: "Сәбит", Name: "Айгүл", Patronymic: "Ғабитқызы", IIN: "900101300811"}.Raw()),
		Email:   "citizen@example.kz", NotBefore: now, NotEarlier: now.Add(-time.Hour),
		URLs: &URLs{OCSP: "http://ocsp.example/", Issuer: "http://ca.example/i.cer", CRL: "http://crl.example/f", DeltaCRL: "http://crl.example/d", CPS: "http://ca.example/cps"},
	}
}

// certificate signs what tbs encodes.
func (w world) certificate(t *testing.T, tbs []byte) *x509.Certificate {
	t.Helper()
	cert, err := x509.ParseCertificate(must(keypair.SignTBS(rand.Reader, w.key, tbs)))
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// taken reads a certificate back into what composes one.
func taken(cert *x509.Certificate, w world) TBS {
	return TBS{
		Serial: cert.SerialNumber, IssuerKey: w.issuer.RawSubjectPublicKeyInfo, Issuer: cert.RawIssuer, Subject: cert.RawSubject,
		NotBefore: cert.NotBefore, NotAfter: cert.NotAfter, SPKI: cert.RawSubjectPublicKeyInfo,
		Extensions: slices.Clone(cert.Extensions),
	}
}

// value replaces an extension's value.
func value(name string, encode func() ([]byte, error)) func(*TBS) {
	return func(t *TBS) {
		for i, e := range t.Extensions {
			if e.Id.Equal(extensions[name].id) {
				t.Extensions[i].Value = must(encode())
			}
		}
	}
}

// spoilt has for each rule what breaks it, and nothing else where that can be.
var spoilt = map[string]struct {
	tbs   func(*TBS)
	order func(*Order, world)
	also  []string // rules that cannot hold either
}{
	"signature algorithm is not the authority's": {
		order: func(o *Order, w world) { o.Issuer = other(w).issuer },
		also:  []string{"authority key identifier is not this authority's"},
	},
	"issuer is not this authority": {tbs: func(t *TBS) {
		t.Issuer = must(asn1.Marshal(pkix.Name{CommonName: "ANOTHER"}.ToRDNSequence()))
	}},
	"subject is not the assertion's": {tbs: func(t *TBS) {
		t.Subject = must(profile.Subject{Surname: "Сәбит", Name: "Болат", IIN: "900101300811"}.Raw())
	}},
	"subject is not spelled as the profile wants it": {
		tbs: func(t *TBS) {
			t.Subject = must(asn1.Marshal(pkix.Name{Country: []string{"KZ"}, SerialNumber: "IIN900101300811", CommonName: "A B"}.ToRDNSequence()))
		},
		also: []string{"subject is not the assertion's"},
	},
	"public key is not the request's": {order: func(o *Order, w world) {
		o.SPKI = must(keypair.MarshalPublicKey(w.key.Public()))
	}},
	"public key is not of the kind's algorithm": {
		order: func(o *Order, w world) {
			o.Kind = map[profile.Kind]profile.Kind{profile.GOST512: profile.RSASign, profile.RSASign: profile.GOST512}[o.Kind]
		},
		also: []string{"the desktop would not read its kind"},
	},
	"serial number is not of the key identifier's form": {tbs: func(t *TBS) { t.Serial = big.NewInt(1) }},
	"validity does not begin at the decision":           {order: func(o *Order, _ world) { o.NotBefore = now.Add(time.Second) }},
	"validity begins before the application":            {order: func(o *Order, _ world) { o.NotEarlier = now.Add(time.Second) }},
	"validity is not that of the profile":               {tbs: func(t *TBS) { t.NotAfter = t.NotAfter.Add(time.Second) }},
	"validity is not within the issuing authority's: a new authority is due": {order: func(o *Order, _ world) {
		short := *o.Issuer
		short.NotAfter = now.AddDate(0, 11, 0)
		o.Issuer = &short
	}},
	"the desktop would not read its kind": {
		tbs:  value("keyUsage", func() ([]byte, error) { return KeyUsage(x509.KeyUsageDigitalSignature) }),
		also: []string{"key usage is not that of the profile"},
	},
	"it is an authority's certificate": {
		tbs: func(t *TBS) {
			t.Extensions = append(t.Extensions, must(AuthorityExtensions(nil, nil, false))[1])
		},
		also: []string{"an extension is unknown, doubled or wrongly critical"},
	},
	"an extension is unknown, doubled or wrongly critical": {tbs: func(t *TBS) {
		t.Extensions = append(t.Extensions, pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 3}, Value: asn1.NullBytes})
	}},
	"an extension is missing": {
		tbs: func(t *TBS) {
			t.Extensions = slices.DeleteFunc(t.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(profile.OIDKeyStore) })
		},
		also: []string{"key-store extension is not that of the storage"},
	},
	"the extensions are not in the order of the profile": {tbs: func(t *TBS) { slices.Reverse(t.Extensions) }},
	"authority key identifier is not this authority's": {
		tbs: value("authorityKeyIdentifier", func() ([]byte, error) { return AuthorityKeyID([]byte{1, 2, 3}) }),
	},
	"subject key identifier is not the key's": {
		tbs: value("subjectKeyIdentifier", func() ([]byte, error) { return asn1.Marshal([]byte{1, 2, 3}) }),
	},
	"key usage is not that of the profile": {
		tbs: value("keyUsage", func() ([]byte, error) {
			return KeyUsage(x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment | x509.KeyUsageKeyAgreement | x509.KeyUsageDataEncipherment)
		}),
	},
	"extended key usage is not that of the profile": {
		tbs: value("extKeyUsage", func() ([]byte, error) {
			return asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 4}, profile.OIDRoleIndividual})
		}),
	},
	"certificate policies are not those of the profile": {
		tbs: value("certificatePolicies", func() ([]byte, error) {
			return Policies("http://ca.example/cps", asn1.ObjectIdentifier{1, 2, 398, 3, 3, 2, 1})
		}),
	},
	"key-store extension is not that of the storage": {
		tbs: value("keyStore", func() ([]byte, error) { return asn1.Marshal([]asn1.ObjectIdentifier{{1, 2, 398, 3, 3, 5, 1, 2}}) }),
	},
	"alternative name is not the e-mail address": {
		tbs: value("subjectAltName", func() ([]byte, error) {
			return asn1.Marshal([]asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: 2, Bytes: []byte("example.kz")}})
		}),
	},
	"addresses are not the authority's": {
		tbs: value("cRLDistributionPoints", func() ([]byte, error) { return DistributionPoint("http://elsewhere.example/f") }),
	},
}

var worlds = map[profile.Kind]world{profile.GOST512: newWorld(keypair.GOST512), profile.RSASign: newWorld(keypair.RSA)}

// other is the authority of the other algorithm.
func other(w world) world {
	for _, o := range worlds {
		if o.issuer != w.issuer {
			return o
		}
	}
	panic("one authority only")
}

// Every rule passes a good certificate, and refuses one that breaks it alone.
func TestRules(t *testing.T) {
	for kind, w := range worlds {
		good := w.certificate(t, must(w.order(kind).TBS()))
		if err := w.order(kind).Lint(good); err != nil {
			t.Fatalf("%s: a good certificate is refused: %v", kind, err)
		}
		for _, r := range slices.Concat(rules, extensionRules) {
			bad, listed := spoilt[r.broken]
			switch {
			case r.broken == "version is not 3":
				first := *good
				first.Version = 1
				if err := w.order(kind).Lint(&first); err == nil || err.Error() != r.broken {
					t.Errorf("%s: %v", kind, err)
				}
				continue
			case !listed:
				t.Errorf("no bad certificate for the rule %q", r.broken)
				continue
			}
			order, content := w.order(kind), taken(good, w)
			if bad.order != nil {
				bad.order(&order, w)
			}
			if bad.tbs != nil {
				bad.tbs(&content)
			}
			err := order.Lint(w.certificate(t, must(content.DER())))
			if err == nil {
				t.Errorf("%s: %q passes", kind, r.broken)
				continue
			}
			for found := range strings.SplitSeq(err.Error(), "\n") {
				if found != r.broken && !slices.Contains(bad.also, found) {
					t.Errorf("%s: %q breaks %q too", kind, r.broken, found)
				}
			}
			if !strings.Contains("\n"+err.Error()+"\n", "\n"+r.broken+"\n") {
				t.Errorf("%s: %q is not found, but %q", kind, r.broken, err)
			}
		}
	}
}

func TestEqualOrdersAreEqualBytes(t *testing.T) {
	for kind, w := range worlds {
		if !bytes.Equal(must(w.order(kind).TBS()), must(w.order(kind).TBS())) {
			t.Errorf("%s: two encodings of one order", kind)
		}
		bare := w.order(kind)
		bare.Email, bare.URLs = "", &URLs{}
		cert := w.certificate(t, must(bare.TBS()))
		if err := bare.Lint(cert); err != nil || len(cert.Extensions) != 6 {
			t.Errorf("%s without e-mail and addresses: %d extensions, %v", kind, len(cert.Extensions), err)
		}
	}
}

func TestProfilesHoldFromTheirTime(t *testing.T) {
	text := strings.Replace(string(standard), `"kind": "gost512",`, `"kind": "gost512", "from": "2027-01-01T00:00:00Z",`, 1)
	later := must(ParseProfiles([]byte(text)))
	if _, err := later.At(profile.GOST512, StoragePC, now); err == nil {
		t.Error("a profile holds before its time")
	}
	changed := strings.Replace(text, `"1.3.6.1.5.5.7.3.4", "1.2.398.3.3.4.1.1"`, `"1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.2", "1.2.398.3.3.4.1.1"`, 1)
	both := append(Standard(), must(ParseProfiles([]byte(changed)))[0])
	for at, want := range map[time.Time]int{now: 3, now.AddDate(1, 0, 0): 4} {
		if p := must(both.At(profile.GOST512, StoragePC, at)); len(p.ExtKeyUsages) != want {
			t.Errorf("at %s: %v", at, p.ExtKeyUsages)
		}
	}
}

// Keys in tokens have profiles of their own: three years, and no storage named
// unless the configuration knows its identifier.
func TestProfilesOfTokens(t *testing.T) {
	for _, kind := range profile.RSAKinds() {
		w := worlds[profile.RSASign]
		order := w.order(kind)
		order.Profile = must(Tokens().At(kind, StorageToken, now))
		cert := w.certificate(t, must(order.TBS()))
		if err := order.Lint(cert); err != nil || !cert.NotAfter.Equal(now.AddDate(3, 0, 0)) {
			t.Errorf("%s: until %s, %v", kind, cert.NotAfter, err)
		}
		files := w.order(kind)
		if err := files.Lint(cert); err == nil {
			t.Errorf("%s: a token's certificate passes for one of files", kind)
		}
	}
	for _, p := range Standard() {
		if p.Storage != StoragePC {
			t.Errorf("%s in a %s is served unasked", p.Kind, p.Storage)
		}
	}
	named := strings.Replace(string(tokens), `"storage": "token",`, `"storage": "token", "key_store": "1.2.398.3.3.5.1.2",`, 1)
	if _, err := ParseProfiles([]byte(named)); err == nil {
		t.Error("an identifier without its extension")
	}
}

func TestBadProfilesAreRefused(t *testing.T) {
	for name, change := range map[string][2]string{
		"unknown kind":      {`"gost512"`, `"gost1024"`},
		"no years":          {`"years": 1`, `"years": 0`},
		"unknown usage":     {`"keyAgreement"`, `"flying"`},
		"authority's usage": {`"keyAgreement"`, `"keyCertSign"`},
		"no identifier":     {`"1.2.398.3.3.2"`, `"1.2.x"`},
		"no policy":         {`["1.2.398.3.3.2"]`, `[]`},
		"unknown extension": {`"freshestCRL", `, `"freshCRL", `},
		"doubled extension": {`"freshestCRL", `, `"keyUsage", `},
		"missing extension": {`"keyUsage",`, ``},
		"unknown field":     {`"years"`, `"year"`},
		"no JSON":           {`[`, `{`},
		"twice":             {`"rsa-sign"`, `"gost512"`},
		"unknown storage":   {`"years"`, `"storage": "paper", "years"`},
		"no such storage":   {`"years"`, `"key_store": "1.x", "years"`},
	} {
		if _, err := ParseProfiles([]byte(strings.Replace(string(standard), change[0], change[1], 1))); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzParseProfiles(f *testing.F) {
	f.Add(standard)
	f.Fuzz(func(_ *testing.T, text []byte) { _, _ = ParseProfiles(text) })
}
