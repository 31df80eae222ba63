package issuance

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"
	"testing"
	"time"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// Certificates of every kind and storage keep to the norms, with and without
// what may be left out.
func TestGoodCertificatesConform(t *testing.T) {
	for _, p := range append(Standard(), Tokens()...) {
		w := worlds[p.Kind]
		if w.key == nil {
			w = worlds[profile.RSASign]
		}
		order := w.order(p.Kind)
		order.Profile = p
		for name, change := range map[string]func(*Order){
			"whole": func(*Order) {}, "without e-mail": func(o *Order) { o.Email = "" }, "without addresses": func(o *Order) { o.URLs = &URLs{} },
		} {
			changed := order
			change(&changed)
			if err := Conform(w.certificate(t, must(changed.TBS())).Raw); err != nil {
				t.Errorf("%s in a %s, %s: %v", p.Kind, p.Storage, name, err)
			}
		}
	}
}

// What no profile forbids by itself is found by the norms.
func TestBadCertificatesDoNotConform(t *testing.T) {
	w := worlds[profile.GOST512]
	for broken, spoil := range map[string]func(*TBS){
		"e_serial_number_longer_than_20_octets": func(c *TBS) { c.Serial = new(big.Int).Lsh(big.NewInt(1), 170) },
		"e_ca_subject_field_empty": func(c *TBS) {
			c.Subject = []byte{0x30, 0}
			c.Extensions = must(AuthorityExtensions(make([]byte, 20), make([]byte, 20), true))
		},
		"e_ext_authority_key_identifier_no_key_identifier": func(c *TBS) { c.Extensions = without(c.Extensions, "authorityKeyIdentifier") },
		"e_ext_duplicate_extension":                        func(c *TBS) { c.Extensions = append(c.Extensions, c.Extensions[0]) },
		"e_validity_time_not_positive":                     func(c *TBS) { c.NotAfter = c.NotBefore.Add(-time.Hour) },
		"e_ext_key_usage_cert_sign_without_ca":             func(c *TBS) { c.Extensions = usage(c.Extensions, x509.KeyUsageCertSign|x509.KeyUsageDigitalSignature) },
		"e_issuer_field_empty":                             func(c *TBS) { c.Issuer = []byte{0x30, 0} },
	} {
		content := taken(w.certificate(t, must(w.order(profile.GOST512).TBS())), w)
		spoil(&content)
		der, err := content.DER()
		if err != nil {
			t.Errorf("%s: %v", broken, err)
			continue
		}
		if err := Conform(must(keypair.SignTBS(rand.Reader, w.key, der))); err == nil || !strings.Contains(err.Error(), broken) {
			t.Errorf("%s is not found: %v", broken, err)
		}
	}
}

func without(list []pkix.Extension, name string) (rest []pkix.Extension) {
	for _, e := range list {
		if !e.Id.Equal(extensions[name].id) {
			rest = append(rest, e)
		}
	}
	return rest
}

func usage(list []pkix.Extension, to x509.KeyUsage) (changed []pkix.Extension) {
	for _, e := range list {
		if e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 15}) {
			e.Value = must(KeyUsage(to))
		}
		changed = append(changed, e)
	}
	return changed
}
