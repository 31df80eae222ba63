package profile_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"qoltanba/keystore/profile"
)

var aigul = profile.Subject{Surname: "Ғабитқызы", Name: "Әйгүл", Patronymic: "Ерікқызы", IIN: "061211600012"}

func TestSubjectBytes(t *testing.T) {
	got, err := profile.Subject{Surname: "Ли", Name: "Ян", IIN: "061211600012"}.Raw()
	if err != nil {
		t.Fatal(err)
	}
	want := "\x30\x4a" +
		"\x31\x12\x30\x10\x06\x03\x55\x04\x03\x0c\x09ЛИ ЯН" +
		"\x31\x0d\x30\x0b\x06\x03\x55\x04\x04\x0c\x04ЛИ" +
		"\x31\x18\x30\x16\x06\x03\x55\x04\x05\x13\x0fIIN061211600012" +
		"\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02KZ"
	if string(got) != want {
		t.Errorf("got  %x\nwant %x", got, want)
	}
}

func TestSubjectRoundTrip(t *testing.T) {
	for _, c := range []struct {
		name     string
		in, want profile.Subject
	}{
		{"Kazakh letters", aigul, profile.Subject{Surname: "ҒАБИТҚЫЗЫ", Name: "ӘЙГҮЛ", Patronymic: "ЕРІКҚЫЗЫ", IIN: aigul.IIN}},
		{"Latin letters stay UTF8String", profile.Subject{Surname: "Smith", Name: "John", IIN: aigul.IIN}, profile.Subject{Surname: "SMITH", Name: "JOHN", IIN: aigul.IIN}},
		{"only a name", profile.Subject{Name: "сукарно", IIN: aigul.IIN}, profile.Subject{Name: "СУКАРНО", IIN: aigul.IIN}},
		{"only a surname", profile.Subject{Surname: "сукарно", IIN: aigul.IIN}, profile.Subject{Surname: "СУКАРНО", IIN: aigul.IIN}},
		{"surname is also the name", profile.Subject{Surname: "Абай", Name: "Абай", IIN: aigul.IIN}, profile.Subject{Surname: "АБАЙ", Name: "АБАЙ", IIN: aigul.IIN}},
		{"blanks and hyphen", profile.Subject{Surname: " Салтыков-  Щедрин ", Name: "М", IIN: aigul.IIN}, profile.Subject{Surname: "САЛТЫКОВ- ЩЕДРИН", Name: "М", IIN: aigul.IIN}},
		{"decomposed letter", profile.Subject{Surname: "Йолдас", Name: "М", IIN: aigul.IIN}, profile.Subject{Surname: "ЙОЛДАС", Name: "М", IIN: aigul.IIN}},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw, err := c.in.Raw()
			if err != nil {
				t.Fatal(err)
			}
			got, err := profile.ParseSubject(raw)
			if err != nil {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("got %q %q %q", got.Surname, got.Name, got.Patronymic)
			}
		})
	}
}

func TestSubjectRefused(t *testing.T) {
	long := strings.Repeat("ы", 65)
	for name, s := range map[string]profile.Subject{
		"no name":           {IIN: aigul.IIN},
		"wrong IIN":         {Surname: "А", Name: "Б", IIN: "1"},
		"long surname":      {Surname: long, IIN: aigul.IIN},
		"control character": {Surname: "А\x00Б", IIN: aigul.IIN},
		"broken UTF-8":      {Surname: "\xff", IIN: aigul.IIN},
	} {
		if _, err := s.Raw(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestCommonNameIsBounded(t *testing.T) {
	s := profile.Subject{Surname: strings.Repeat("ы", 63), Name: strings.Repeat("ы", 64), IIN: aigul.IIN}
	if got := s.CommonName(); got != strings.Repeat("Ы", 63) {
		t.Errorf("common name has %d characters", len([]rune(got)))
	}
	if _, err := s.Raw(); err != nil {
		t.Error(err)
	}
}

func TestSubjectHidesItself(t *testing.T) {
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("issued", "owner", aigul, "pointer", &aigul)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&log, verb, aigul)
	}
	fmt.Fprint(&log, []profile.Subject{aigul}, profile.Info{Owner: aigul})
	for _, secret := range []string{aigul.IIN, aigul.Surname, aigul.Name, "3036313231313630"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log tells the owner: %s", log.String())
		}
	}
}

func TestParseSubjectRefusesDoubles(t *testing.T) {
	dn := aigul.RDN()
	raw := mustMarshal(t, append(dn, dn[2]))
	if _, err := profile.ParseSubject(raw); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("two serial numbers: %v", err)
	}
}

func FuzzParseSubject(f *testing.F) {
	raw, err := aigul.Raw()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte("\x30\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := profile.ParseSubject(b)
		if err != nil {
			return
		}
		again, err := s.Raw()
		if err != nil {
			t.Fatalf("parsed but does not encode: %v", err)
		}
		if _, err := profile.ParseSubject(again); err != nil {
			t.Fatalf("encoded but does not parse: %v", err)
		}
	})
}
