package mrz_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"qoltanba/capture/document/mrz"
)

// The specimens of ICAO Doc 9303: part 5, appendix B and 4.2.2.1; part 4, appendix B.
const (
	card     = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<\n"
	long     = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<\n"
	passport = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\n"
)

func TestParseReadsTheSpecimensOfICAO(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want [9]string // code, issuer, number, optional, birth, expiry, nationality, surname, given
		sex  mrz.Sex
		kind mrz.Format
	}{
		"card":     {card, [9]string{"I", "UTO", "D23145890", "", "740812", "120415", "UTO", "ERIKSSON", "ANNA MARIA"}, mrz.Female, mrz.TD1},
		"long":     {long, [9]string{"I", "UTO", "D23145890734", "", "340712", "950712", "UTO", "STEVENSON", "PETER JOHN"}, mrz.Male, mrz.TD1},
		"passport": {passport, [9]string{"P", "UTO", "L898902C3", "ZE184226B", "740812", "120415", "UTO", "ERIKSSON", "ANNA MARIA"}, mrz.Female, mrz.TD3},
	} {
		z, err := mrz.Parse(c.text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := [9]string{z.Code, z.Issuer, z.Number, z.Optional, z.Birth, z.Expiry, z.Nationality, z.Surname, z.Given}
		if got != c.want || z.Sex != c.sex || z.Kind != c.kind {
			t.Errorf("%s: %q, %c, %s", name, got, z.Sex, z.Kind)
		}
		if failed := z.Failed(); len(failed) > 0 {
			t.Errorf("%s fails %v", name, failed)
		}
		if z.Kazakh() || z.IIN() != "" {
			t.Errorf("%s passes for Kazakh", name)
		}
		if got := strings.Join(z.Lines(), "\n") + "\n"; got != c.text {
			t.Errorf("%s: its lines are %q", name, got)
		}
	}
}

// Every wrong digit among those that a check covers is noticed: 7, 3 and 1 have no divisor in common with 10.
func TestChecksNoticeEveryWrongDigit(t *testing.T) {
	t.Parallel()
	for _, text := range []string{card, passport, kazakh("ID")} {
		for i := range len(text) {
			if c := text[i]; c < '0' || c > '9' {
				continue
			}
			for d := byte('0'); d <= '9'; d++ {
				if d == text[i] {
					continue
				}
				z, err := mrz.Parse(text[:i] + string(d) + text[i+1:])
				if err != nil || len(z.Failed()) == 0 {
					t.Errorf("%q with %c at %d passes: %v", text, d, i, err)
				}
			}
		}
	}
}

func TestParseRefusesWhatIsNoZone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]error{
		"":                                      mrz.ErrShape,
		"I<UTO":                                 mrz.ErrShape,
		card + card:                             mrz.ErrShape,
		card[:61]:                               mrz.ErrShape,
		strings.Replace(card, "6\n", "\n", 1):   mrz.ErrShape,
		strings.ToLower(card):                   mrz.ErrCharacter,
		strings.Replace(card, "<", " ", 1):      mrz.ErrCharacter,
		strings.Replace(card, "ERIK", "ÉRI", 1): mrz.ErrCharacter,
	} {
		if _, err := mrz.Parse(text); !errors.Is(err, want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// kazakh is a card of an invented citizen.
func kazakh(code string) string {
	number, iin := "099999001", "900417409104"
	one := (code + "<")[:2] + "KAZ" + number + string(mrz.Digit(number)) + iin + "<<<"
	birth, expiry := "900417", "320509"
	two := birth + string(mrz.Digit(birth)) + "F" + expiry + string(mrz.Digit(expiry)) + "KAZ<<<<<<<<<<<"
	two += string(mrz.Digit(one[5:], two[:7], two[8:15], two[18:29]))
	return one + "\n" + two + "\n" + ("SAPAROVA<<AIGUL" + strings.Repeat("<", 30))[:30] + "\n"
}

func TestKazakhCardsCarryTheIIN(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"ID", "I"} {
		z, err := mrz.Parse(kazakh(code))
		if err != nil {
			t.Fatal(err)
		}
		if !z.Kazakh() || z.IIN() != "900417409104" || z.Code != code || len(z.Failed()) > 0 {
			t.Errorf("%s: %v %q %v", code, z.Kazakh(), z.IIN(), z.Failed())
		}
	}
}

func TestDatesFindTheirCentury(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	z, err := mrz.Parse(kazakh("ID"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ birth, expiry, wantBirth, wantExpiry string }{
		{"900417", "320509", "1990-04-17", "2032-05-09"},
		{"261122", "761122", "2026-11-22", "2076-11-22"},
		{"261123", "761123", "1926-11-23", "1976-11-23"},
		{"000229", "990101", "2000-02-29", "1999-01-01"},
		{"010229", "321301", "", ""},
		{"90<<<<", "<<<<<<", "", ""},
		{"9A0417", "320500", "", ""},
	} {
		z.Birth, z.Expiry = c.birth, c.expiry
		birth, birthErr := z.BirthDate(now)
		expiry, expiryErr := z.ExpiryDate(now)
		for _, got := range []struct {
			at   time.Time
			err  error
			want string
		}{{birth, birthErr, c.wantBirth}, {expiry, expiryErr, c.wantExpiry}} {
			if got.want == "" {
				if !errors.Is(got.err, mrz.ErrNoDate) {
					t.Errorf("%+v: %v, %v", c, got.at, got.err)
				}
			} else if got.err != nil || got.at.Format(time.DateOnly) != got.want {
				t.Errorf("%+v: %v, %v", c, got.at, got.err)
			}
		}
	}
}

func TestZonesPrintNobody(t *testing.T) {
	t.Parallel()
	z, err := mrz.Parse(kazakh("ID"))
	if err != nil {
		t.Fatal(err)
	}
	r := mrz.Reading{Zone: z}
	for _, v := range []any{z, &z, r, []mrz.Zone{z}, struct{ Z mrz.Zone }{z}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			text := fmt.Sprintf(verb, v)
			for _, secret := range []string{"SAPAROVA", "9004174", "0999990"} {
				if strings.Contains(text, secret) {
					t.Errorf("%s of %T shows %s", verb, v, secret)
				}
			}
		}
	}
	if text := z.LogValue().String(); text != "zone of TD1" {
		t.Error(text)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{card, long, passport, kazakh("ID"), "", "\n\n\n\n", strings.Repeat("<", 90)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		z, err := mrz.Parse(text)
		if err != nil {
			return
		}
		again, err := mrz.Parse(strings.Join(z.Lines(), "\n"))
		if err != nil || !slices.Equal(again.Lines(), z.Lines()) || again.Number != z.Number || again.Surname != z.Surname {
			t.Errorf("%q comes back as %q, %v", text, again.Lines(), err)
		}
		_, _ = z.BirthDate(time.Unix(0, 0))
		_, _ = z.ExpiryDate(time.Unix(0, 0))
		_, _ = z.Failed(), z.IIN()
	})
}
