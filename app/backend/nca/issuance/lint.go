package issuance

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"slices"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// rule is one thing that must hold of a certificate.
type rule struct {
	broken string // what is wrong where it does not hold
	holds  func(cert *x509.Certificate, o Order) bool
}

// rules of names, keys, time and shape. Those of extensions stand in
// lintextension.go.
var rules = []rule{
	{"version is not 3", func(cert *x509.Certificate, _ Order) bool { return cert.Version == 3 }},
	{"signature algorithm is not the authority's", func(cert *x509.Certificate, o Order) bool {
		signed, err := keypair.ParseSigned(cert.Raw)
		return err == nil && signed.Algorithm == algorithmOf(o.Issuer.RawSubjectPublicKeyInfo)
	}},
	{"issuer is not this authority", func(cert *x509.Certificate, o Order) bool {
		return bytes.Equal(cert.RawIssuer, o.Issuer.RawSubject)
	}},
	{"subject is not the assertion's", func(cert *x509.Certificate, o Order) bool {
		return bytes.Equal(cert.RawSubject, o.Subject)
	}},
	{"subject is not spelled as the profile wants it", func(cert *x509.Certificate, _ Order) bool { return wellSpelled(cert.RawSubject) }},
	{"public key is not the request's", func(cert *x509.Certificate, o Order) bool {
		return bytes.Equal(cert.RawSubjectPublicKeyInfo, o.SPKI)
	}},
	{"public key is not of the kind's algorithm", func(cert *x509.Certificate, o Order) bool {
		return algorithmOf(cert.RawSubjectPublicKeyInfo) == o.Kind.Algorithm()
	}},
	{"serial number is not of the key identifier's form", func(cert *x509.Certificate, _ Order) bool {
		ski, err := profile.SKIOfInfo(cert.RawSubjectPublicKeyInfo)
		return err == nil && cert.SerialNumber.Sign() > 0 && cert.SerialNumber.Cmp(profile.Serial(ski)) == 0
	}},
	{"validity does not begin at the decision", func(cert *x509.Certificate, o Order) bool {
		return cert.NotBefore.Equal(o.NotBefore)
	}},
	{"validity begins before the application", func(cert *x509.Certificate, o Order) bool {
		return !cert.NotBefore.Before(o.NotEarlier)
	}},
	{"validity is not that of the profile", func(cert *x509.Certificate, o Order) bool {
		return cert.NotAfter.Equal(o.NotAfter(cert.NotBefore))
	}},
	{"validity is not within the issuing authority's: a new authority is due", func(cert *x509.Certificate, o Order) bool {
		return !cert.NotAfter.After(o.Issuer.NotAfter) && !cert.NotBefore.Before(o.Issuer.NotBefore)
	}},
	{"the desktop would not read its kind", func(cert *x509.Certificate, o Order) bool {
		kind, err := profile.ParseKind(cert)
		return err == nil && kind == o.Kind
	}},
	{"it is an authority's certificate", func(cert *x509.Certificate, _ Order) bool {
		return !cert.IsCA && !cert.BasicConstraintsValid
	}},
}

// Lint holds a certificate against the order, and says all that is wrong. It
// judges the issuer's name and not its signature, so that a draft under a
// throwaway key can be judged.
func (o Order) Lint(cert *x509.Certificate) error {
	var wrong []error
	for _, r := range slices.Concat(rules, extensionRules) {
		if !r.holds(cert, o) {
			wrong = append(wrong, errors.New(r.broken))
		}
	}
	return errors.Join(wrong...)
}

func algorithmOf(spki []byte) keypair.Algorithm {
	key, err := keypair.ParsePublicKey(spki)
	if err != nil {
		return 0
	}
	algorithm, err := keypair.Of(key)
	if err != nil {
		return 0
	}
	return algorithm
}

// spelling is the order of a subject's attributes and their string types; the
// names and the patronymic may be absent.
var spelling = []struct {
	id       asn1.ObjectIdentifier
	tag      int
	required bool
}{
	{asn1.ObjectIdentifier{2, 5, 4, 3}, asn1.TagUTF8String, true},
	{asn1.ObjectIdentifier{2, 5, 4, 4}, asn1.TagUTF8String, false},
	{asn1.ObjectIdentifier{2, 5, 4, 5}, asn1.TagPrintableString, true},
	{asn1.ObjectIdentifier{2, 5, 4, 6}, asn1.TagPrintableString, true},
	{asn1.ObjectIdentifier{2, 5, 4, 42}, asn1.TagUTF8String, false},
}

func wellSpelled(raw []byte) bool {
	type attribute struct {
		ID    asn1.ObjectIdentifier
		Value asn1.RawValue
	}
	type set []attribute
	type setSET = set
	var names []asn1.RawValue
	if rest, err := asn1.Unmarshal(raw, &names); err != nil || len(rest) > 0 {
		return false
	}
	next := 0
	for _, name := range names {
		var attributes setSET
		if rest, err := asn1.UnmarshalWithParams(name.FullBytes, &attributes, "set"); err != nil || len(rest) > 0 || len(attributes) != 1 {
			return false
		}
		a := attributes[0]
		for next < len(spelling) && !spelling[next].id.Equal(a.ID) && !spelling[next].required {
			next++
		}
		if next == len(spelling) || !spelling[next].id.Equal(a.ID) || spelling[next].tag != a.Value.Tag || len(a.Value.Bytes) == 0 {
			return false
		}
		next++
	}
	return !slices.ContainsFunc(spelling[next:], func(s struct {
		id       asn1.ObjectIdentifier
		tag      int
		required bool
	},
	) bool {
		return s.required
	})
}
