package issuance

import (
	"encoding/asn1"
	"strings"
	"testing"

	"qoltanba/keystore/profile"
)

func TestBeside(t *testing.T) {
	for kind, w := range worlds {
		cert := w.certificate(t, must(w.order(kind).TBS()))
		found, fields, err := Standard().Beside(cert)
		if err != nil || found != kind {
			t.Fatalf("%s: kind %s, %v", kind, found, err)
		}
		seen := map[string]Field{}
		for _, f := range fields {
			seen[strings.TrimSpace(f.Name)] = f
			if !f.Agrees {
				t.Errorf("%s of a good certificate: %+v", kind, f)
			}
		}
		for name, want := range map[string]string{
			"subject":               "CN=СӘБИТ АЙГҮЛ, SURNAME=СӘБИТ, SERIALNUMBER=IIN900101300811, C=KZ, GIVENNAME=ҒАБИТҚЫЗЫ",
			"cRLDistributionPoints": "http://crl.example/f", "freshestCRL": "http://crl.example/d",
			"subjectAltName": "citizen@example.kz", "keyStore": "1.2.398.3.3.5.1.1",
		} {
			if seen[name].Found != want {
				t.Errorf("%s: %s is %q, want %q", kind, name, seen[name].Found, want)
			}
		}
		if len(fields) != 9+len(cert.Extensions) || !strings.HasSuffix(seen["keyUsage"].Found, "(critical)") {
			t.Errorf("%s: %d fields", kind, len(fields))
		}
		content := taken(cert, w)
		value("extKeyUsage", func() ([]byte, error) {
			return asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 4}, profile.OIDRoleIndividual})
		})(&content)
		_, fields, err = Standard().Beside(w.certificate(t, must(content.DER())))
		var text strings.Builder
		if err == nil {
			err = PrintFields(&text, kind, fields)
		}
		if err != nil || !strings.Contains(text.String(), "OTHERWISE: 1.3.6.1.5.5.7.3.4 1.2.398.3.3.4.1.1 1.2.398.3.3.4.3.2.1") {
			t.Errorf("%s with another usage: %v\n%s", kind, err, text.String())
		}
	}
	if _, _, err := Standard().Beside(worlds[profile.GOST512].issuer); err == nil {
		t.Error("an authority's certificate has a kind")
	}
}

func FuzzPointed(f *testing.F) {
	f.Add(must(DistributionPoint("http://crl.example/f")))
	f.Fuzz(func(_ *testing.T, value []byte) { _, _ = pointed(value), spelled(value) })
}
