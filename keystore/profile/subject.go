package profile

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

var (
	oidCommonName   = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidSurname      = asn1.ObjectIdentifier{2, 5, 4, 4}
	oidSerialNumber = asn1.ObjectIdentifier{2, 5, 4, 5}
	oidCountry      = asn1.ObjectIdentifier{2, 5, 4, 6}
	oidGivenName    = asn1.ObjectIdentifier{2, 5, 4, 42}
)

const (
	country   = "KZ"
	iinPrefix = "IIN"
	// maxName is ub-common-name of RFC 5280, appendix A, in characters. It
	// bounds each name, and the common name that joins two of them.
	maxName = 64
	// maxSubject bounds a foreign subject before it is decoded.
	maxSubject = 4096
)

// Subject is the owner of a certificate, an individual. Names may be in any
// case; they are encoded in capitals. A person may lack a patronymic, and a
// surname or a name, but not both.
type Subject struct {
	Surname    string
	Name       string
	Patronymic string // lies in GIVENNAME, as the NCA has it
	IIN        string // 12 digits
}

// Validate checks that the subject can be encoded: the IIN by [CheckIIN],
// each name at most 64 characters without control characters.
func (s Subject) Validate() error {
	if err := CheckIIN(s.IIN); err != nil {
		return err
	}
	if spell(s.Surname) == "" && spell(s.Name) == "" {
		return errors.New("the owner needs a surname or a name")
	}
	for _, field := range []struct{ label, value string }{
		{"surname", s.Surname}, {"name", s.Name}, {"patronymic", s.Patronymic},
	} {
		if utf8.RuneCountInString(spell(field.value)) > maxName {
			return fmt.Errorf("the %s is longer than %d characters", field.label, maxName)
		}
		if !utf8.ValidString(field.value) || strings.ContainsFunc(field.value, unicode.IsControl) {
			return fmt.Errorf("the %s holds characters that cannot be printed", field.label)
		}
	}
	return nil
}

// CommonName returns "SURNAME NAME", cut to the 64 characters that RFC 5280
// allows.
func (s Subject) CommonName() string {
	cn := []rune(strings.TrimSpace(spell(s.Surname) + " " + spell(s.Name)))
	if len(cn) > maxName {
		cn = cn[:maxName]
	}
	return strings.TrimSpace(string(cn))
}

// RDN returns the distinguished name in the NCA's order and string types:
// CN, SURNAME (UTF8String), SERIALNUMBER=IIN…, C=KZ (PrintableString) and the
// patronymic in GIVENNAME (UTF8String); what a person lacks is left out.
func (s Subject) RDN() pkix.RDNSequence {
	var dn pkix.RDNSequence
	add := func(oid asn1.ObjectIdentifier, tag int, value string) {
		if value == "" {
			return
		}
		raw := asn1.RawValue{Tag: tag, Bytes: []byte(value)}
		dn = append(dn, pkix.RelativeDistinguishedNameSET{{Type: oid, Value: raw}})
	}
	add(oidCommonName, asn1.TagUTF8String, s.CommonName())
	add(oidSurname, asn1.TagUTF8String, spell(s.Surname))
	add(oidSerialNumber, asn1.TagPrintableString, iinPrefix+s.IIN)
	add(oidCountry, asn1.TagPrintableString, country)
	add(oidGivenName, asn1.TagUTF8String, spell(s.Patronymic))
	return dn
}

// Raw returns the DER of [Subject.RDN], for RawSubject of a certificate or a
// request. It fails if the subject is not valid.
func (s Subject) Raw() ([]byte, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return asn1.Marshal(s.RDN())
}

// ParseSubject reads an owner out of a DER distinguished name, in whatever
// order and string types it comes. It wants one IIN of good form and at least
// one name; attributes that the profile does not know are passed over.
func ParseSubject(raw []byte) (Subject, error) {
	if len(raw) > maxSubject {
		return Subject{}, fmt.Errorf("subject of %d bytes is over the limit of %d", len(raw), maxSubject)
	}
	var dn pkix.RDNSequence
	if rest, err := asn1.Unmarshal(raw, &dn); err != nil || len(rest) > 0 {
		return Subject{}, errors.New("malformed subject: no distinguished name")
	}
	var s Subject
	var cn string
	for _, set := range dn {
		for _, a := range set {
			if err := s.take(&cn, a); err != nil {
				return Subject{}, err
			}
		}
	}
	s.Name = cn
	if s.Surname != "" {
		s.Name = strings.TrimSpace(strings.TrimPrefix(cn+" ", s.Surname+" "))
	}
	if err := s.Validate(); err != nil {
		return Subject{}, fmt.Errorf("subject: %w", err)
	}
	return s, nil
}

func (s *Subject) take(cn *string, a pkix.AttributeTypeAndValue) error {
	value, ok := a.Value.(string)
	if !ok {
		return nil
	}
	var field *string
	switch {
	case a.Type.Equal(oidCommonName):
		field = cn
	case a.Type.Equal(oidSurname):
		field = &s.Surname
	case a.Type.Equal(oidGivenName):
		field = &s.Patronymic
	case a.Type.Equal(oidSerialNumber):
		field, value = &s.IIN, strings.TrimPrefix(value, iinPrefix)
	default:
		return nil
	}
	if *field != "" {
		return errors.New("malformed subject: an attribute occurs twice")
	}
	*field = value
	return nil
}

// spell brings a name to the form in which it is encoded: composed, in
// capitals, with single blanks.
func spell(name string) string {
	return strings.Join(strings.Fields(strings.ToUpper(norm.NFC.String(name))), " ")
}

const redacted = "[owner]"

// String hides the owner.
func (Subject) String() string { return redacted }

// GoString hides the owner.
func (Subject) GoString() string { return redacted }

// LogValue hides the owner.
func (Subject) LogValue() slog.Value { return slog.StringValue(redacted) }

// Format hides the owner whatever the verb.
func (Subject) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }
