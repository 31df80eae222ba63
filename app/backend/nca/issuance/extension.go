package issuance

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/bits"

	"qoltanba/keystore/profile"
)

// extension is one that certificates of the authority have.
type extension struct {
	id       asn1.ObjectIdentifier
	critical bool
	required bool
	encode   func(o Order, ski profile.KeyID) ([]byte, error) // nil where there is nothing to say
}

// extensions by the names of RFC 5280, 4.2, and keyStore, which is the NCA's own.
var extensions = map[string]extension{
	"keyUsage": {asn1.ObjectIdentifier{2, 5, 29, 15}, true, true, func(o Order, _ profile.KeyID) ([]byte, error) {
		return KeyUsage(o.KeyUsage)
	}},
	"extKeyUsage": {asn1.ObjectIdentifier{2, 5, 29, 37}, false, true, func(o Order, _ profile.KeyID) ([]byte, error) {
		return asn1.Marshal(o.ExtKeyUsages)
	}},
	"subjectKeyIdentifier": {asn1.ObjectIdentifier{2, 5, 29, 14}, false, true, func(_ Order, ski profile.KeyID) ([]byte, error) {
		return asn1.Marshal(ski[:])
	}},
	"authorityKeyIdentifier": {asn1.ObjectIdentifier{2, 5, 29, 35}, false, true, func(o Order, _ profile.KeyID) ([]byte, error) {
		return AuthorityKeyID(o.Issuer.SubjectKeyId)
	}},
	"certificatePolicies": {asn1.ObjectIdentifier{2, 5, 29, 32}, false, true, func(o Order, _ profile.KeyID) ([]byte, error) {
		return Policies(o.urls().CPS, o.Policies...)
	}},
	"authorityInfoAccess": {asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 1}, false, false, func(o Order, _ profile.KeyID) ([]byte, error) {
		return InfoAccess(o.urls())
	}},
	"cRLDistributionPoints": {asn1.ObjectIdentifier{2, 5, 29, 31}, false, false, func(o Order, _ profile.KeyID) ([]byte, error) {
		return DistributionPoint(o.urls().CRL)
	}},
	"freshestCRL": {asn1.ObjectIdentifier{2, 5, 29, 46}, false, false, func(o Order, _ profile.KeyID) ([]byte, error) {
		return DistributionPoint(o.urls().DeltaCRL)
	}},
	"subjectAltName": {asn1.ObjectIdentifier{2, 5, 29, 17}, false, false, func(o Order, _ profile.KeyID) ([]byte, error) {
		if o.Email == "" {
			return nil, nil
		}
		return asn1.Marshal([]asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: 1, Bytes: []byte(o.Email)}})
	}},
	keyStore: {profile.OIDKeyStore, false, false, func(o Order, _ profile.KeyID) ([]byte, error) {
		return asn1.Marshal([]asn1.ObjectIdentifier{o.KeyStore})
	}},
}

// keyStore is the NCA's own extension, which names the storage of the keys.
const keyStore = "keyStore"

func (o Order) urls() URLs {
	if o.URLs == nil {
		return URLs{}
	}
	return *o.URLs
}

// KeyUsage encodes the extension's value: a BIT STRING without trailing zeros.
func KeyUsage(usage x509.KeyUsage) ([]byte, error) {
	length := bits.Len(uint(usage))
	if length == 0 || length > len(keyUsages) {
		return nil, errors.New("no such key usage")
	}
	octets := make([]byte, (length+7)/8)
	for bit := range length {
		if usage>>bit&1 == 1 {
			octets[bit/8] |= 0x80 >> (bit % 8)
		}
	}
	return asn1.Marshal(asn1.BitString{Bytes: octets, BitLength: length})
}

// AuthorityKeyID encodes the value of authorityKeyIdentifier.
func AuthorityKeyID(ski []byte) ([]byte, error) {
	return asn1.Marshal(struct {
		ID []byte `asn1:"tag:0"`
	}{ski})
}

var oidCPS = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 2, 1}

// Policies encodes the value of certificatePolicies; each policy points to the
// practice statement at cps unless that is empty.
func Policies(cps string, policies ...asn1.ObjectIdentifier) ([]byte, error) {
	type qualifier struct {
		ID  asn1.ObjectIdentifier
		URI string `asn1:"ia5"`
	}
	type policy struct {
		ID         asn1.ObjectIdentifier
		Qualifiers []qualifier `asn1:"optional,omitempty"`
	}
	var list []policy
	for _, id := range policies {
		p := policy{ID: id}
		if cps != "" {
			p.Qualifiers = []qualifier{{oidCPS, cps}}
		}
		list = append(list, p)
	}
	return asn1.Marshal(list)
}

// InfoAccess encodes the value of authorityInfoAccess: OCSP, then the issuing
// certificate; nil where neither has an address.
func InfoAccess(urls URLs) ([]byte, error) {
	type description struct {
		Method   asn1.ObjectIdentifier
		Location asn1.RawValue
	}
	var list []description
	for _, d := range []struct {
		method int
		url    string
	}{{1, urls.OCSP}, {2, urls.Issuer}} {
		if d.url != "" {
			list = append(list, description{asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, d.method}, uri(d.url)})
		}
	}
	if list == nil {
		return nil, nil
	}
	return asn1.Marshal(list)
}

// DistributionPoint encodes the value of cRLDistributionPoints or freshestCRL
// with one address; nil for none.
func DistributionPoint(url string) ([]byte, error) {
	if url == "" {
		return nil, nil
	}
	type name struct {
		FullName []asn1.RawValue `asn1:"tag:0"`
	}
	type point struct {
		Name name `asn1:"tag:0"`
	}
	return asn1.Marshal([]point{{name{[]asn1.RawValue{uri(url)}}}})
}

func uri(url string) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 6, Bytes: []byte(url)}
}

// AuthorityExtensions returns the extensions of an authority's certificate. One
// that is last has no authorities beneath it.
func AuthorityExtensions(ski, issuer []byte, last bool) ([]pkix.Extension, error) {
	constraints, err := asn1.Marshal(struct {
		IsCA    bool
		MaxPath int `asn1:"optional,default:-1"`
	}{true, map[bool]int{true: 0, false: -1}[last]})
	if err != nil {
		return nil, err
	}
	usage, err := KeyUsage(x509.KeyUsageCertSign | x509.KeyUsageCRLSign)
	if err != nil {
		return nil, err
	}
	own, err := asn1.Marshal(ski)
	if err != nil {
		return nil, err
	}
	above, err := AuthorityKeyID(issuer)
	if err != nil {
		return nil, err
	}
	return []pkix.Extension{
		{Id: asn1.ObjectIdentifier{2, 5, 29, 15}, Critical: true, Value: usage},
		{Id: asn1.ObjectIdentifier{2, 5, 29, 19}, Critical: true, Value: constraints},
		{Id: asn1.ObjectIdentifier{2, 5, 29, 14}, Value: own},
		{Id: asn1.ObjectIdentifier{2, 5, 29, 35}, Value: above},
	}, nil
}
