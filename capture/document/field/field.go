// Package field reads what is printed on an identity card: each field is cut out of the card put straight, read by Tesseract as one line, and
// brought into the form that a register has it in.
//
// A [Field] says where its value comes from, a [Source], and how far it is to be trusted. [Reader.Read] gives the fields of one side,
// [FromZone] those of the machine-readable zone; both are a [Sheet], and [Sheet.Best] chooses. Names are read twice where it is not clear which
// language they are in: with the Kazakh model, which has no Ё and reads Russian names a little worse, and with the Russian one, which has none of
// the nine Kazakh letters. What comes from a small set (places, nationalities, issuers) is held against a list and told in Russian too.
//
// The places of the fields are those of package specimen's plain cards; on real cards they were never tried.
//
// Fields are data of people: they print as their names.
package field

import (
	"fmt"
	"log/slog"
	"slices"
	"time"

	"qoltanba/capture/document"
	"qoltanba/capture/document/mrz"
)

// Name is a field of an identity card. The values are stable.
type Name string

// The fields. SurnameLatin and GivenLatin are those of the zone.
const (
	Surname      Name = "surname"
	Given        Name = "given"
	Patronymic   Name = "patronymic"
	SurnameLatin Name = "surname_latin"
	GivenLatin   Name = "given_latin"
	Birth        Name = "birth"       // 2006-01-02
	Sex          Name = "sex"         // M or F
	IIN          Name = "iin"         // 12 digits
	Number       Name = "number"      // 9 digits
	BirthPlace   Name = "birth_place" // as printed
	Nationality  Name = "nationality"
	Citizenship  Name = "citizenship"
	Issuer       Name = "issuer"
	Issued       Name = "issued"  // 2006-01-02
	Expires      Name = "expires" // 2006-01-02, the last day
)

// Source is where a value was read. The values are stable.
type Source string

// The sources.
const (
	Zone  Source = "mrz"
	Print Source = "print"
)

// Field is one value as it was made out.
type Field struct {
	Name       Name         `json:"name"`
	Value      string       `json:"value"`             // "": printed, and not made out
	Russian    string       `json:"russian,omitempty"` // where a list knows it
	Source     Source       `json:"source"`
	Confidence float64      `json:"confidence"` // 0 to 1
	Box        document.Box `json:"box"`        // where it stands on the upright card
}

// Sure is the confidence from which a field is not marked as doubtful; see capture/document/MEASURED.md.
const Sure = 0.80

// Uncertain says that a person should look at the field.
func (f Field) Uncertain() bool { return f.Value == "" || f.Confidence < Sure }

// String tells nothing of the value.
func (f Field) String() string {
	return fmt.Sprintf("%s of the %s with confidence %.2f", f.Name, f.Source, f.Confidence)
}

// GoString is String.
func (f Field) GoString() string { return f.String() }

// Format is String for every verb.
func (f Field) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, f.String()) }

// LogValue is String.
func (f Field) LogValue() slog.Value { return slog.StringValue(f.String()) }

// Sheet are fields that were read, in the order of the card; a field may come from several sources.
type Sheet []Field

// From is the field of a source; false where it has none.
func (s Sheet) From(source Source, n Name) (Field, bool) {
	i := slices.IndexFunc(s, func(f Field) bool { return f.Name == n && f.Source == source })
	if i < 0 {
		return Field{}, false
	}
	return s[i], true
}

// Best is the field of the source that it is most surely known from; false where none has it.
func (s Sheet) Best(n Name) (Field, bool) {
	best, ok := Field{Confidence: -1}, false
	for _, f := range s {
		if f.Name == n && f.Confidence > best.Confidence {
			best, ok = f, true
		}
	}
	return best, ok
}

// FromZone are the fields of a zone. Its dates are those that they mean at the time given. Values that no check digit covers, and
// all of a zone whose checks fail, are as certain as their least certain character.
func FromZone(z mrz.Reading, now time.Time) Sheet {
	var s Sheet
	add := func(n Name, value string, confidence float64) {
		if value != "" {
			s = append(s, Field{Name: n, Value: value, Source: Zone, Confidence: confidence, Box: document.ZoneBox})
		}
	}
	least := 1.0
	for _, c := range z.Confidence {
		least = min(least, float64(c))
	}
	covered := least
	if z.Certain() {
		covered = max(least, 0.99) // check digits say more than characters
	}
	add(SurnameLatin, z.Surname, least)
	add(GivenLatin, z.Given, least)
	if t, err := z.BirthDate(now); err == nil {
		add(Birth, t.Format(time.DateOnly), covered)
	}
	if z.Sex == mrz.Male || z.Sex == mrz.Female {
		add(Sex, string(rune(z.Sex)), least)
	}
	add(IIN, z.IIN(), covered)
	add(Number, z.Number, covered)
	if t, err := z.ExpiryDate(now); err == nil {
		add(Expires, t.Format(time.DateOnly), covered)
	}
	return s
}
