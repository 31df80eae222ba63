package nca

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"slices"
	"time"

	"qoltanba/keystore/profile"
)

// expectation is what a certificate must say.
type expectation struct {
	kind      profile.Kind
	key       crypto.PublicKey
	spki      []byte
	ski       profile.KeyID
	subject   []byte // DER
	email     string // or ""
	applied   time.Time
	notBefore time.Time
}

var (
	oidSAN    = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidPolicy = asn1.ObjectIdentifier{2, 5, 29, 32}
	// Those that every certificate has, and whether critical.
	requiredExtensions = []struct {
		id       asn1.ObjectIdentifier
		critical bool
	}{
		{asn1.ObjectIdentifier{2, 5, 29, 15}, true},  // key usage
		{asn1.ObjectIdentifier{2, 5, 29, 37}, false}, // extended key usage
		{asn1.ObjectIdentifier{2, 5, 29, 14}, false}, // subject key identifier
		{asn1.ObjectIdentifier{2, 5, 29, 35}, false}, // authority key identifier
		{oidPolicy, false},
		{profile.OIDKeyStore, false},
	}
	// Those that depend on the configuration and the e-mail address.
	optionalExtensions = []asn1.ObjectIdentifier{
		oidSAN, oidFreshestCRL,
		{2, 5, 29, 31},              // CRL distribution points
		{1, 3, 6, 1, 5, 5, 7, 1, 1}, // authority information access
	}
)

// lint compares a certificate with the profile, rule by rule, and returns all
// that is wrong. It reads the parsed certificate and shares no code with
// compose. It judges the issuer's name, not its signature.
func (a *Authority) lint(cert *x509.Certificate, want expectation) error {
	var wrong []error
	rule := func(holds bool, text string) {
		if !holds {
			wrong = append(wrong, errors.New(text))
		}
	}
	rule(cert.Version == 3, "version is not 3")
	rule(cert.SignatureAlgorithm == x509.SHA256WithRSA, "signature algorithm is not SHA-256 with RSA")
	rule(bytes.Equal(cert.RawIssuer, a.issuing.RawSubject), "issuer is not this authority")
	rule(bytes.Equal(cert.AuthorityKeyId, a.issuing.SubjectKeyId), "authority key identifier is not this authority's")
	rule(bytes.Equal(cert.RawSubject, want.subject), "subject is not the assertion's")
	rule(bytes.Equal(cert.RawSubjectPublicKeyInfo, want.spki), "public key is not the request's")
	rule(bytes.Equal(cert.SubjectKeyId, want.ski[:]), "subject key identifier is not the key's")
	rule(cert.SerialNumber.Sign() > 0 && cert.SerialNumber.Cmp(profile.Serial(want.ski)) == 0, "serial number is not of the key identifier's form")
	wrong = append(wrong, a.lintValidity(cert, want), lintUsage(cert, want), a.lintExtensions(cert, want))
	return errors.Join(wrong...)
}

func (a *Authority) lintValidity(cert *x509.Certificate, want expectation) error {
	switch {
	case !cert.NotBefore.Equal(want.notBefore):
		return errors.New("validity does not begin at the decision")
	case cert.NotBefore.Before(want.applied):
		return errors.New("validity begins before the application")
	case !cert.NotAfter.Equal(want.kind.NotAfter(cert.NotBefore)):
		return errors.New("validity is not that of the profile")
	case cert.NotAfter.After(a.issuing.NotAfter) || cert.NotBefore.Before(a.issuing.NotBefore):
		return errors.New("validity is not within the issuing authority's: a new authority is due")
	}
	return nil
}

func lintUsage(cert *x509.Certificate, want expectation) error {
	standard, own := want.kind.ExtKeyUsages()
	kind, err := profile.ParseKind(cert)
	switch {
	case err != nil:
		return err
	case kind != want.kind || cert.KeyUsage != want.kind.KeyUsage():
		return errors.New("key usage is not that of the kind")
	case !slices.Equal(cert.ExtKeyUsage, standard) || !slices.EqualFunc(cert.UnknownExtKeyUsage, own, asn1.ObjectIdentifier.Equal):
		return errors.New("extended key usage is not that of the kind")
	case cert.IsCA:
		return errors.New("it is an authority's certificate")
	}
	return nil
}

func (a *Authority) lintExtensions(cert *x509.Certificate, want expectation) error {
	wrong := lintInventory(cert.Extensions)
	storage, err := profile.ParseKeyStore(cert.Extensions)
	if err != nil || !storage.Equal(profile.OIDKeyStorePKCS12) {
		wrong = append(wrong, errors.New("key-store extension is not PKCS#12"))
	}
	policies := cert.PolicyIdentifiers
	if len(policies) != 1 || !policies[0].Equal(want.kind.Policy()) {
		wrong = append(wrong, errors.New("certificate policy is not that of the kind"))
	}
	if !slices.Equal(cert.EmailAddresses, list(want.email)) || len(cert.DNSNames)+len(cert.IPAddresses)+len(cert.URIs) > 0 {
		wrong = append(wrong, errors.New("alternative name is not the e-mail address"))
	}
	return errors.Join(wrong...)
}

// lintInventory tells which extensions are there that must not be, or are not
// there that must be.
func lintInventory(extensions []pkix.Extension) (wrong []error) {
	count := make(map[string]int)
	for _, e := range extensions {
		count[e.Id.String()]++
		known := slices.ContainsFunc(optionalExtensions, e.Id.Equal) && !e.Critical
		for _, r := range requiredExtensions {
			known = known || r.id.Equal(e.Id) && r.critical == e.Critical
		}
		if !known || count[e.Id.String()] > 1 {
			wrong = append(wrong, errors.New("extension "+e.Id.String()+" is unknown, doubled or wrongly critical"))
		}
	}
	for _, r := range requiredExtensions {
		if count[r.id.String()] == 0 {
			wrong = append(wrong, errors.New("extension "+r.id.String()+" is missing"))
		}
	}
	return wrong
}
