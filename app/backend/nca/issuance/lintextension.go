package issuance

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"slices"

	"qoltanba/keystore/profile"
)

// extensionRules are the rules of extensions.
var extensionRules = []rule{
	{"an extension is unknown, doubled or wrongly critical", knownExtensions},
	{"an extension is missing", func(cert *x509.Certificate, o Order) bool {
		for name, e := range extensions {
			if (e.required || name == keyStore && o.KeyStore != nil) && content(cert, e.id) == nil {
				return false
			}
		}
		return true
	}},
	{"the extensions are not in the order of the profile", inOrder},
	{"authority key identifier is not this authority's", func(cert *x509.Certificate, o Order) bool {
		return bytes.Equal(cert.AuthorityKeyId, o.Issuer.SubjectKeyId)
	}},
	{"subject key identifier is not the key's", func(cert *x509.Certificate, _ Order) bool {
		ski, err := profile.SKIOfInfo(cert.RawSubjectPublicKeyInfo)
		return err == nil && bytes.Equal(cert.SubjectKeyId, ski[:])
	}},
	{"key usage is not that of the profile", func(cert *x509.Certificate, o Order) bool { return cert.KeyUsage == o.KeyUsage }},
	{"extended key usage is not that of the profile", func(cert *x509.Certificate, o Order) bool {
		var usages []asn1.ObjectIdentifier
		rest, err := asn1.Unmarshal(content(cert, extensions["extKeyUsage"].id), &usages)
		return err == nil && len(rest) == 0 && slices.EqualFunc(usages, o.ExtKeyUsages, asn1.ObjectIdentifier.Equal)
	}},
	{"certificate policies are not those of the profile", func(cert *x509.Certificate, o Order) bool {
		return slices.EqualFunc(cert.PolicyIdentifiers, o.Policies, asn1.ObjectIdentifier.Equal)
	}},
	{"key-store extension is not that of the storage", func(cert *x509.Certificate, o Order) bool {
		storage, err := profile.ParseKeyStore(cert.Extensions)
		if o.KeyStore == nil {
			return errors.Is(err, profile.ErrNoKeyStore)
		}
		return err == nil && storage.Equal(o.KeyStore)
	}},
	{"alternative name is not the e-mail address", func(cert *x509.Certificate, o Order) bool {
		return slices.Equal(cert.EmailAddresses, list(o.Email)) && len(cert.DNSNames)+len(cert.IPAddresses)+len(cert.URIs) == 0
	}},
	{"addresses are not the authority's", func(cert *x509.Certificate, o Order) bool {
		return o.URLs == nil || slices.Equal(cert.OCSPServer, list(o.URLs.OCSP)) &&
			slices.Equal(cert.IssuingCertificateURL, list(o.URLs.Issuer)) &&
			slices.Equal(cert.CRLDistributionPoints, list(o.URLs.CRL)) &&
			(content(cert, extensions["freshestCRL"].id) != nil) == (o.URLs.DeltaCRL != "") &&
			bytes.Contains(content(cert, extensions["freshestCRL"].id), []byte(o.URLs.DeltaCRL)) &&
			bytes.Contains(content(cert, extensions["certificatePolicies"].id), []byte(o.URLs.CPS))
	}},
}

// content returns the value of an extension, nil where it is absent.
func content(cert *x509.Certificate, id asn1.ObjectIdentifier) []byte {
	for _, e := range cert.Extensions {
		if e.Id.Equal(id) {
			return e.Value
		}
	}
	return nil
}

func knownExtensions(cert *x509.Certificate, _ Order) bool {
	seen := map[string]bool{}
	for _, e := range cert.Extensions {
		known := false
		for _, k := range extensions {
			known = known || k.id.Equal(e.Id) && k.critical == e.Critical
		}
		if !known || seen[e.Id.String()] {
			return false
		}
		seen[e.Id.String()] = true
	}
	return true
}

// inOrder passes over extensions that the profile does not name: another rule
// finds them.
func inOrder(cert *x509.Certificate, o Order) bool {
	last := -1
	for _, e := range cert.Extensions {
		at := slices.IndexFunc(o.Extensions, func(name string) bool { return extensions[name].id.Equal(e.Id) })
		if at >= 0 && at < last {
			return false
		}
		last = max(last, at)
	}
	return true
}

func list(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}
