package profile_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"qoltanba/keystore/profile"
)

func TestCheckIIN(t *testing.T) {
	for _, c := range []struct {
		name, iin string
		want      error
	}{
		{"first row of weights", "061211600012", nil},
		{"second row of weights", "900101300811", nil},
		{"wrong check digit", "061211600013", profile.ErrIINChecksum},
		{"key of a developer's kit", "123456789011", profile.ErrIINChecksum},
		{"prefix never issued", "900101300800", profile.ErrIINNotIssued},
		{"short", "06121160001", profile.ErrIINLength},
		{"long", "0612116000120", profile.ErrIINLength},
		{"empty", "", profile.ErrIINLength},
		{"blank inside", "061211 60001", profile.ErrIINDigits},
		{"Arabic digits", "٠٦١٢١١٦٠٠٠١٢", profile.ErrIINDigits},
		{"letter O", "O61211600012", profile.ErrIINDigits},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := profile.CheckIIN(c.iin); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// For eleven digits at most one check digit is right, and a mistyped digit is
// always noticed.
func TestCheckIINCatchesTypos(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.StringMatching(`[0-9]{11}`).Draw(t, "prefix")
		var valid []string
		for d := range 10 {
			if iin := fmt.Sprint(prefix, d); profile.CheckIIN(iin) == nil {
				valid = append(valid, iin)
			}
		}
		if len(valid) > 1 {
			t.Fatalf("%d check digits fit", len(valid))
		}
		if len(valid) == 0 {
			if err := profile.CheckIIN(prefix + "0"); !errors.Is(err, profile.ErrIINNotIssued) {
				t.Fatalf("no digit fits, yet the error is %v", err)
			}
		}
	})
}

func TestIINBirth(t *testing.T) {
	birth, err := profile.IINBirth("061211600012")
	want := profile.Birth{Date: time.Date(2006, 12, 11, 0, 0, 0, 0, time.UTC), Sex: profile.Female}
	if err != nil || birth != want {
		t.Errorf("got %v, %v", birth, err)
	}
	birth, err = profile.IINBirth("900101300811")
	want = profile.Birth{Date: time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), Sex: profile.Male}
	if err != nil || birth != want {
		t.Errorf("got %v, %v", birth, err)
	}
	for _, prefix := range []string{"90010100000", "90013230001", "90023030002"} {
		iin := withCheckDigit(t, prefix)
		if _, err := profile.IINBirth(iin); !errors.Is(err, profile.ErrIINNoBirth) {
			t.Errorf("prefix %s: got %v, want no birth date", prefix, err)
		}
	}
	if _, err := profile.IINBirth("1"); !errors.Is(err, profile.ErrIINLength) {
		t.Errorf("malformed IIN: %v", err)
	}
}

func withCheckDigit(t *testing.T, prefix string) string {
	t.Helper()
	for d := range 10 {
		if iin := fmt.Sprint(prefix, d); profile.CheckIIN(iin) == nil {
			return iin
		}
	}
	t.Fatalf("no IIN begins with %s", prefix)
	return ""
}

func FuzzCheckIIN(f *testing.F) {
	f.Add("061211600012")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		if profile.CheckIIN(s) == nil && len(s) != 12 {
			t.Errorf("%q passes", s)
		}
		_, _ = profile.IINBirth(s)
	})
}
