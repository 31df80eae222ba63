package checker

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // an identifier and no signature: RFC 5280, 4.2.1.2
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// maxYears bounds a validity: an identity card is good for ten years and no
// profile of the authority for more than five.
const maxYears = 5

// item is a row with its certificate read.
type item struct {
	row
	cert  *x509.Certificate
	above Authority
}

func (i *item) parse(trust Trust) error {
	var err error
	if i.cert, err = x509.ParseCertificate(i.der); err != nil {
		return fmt.Errorf("the certificate does not parse: %w", err)
	}
	if !bytes.Equal(i.cert.Raw, i.der) {
		return errors.New("the certificate has bytes behind its end")
	}
	var known bool
	if i.above, known = trust.above(i.cert); !known {
		return errors.New("the certificate's issuer is none of the authorities")
	}
	return nil
}

// rule returns what is wrong, or "".
type rule func(i *item) string

// when is a rule that is broken where the condition holds.
func when(problem string, broken func(i *item) bool) rule {
	return func(i *item) string {
		if broken(i) {
			return problem
		}
		return ""
	}
}

// rules are what must hold of a single certificate.
var rules = []rule{
	when("the signature is not the issuing authority's", func(i *item) bool { return keypair.CheckIssued(i.cert, i.above.Issuing) != nil }),
	when("the version is not 3", func(i *item) bool { return i.cert.Version != 3 }),
	when("there is no intent for the certificate", func(i *item) bool { return i.tbs == nil }),
	when("the certificate is not what was intended", func(i *item) bool {
		return i.tbs != nil && !bytes.Equal(i.cert.RawTBSCertificate, i.tbs)
	}),
	when("the certificate would not be found by its serial number", func(i *item) bool { return i.tbs != nil && !bytes.Equal(serialOf(i.cert), i.serial) }),
	when("the serial number is not the key identifier with its top bit cleared", func(i *item) bool {
		return !bytes.Equal(serialOf(i.cert), cleared(keyID(i.cert)))
	}),
	when("the subject key identifier is not the SHA-1 of the key", func(i *item) bool { return !bytes.Equal(i.cert.SubjectKeyId, keyID(i.cert)) }),
	when("the authority key identifier is not the issuing authority's", func(i *item) bool {
		return !bytes.Equal(i.cert.AuthorityKeyId, i.above.Issuing.SubjectKeyId)
	}),
	when("the public key is not the one that was applied for", func(i *item) bool {
		hash := sha256.Sum256(i.cert.RawSubjectPublicKeyInfo)
		request, err := x509.ParseCertificateRequest(i.request)
		return err != nil || !bytes.Equal(hash[:], i.keyHash) || !bytes.Equal(request.RawSubjectPublicKeyInfo, i.cert.RawSubjectPublicKeyInfo)
	}),
	when("the public key is malformed or weak", weakKey),
	validity,
	when("the decision was recorded after the signature", func(i *item) bool { return i.intended != nil && i.signed.Before(*i.intended) }),
	when("it is an authority's certificate", func(i *item) bool { return i.cert.IsCA }),
	when("the subject is not a citizen with an IIN", func(i *item) bool { return !citizen(i.cert.RawSubject) }),
	extensions,
	usage,
	when("the reason of the revocation is none of RFC 5280", func(i *item) bool {
		return i.revoked != nil && (i.reason < 0 || i.reason > 10 || i.reason == 7)
	}),
	when("the revocation is older than the certificate", func(i *item) bool {
		return i.revoked != nil && i.revoked.Before(i.signed.Truncate(time.Second))
	}),
}

func serialOf(cert *x509.Certificate) []byte { return cert.SerialNumber.Bytes() }

// keyID is the SHA-1 of the BIT STRING's content in the public key, or nil.
func keyID(cert *x509.Certificate) []byte {
	var info struct {
		Algorithm asn1.RawValue
		Key       asn1.BitString
	}
	if rest, err := asn1.Unmarshal(cert.RawSubjectPublicKeyInfo, &info); err != nil || len(rest) > 0 {
		return nil
	}
	sum := sha1.Sum(info.Key.Bytes) //nolint:gosec // see the import
	return sum[:]
}

func cleared(id []byte) []byte {
	if len(id) == 0 {
		return nil
	}
	id = slices.Clone(id)
	id[0] &= 0x7f
	return new(big.Int).SetBytes(id).Bytes()
}

// weakKey wants RSA of 2048 to 4096 bits with an odd exponent from 65537 on, or
// a point of the GOST curve, and the same algorithm as the issuing key's.
func weakKey(i *item) bool {
	key, err := keypair.ParsePublicKey(i.cert.RawSubjectPublicKeyInfo)
	if err != nil {
		return true
	}
	above, err := keypair.ParsePublicKey(i.above.Issuing.RawSubjectPublicKeyInfo)
	if err != nil {
		return true
	}
	own, err := keypair.Of(key)
	if err != nil {
		return true
	}
	if issuing, err := keypair.Of(above); err != nil || issuing != own {
		return true
	}
	modulus, isRSA := key.(*rsa.PublicKey)
	return isRSA && (modulus.N.BitLen() < 2048 || modulus.N.BitLen() > 4096 || modulus.E < 65537 || modulus.E%2 == 0)
}

func validity(i *item) string {
	begin, end := i.cert.NotBefore, i.cert.NotAfter
	switch {
	case !begin.Before(end):
		return "the validity ends before it begins"
	case begin.Before(i.above.Issuing.NotBefore) || end.After(i.above.Issuing.NotAfter):
		return "the validity is not within the issuing authority's"
	case end.After(begin.AddDate(maxYears, 0, 0)):
		return "the validity is longer than any profile's"
	case i.intended != nil && !begin.Equal(i.intended.Truncate(time.Second)):
		return "the validity does not begin at the decision"
	}
	return ""
}

// citizen wants CN, SURNAME where there is one, SERIALNUMBER with an IIN, C=KZ
// and GIVENNAME where there is one, in this order.
func citizen(raw []byte) bool {
	var names [][]struct {
		ID    asn1.ObjectIdentifier
		Value asn1.RawValue
	}
	if !parseName(raw, &names) {
		return false
	}
	order := []int{3, 4, 5, 6, 42} // of id-at: CN, SURNAME, SERIALNUMBER, C, GIVENNAME
	next, seen := 0, map[int]string{}
	for _, attribute := range names {
		if len(attribute) != 1 || len(attribute[0].ID) != 4 || !attribute[0].ID[:3].Equal(asn1.ObjectIdentifier{2, 5, 4}) {
			return false
		}
		at := slices.Index(order, attribute[0].ID[3])
		if at < next {
			return false
		}
		next, seen[attribute[0].ID[3]] = at+1, string(attribute[0].Value.Bytes)
	}
	iin, isIIN := bytes.CutPrefix([]byte(seen[5]), []byte("IIN"))
	return seen[3] != "" && seen[6] == "KZ" && isIIN && profile.CheckIIN(string(iin)) == nil
}

// parseName reads a Name (RFC 5280, 4.1.2.4).
func parseName[T any](raw []byte, names *[][]T) bool {
	var sets []asn1.RawValue
	if rest, err := asn1.Unmarshal(raw, &sets); err != nil || len(rest) > 0 {
		return false
	}
	for _, s := range sets {
		var attributes []T
		if rest, err := asn1.UnmarshalWithParams(s.FullBytes, &attributes, "set"); err != nil || len(rest) > 0 {
			return false
		}
		*names = append(*names, attributes)
	}
	return true
}

// known are the extensions that a citizen's certificate may have; true ones
// must be there. Key usage alone is critical.
var known = map[string]bool{
	"2.5.29.14": true, "2.5.29.15": true, "2.5.29.17": false, "2.5.29.31": false, "2.5.29.32": true, "2.5.29.35": true,
	"2.5.29.37": true, "2.5.29.46": false, "1.3.6.1.5.5.7.1.1": false, "1.2.398.3.3.5": true,
}

func extensions(i *item) string {
	seen := make(map[string]bool)
	for _, e := range i.cert.Extensions {
		id := e.Id.String()
		if _, may := known[id]; !may {
			return "extension " + id + " is unknown"
		}
		if seen[id] {
			return "extension " + id + " is there twice"
		}
		if e.Critical != (id == "2.5.29.15") {
			return "extension " + id + " is wrongly critical, or wrongly not"
		}
		seen[id] = true
	}
	for id, must := range known {
		if must && !seen[id] {
			return "extension " + id + " is missing"
		}
	}
	return ""
}

// usages are what a kind is told by: key usage, a purpose among the extended
// ones, and the policy or what it begins with.
var usages = map[string]struct {
	key     x509.KeyUsage
	purpose string
	policy  string
}{
	"gost512":  {x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment | x509.KeyUsageKeyAgreement, "1.3.6.1.5.5.7.3.4", "1.2.398.3.3.2"},
	"rsa-sign": {x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment, "1.3.6.1.5.5.7.3.4", "1.2.398.3.3.2.3"},
	"rsa-auth": {x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, "1.3.6.1.5.5.7.3.2", "1.2.398.3.3.2.4"},
}

// individual is the role of a natural person among the extended key usages.
const individual = "1.2.398.3.3.4.1.1"

func usage(i *item) string {
	want, isKind := usages[i.kind]
	if !isKind {
		return "the kind is unknown"
	}
	if i.cert.KeyUsage != want.key {
		return "the key usage is not that of the kind"
	}
	var purposes []asn1.ObjectIdentifier
	for _, e := range i.cert.Extensions {
		if e.Id.String() == "2.5.29.37" {
			if rest, err := asn1.Unmarshal(e.Value, &purposes); err != nil || len(rest) > 0 {
				return "the extended key usage does not parse"
			}
		}
	}
	has := func(id string) bool {
		return slices.ContainsFunc(purposes, func(p asn1.ObjectIdentifier) bool { return p.String() == id })
	}
	if !has(want.purpose) || !has(individual) {
		return "the extended key usage is not that of the kind, or of a natural person"
	}
	if !slices.ContainsFunc(i.cert.PolicyIdentifiers, func(p asn1.ObjectIdentifier) bool { return p.String() == want.policy }) {
		return "the policy is not that of the kind"
	}
	return ""
}
