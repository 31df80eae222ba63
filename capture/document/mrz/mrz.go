// Package mrz reads the machine-readable zone of identity cards and passports: the lines of OCR-B that ICAO Doc 9303 puts on
// the back of a card (TD1, three lines of 30, part 5) and at the foot of a passport's data page (TD3, two lines of 44, part 4).
//
// [Parse] takes text; [Decode] takes what a reader of characters thinks of each place, a [Grid] of probabilities, and uses what the
// norm says of the places: letters here, digits there, and check digits over most of them. Both give a [Zone].
//
// What is not protected must not be believed blindly. Check digits cover number, dates and optional data; nothing covers the
// document code, the states, the sex and the names. And a check digit is one of ten: of readings that are wrong in two places
// of a field a tenth pass. So [Decode] keeps a confidence for each character, and [Reading.Certain] asks for both.
//
// A Kazakh identity card begins with IDKAZ or I<KAZ and carries the IIN in the first twelve places of the optional data of line 1. What an IIN
// may be is not known here: a caller passes its own check in [Options].
//
// Zones hold names and numbers of people, and print as nothing but their format.
package mrz

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Alphabet is what a zone is written in (Doc 9303-3, 4.2.3); the order is that of [Scores].
const Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

// Filler stands where nothing is to be said, and between names.
const Filler = '<'

// Reasons for which a text is no zone.
var (
	ErrShape     = errors.New("a machine-readable zone has three lines of 30 or two of 44 characters")
	ErrCharacter = errors.New("a machine-readable zone has only digits, capital letters and '<'")
	// ErrNoDate says that a date is left open or is none of the calendar.
	ErrNoDate = errors.New("the zone tells no such date")
)

// Format is a size of document and with it the shape of its zone.
type Format uint8

// The formats.
const (
	TD1 Format = iota + 1 // cards of 85.6 × 54 mm
	TD3                   // data pages of passports, 125 × 88 mm
)

// Size gives the lines of the format and the characters of each.
func (f Format) Size() (lines, columns int) {
	if f == TD3 {
		return 2, 44
	}
	return 3, 30
}

func (f Format) String() string {
	switch f {
	case TD1:
		return "TD1"
	case TD3:
		return "TD3"
	}
	return "no format"
}

// Sex as the zone has it.
type Sex byte

// The values of the norm.
const (
	Male        Sex = 'M'
	Female      Sex = 'F'
	Unspecified Sex = Filler
)

// Zone is a machine-readable zone taken apart. Fillers are cut from the ends of values.
type Zone struct {
	Kind        Format
	Code        string // of the document: ID or I, P
	Issuer      string // state or organisation, three letters of ISO 3166-1 or of Doc 9303-3
	Number      string // of the document
	Optional    string // line 1 of TD1, behind the number; the personal number of TD3
	Second      string // optional data of line 2, TD1 only
	Birth       string // YYMMDD as printed, '<' where a part is unknown
	Sex         Sex
	Expiry      string // YYMMDD as printed
	Nationality string // as Issuer
	Surname     string // parts with single spaces
	Given       string // parts with single spaces; empty where there is one name only

	text string // the lines without their ends
	iin  bool   // whether the caller's check of the IIN, if any, holds
}

// Parse takes a zone apart. Spaces around lines are forgiven, nothing else: the errors are ErrShape and ErrCharacter. Whether its check
// digits are right is not asked; see [Zone.Failed].
func Parse(text string) (Zone, error) {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
		if len(lines) > 3 {
			return Zone{}, ErrShape
		}
	}
	var format Format
	for _, f := range []Format{TD1, TD3} {
		if n, columns := f.Size(); len(lines) == n && len(lines[0]) == columns {
			format = f
		}
	}
	if format == 0 {
		return Zone{}, ErrShape
	}
	for _, line := range lines {
		if len(line) != len(lines[0]) {
			return Zone{}, ErrShape
		}
		for i := range len(line) {
			if value(line[i]) < 0 {
				return Zone{}, ErrCharacter
			}
		}
	}
	return takeApart(format, strings.Join(lines, "")), nil
}

// takeApart is Parse for a text known to have the shape.
func takeApart(f Format, text string) Zone {
	l := layouts[f]
	z := Zone{
		Kind: f, text: text, iin: true,
		Code: l.code.value(text), Issuer: l.issuer.value(text), Number: l.number.value(text),
		Optional: l.optional.value(text), Second: l.second.value(text),
		Birth: l.birth.in(text), Sex: Sex(text[l.sex]), Expiry: l.expiry.in(text), Nationality: l.nationality.value(text),
	}
	if number, rest, ok := longNumber(l, text); ok {
		z.Number, z.Optional = number, rest
	}
	surname, given, _ := strings.Cut(l.names.in(text), "<<")
	z.Surname, z.Given = spaced(surname), spaced(given)
	return z
}

// spaced puts single spaces where there are fillers.
func spaced(name string) string {
	return strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == Filler }), " ")
}

// Lines are the lines of the zone, as printed.
func (z Zone) Lines() []string {
	if z.Kind == 0 {
		return nil
	}
	n, columns := z.Kind.Size()
	lines := make([]string, n)
	for i := range lines {
		lines[i] = z.text[i*columns : (i+1)*columns]
	}
	return lines
}

// Kazakh says whether the document was issued by Kazakhstan and is of a kind known here.
func (z Zone) Kazakh() bool {
	return z.Issuer == "KAZ" && (z.Kind == TD1 && (z.Code == "ID" || z.Code == "I") || z.Kind == TD3 && strings.HasPrefix(z.Code, "P"))
}

// IIN is the individual identification number of a Kazakh document: the twelve digits at the beginning of the optional data, or ""
// where there are none. Its own check digit is not looked at.
func (z Zone) IIN() string {
	const length = 12
	if !z.Kazakh() || len(z.Optional) != length || strings.Trim(z.Optional, "0123456789") != "" {
		return ""
	}
	return z.Optional
}

// BirthDate is the date of birth, midnight UTC: of the two or more centuries the latest that does not lie after now. The error
// is ErrNoDate.
func (z Zone) BirthDate(now time.Time) (time.Time, error) {
	return date(z.Birth, now.Year(), func(t time.Time) bool { return !t.After(now) })
}

// ExpiryDate is the last day of validity, midnight UTC, in the century that brings it within fifty years of now. The error is ErrNoDate.
func (z Zone) ExpiryDate(now time.Time) (time.Time, error) {
	return date(z.Expiry, now.Year()+50, func(t time.Time) bool { return !t.After(now.AddDate(50, 0, 0)) })
}

// date finds the year of two digits in the latest century up to the year latest that fits.
func date(yymmdd string, latest int, fits func(time.Time) bool) (time.Time, error) {
	var two [3]int
	for i := range two {
		tens, ones := value(yymmdd[2*i]), value(yymmdd[2*i+1])
		if yymmdd[2*i] == Filler || yymmdd[2*i+1] == Filler || tens > 9 || ones > 9 {
			return time.Time{}, ErrNoDate
		}
		two[i] = 10*tens + ones
	}
	for century := latest / 100 * 100; century >= latest/100*100-200; century -= 100 {
		t := time.Date(century+two[0], time.Month(two[1]), two[2], 0, 0, 0, 0, time.UTC)
		if int(t.Month()) == two[1] && t.Day() == two[2] && fits(t) {
			return t, nil
		}
	}
	return time.Time{}, ErrNoDate
}

// String names the format and no person.
func (z Zone) String() string { return "zone of " + z.Kind.String() }

// GoString is String, so that %#v shows no name.
func (z Zone) GoString() string { return z.String() }

// Format is String for every verb.
func (z Zone) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, z.String()) }

// LogValue is String.
func (z Zone) LogValue() slog.Value { return slog.StringValue(z.String()) }
