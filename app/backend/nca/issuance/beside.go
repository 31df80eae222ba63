package issuance

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// Field is a part of a certificate beside what its profile wants there.
type Field struct {
	Name   string
	Found  string
	Wanted string // "" where the profile leaves it open
	Agrees bool
}

// Beside puts a certificate beside the profile of its kind that held when it
// began, field by field, the extensions in the certificate's order. It is for
// people: what decides is [Order.Lint]. The error says that the certificate is
// of no kind, or of one without a profile.
func (p Profiles) Beside(cert *x509.Certificate) (profile.Kind, []Field, error) {
	kind, err := profile.ParseKind(cert)
	if err != nil {
		return 0, nil, err
	}
	storage := StoragePC
	if id, err := profile.ParseKeyStore(cert.Extensions); err == nil && !id.Equal(profile.OIDKeyStorePKCS12) {
		storage = StorageToken
	}
	own, err := p.At(kind, storage, cert.NotBefore)
	if err != nil {
		return 0, nil, err
	}
	ski, err := profile.SKIOfInfo(cert.RawSubjectPublicKeyInfo)
	if err != nil {
		return 0, nil, err
	}
	var list []Field
	equal := func(name, found, wanted string) { list = append(list, Field{name, found, wanted, found == wanted}) }
	equal("version", fmt.Sprint(cert.Version), "3")
	equal("serial number", fmt.Sprintf("%040x", cert.SerialNumber), fmt.Sprintf("%040x", profile.Serial(ski)))
	equal("signature", signatureOf(cert), kind.Algorithm().String())
	list = append(list, Field{"issuer", cert.Issuer.CommonName, "", true})
	list = append(list, Field{"valid from", cert.NotBefore.UTC().Format(time.DateTime), "", true})
	equal("valid until", cert.NotAfter.UTC().Format(time.DateTime), own.NotAfter(cert.NotBefore).UTC().Format(time.DateTime))
	list = append(list, Field{"subject", spelled(cert.RawSubject), "CN, SURNAME, SERIALNUMBER=IIN…, C=KZ, GIVENNAME", wellSpelled(cert.RawSubject)})
	equal("public key", algorithmOf(cert.RawSubjectPublicKeyInfo).String(), kind.Algorithm().String())
	order, wanted := own.extensionsOf(cert)
	equal("extensions", strings.Join(order, " "), strings.Join(wanted, " "))
	for i, e := range cert.Extensions {
		name := order[i]
		found, want, open := own.extension(cert, name, e.Value, ski)
		known := extensions[name]
		if critical := known.critical; e.Critical || critical {
			found, want = mark(found, e.Critical), mark(want, critical)
		}
		if open {
			want = ""
		}
		list = append(list, Field{"  " + name, found, want, open || found == want})
	}
	return kind, list, nil
}

func mark(value string, critical bool) string {
	if critical {
		return value + " (critical)"
	}
	return value
}

func signatureOf(cert *x509.Certificate) string {
	signed, err := keypair.ParseSigned(cert.Raw)
	if err != nil {
		return err.Error()
	}
	return signed.Algorithm.String()
}

// extensionsOf names the extensions in the certificate's order, and those of the
// profile that must be there or are, in its own.
func (p Profile) extensionsOf(cert *x509.Certificate) (found, wanted []string) {
	for _, e := range cert.Extensions {
		name := e.Id.String()
		for known, x := range extensions {
			if x.id.Equal(e.Id) {
				name = known
			}
		}
		found = append(found, name)
	}
	for _, name := range p.Extensions {
		if extensions[name].required || slices.Contains(found, name) {
			wanted = append(wanted, name)
		}
	}
	return found, wanted
}

// extension reads one for people, and says what the profile wants there, or that
// it leaves it open.
func (p Profile) extension(cert *x509.Certificate, name string, value []byte, ski profile.KeyID) (found, wanted string, open bool) {
	switch name {
	case "keyUsage":
		return namesOf(cert.KeyUsage), namesOf(p.KeyUsage), false
	case "extKeyUsage":
		var usages []asn1.ObjectIdentifier
		if rest, err := asn1.Unmarshal(value, &usages); err != nil || len(rest) > 0 {
			return "malformed", oids(p.ExtKeyUsages), false
		}
		return oids(usages), oids(p.ExtKeyUsages), false
	case "certificatePolicies":
		return oids(cert.PolicyIdentifiers), oids(p.Policies), false
	case "subjectKeyIdentifier":
		return hex.EncodeToString(cert.SubjectKeyId), hex.EncodeToString(ski[:]), false
	case "keyStore":
		storage, err := profile.ParseKeyStore(cert.Extensions)
		if err != nil {
			return "malformed", p.KeyStore.String(), false
		}
		return storage.String(), p.KeyStore.String(), false
	case "authorityKeyIdentifier":
		return hex.EncodeToString(cert.AuthorityKeyId), "", true
	case "subjectAltName":
		return strings.Join(cert.EmailAddresses, " "), "", true
	case "authorityInfoAccess":
		return strings.Join(slices.Concat(cert.OCSPServer, cert.IssuingCertificateURL), " "), "", true
	case "cRLDistributionPoints", "freshestCRL":
		return pointed(value), "", true
	default:
		return hex.EncodeToString(value), "nothing", false
	}
}

// pointed reads the address that [DistributionPoint] encodes.
func pointed(value []byte) string {
	in := cryptobyte.String(value)
	explicit := tags.Tag(0).ContextSpecific().Constructed()
	var points, point, name, full, address cryptobyte.String
	if !in.ReadASN1(&points, tags.SEQUENCE) || !points.ReadASN1(&point, tags.SEQUENCE) || !point.ReadASN1(&name, explicit) ||
		!name.ReadASN1(&full, explicit) || !full.ReadASN1(&address, tags.Tag(6).ContextSpecific()) {
		return "malformed"
	}
	return string(address)
}

func namesOf(usage x509.KeyUsage) string {
	var names []string
	for bit, name := range keyUsages {
		if usage>>bit&1 == 1 {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

func oids(list []asn1.ObjectIdentifier) string {
	texts := make([]string, len(list))
	for i, id := range list {
		texts[i] = id.String()
	}
	return strings.Join(texts, " ")
}

// attributes are the names of a subject's parts.
var attributes = map[string]string{"2.5.4.3": "CN", "2.5.4.4": "SURNAME", "2.5.4.5": "SERIALNUMBER", "2.5.4.6": "C", "2.5.4.42": "GIVENNAME"}

// spelled writes a Name in its own order.
func spelled(raw []byte) string {
	in := cryptobyte.String(raw)
	var names cryptobyte.String
	if !in.ReadASN1(&names, tags.SEQUENCE) {
		return "malformed"
	}
	var parts []string
	for !names.Empty() {
		var set, attribute, value cryptobyte.String
		var id asn1.ObjectIdentifier
		var tag tags.Tag
		if !names.ReadASN1(&set, tags.SET) || !set.ReadASN1(&attribute, tags.SEQUENCE) ||
			!attribute.ReadASN1ObjectIdentifier(&id) || !attribute.ReadAnyASN1(&value, &tag) {
			return "malformed"
		}
		name := attributes[id.String()]
		if name == "" {
			name = id.String()
		}
		parts = append(parts, name+"="+string(value))
	}
	return strings.Join(parts, ", ")
}

// PrintFields writes a certificate beside its profile as a table.
func PrintFields(out io.Writer, kind profile.Kind, list []Field) error {
	var text bytes.Buffer
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "%s\tcertificate\tprofile\n", kind.Name())
	for _, f := range list {
		wanted := f.Wanted
		switch {
		case f.Wanted == "":
			wanted = "(open)"
		case f.Agrees && f.Found == f.Wanted:
			wanted = "the same"
		case !f.Agrees:
			wanted = "OTHERWISE: " + f.Wanted
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", f.Name, f.Found, wanted)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := out.Write(text.Bytes())
	return err
}
