package field

import (
	"image"
	"strings"
	"testing"
	"testing/quick"

	"qoltanba/capture/document"
	"qoltanba/capture/document/mrz"
	"qoltanba/capture/document/tesseract"
)

func TestSnapFindsWhatWasMeant(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from       list
		read, want string // in Russian; "" for nothing
	}{
		{places, "ҚАРАҒАНДЫ ОБЛЫСЫ", "КАРАГАНДИНСКАЯ ОБЛАСТЬ"},
		{places, "КАРАҒАНДЫ ОБЛЫСЫ,", "КАРАГАНДИНСКАЯ ОБЛАСТЬ"},
		{places, "ҚАРАҒАНДЫ", "КАРАГАНДА"},
		{places, "АКТАУ", "АКТАУ"},
		{places, "АКТ", ""},
		{places, "ТҮРЫСТАН ОБЛЫСЫ", "ТУРКЕСТАНСКАЯ ОБЛАСТЬ"},
		{places, "ЛОНДОН", ""},
		{places, "", ""},
		{nationalities, "ҚАЗАК", "КАЗАХ"},
		{issuers, "ҚР ІШКІ ІСТЕР МИНИСТРЛIГI", "МВД РК"},
		{issuers, "МИНИСТЕРСТВО ВНУТРЕННИХ ДЕЛ PK", "МВД РК"},
		{sexes, "ЕР / М", "МУЖСКОЙ"},
		{sexes, "ӘЙЕЛ", "ЖЕНСКИЙ"},
		{sexes, "Е", ""},
		{states, "ҚАЗАҚСТАН", "РЕСПУБЛИКА КАЗАХСТАН"},
	} {
		if found, off, ok := c.from.snap(c.read); ok != (c.want != "") || ok && found.russian != c.want {
			t.Errorf("%q is %q, off by %d, %v", c.read, found.russian, off, ok)
		}
	}
	for _, l := range []list{places, nationalities, issuers, states, sexes} {
		for _, e := range l {
			if found, off, ok := l.snap(e.printed); !ok || off != 0 || found.russian != e.russian {
				t.Errorf("%q is %q", e.printed, found.printed)
			}
		}
	}
}

func TestEdits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"А", "", 1}, {"", "АБ", 2}, {"АҚТАУ", "АҚТӨБЕ", 3}, {"СЕМЕЙ", "СЕМЕИ", 1}, {"ОРАЛ", "ОАРАЛ", 1}} {
		if got := edits([]rune(c.a), []rune(c.b)); got != c.want {
			t.Errorf("%s, %s: %d", c.a, c.b, got)
		}
	}
	if err := quick.Check(func(a, b string) bool { return edits([]rune(a), []rune(b)) == edits([]rune(b), []rune(a)) }, nil); err != nil {
		t.Error(err)
	}
}

func TestNamesAreChosenByTheZone(t *testing.T) {
	t.Parallel()
	zone := &mrz.Reading{Zone: mrz.Zone{Surname: "FEDOROV", Given: "ANNA SERIKKYZY"}}
	for _, c := range []struct {
		name          Name
		read, russian tesseract.Line
		zone          *mrz.Reading
		want          string
	}{
		{Surname, tesseract.Line{Text: "ФЕДОРОӨ", Confidence: 0.9}, tesseract.Line{Text: "ФЁДОРОВ", Confidence: 0.6}, zone, "ФЁДОРОВ"},
		{Surname, tesseract.Line{Text: "ФЕДОРОВ", Confidence: 0.9}, tesseract.Line{Text: "ФЁДОРОВ", Confidence: 0.85}, nil, "ФЁДОРОВ"},
		{Surname, tesseract.Line{Text: "ФЕДОРОВ", Confidence: 0.9}, tesseract.Line{Text: "ФЁДОРOБ", Confidence: 0.3}, nil, "ФЕДОРОВ"},
		{Given, tesseract.Line{Text: "«АННА'", Confidence: 0.9}, tesseract.Line{}, zone, "АННА"},
		{Patronymic, tesseract.Line{}, tesseract.Line{}, zone, ""},
	} {
		l := line{place: place{name: c.name}, read: c.read, russian: c.russian}
		if got, sure := l.chosen(c.zone); got != c.want || (sure > 0) != (c.want != "") {
			t.Errorf("%q and not %q, with %.2f", got, c.want, sure)
		}
	}
}

func TestValuesThatAreNoneAreLeftOpen(t *testing.T) {
	t.Parallel()
	r := NewReader(nil, func(iin string) bool { return iin == "123456789012" })
	read := func(k kind, n Name, length int, text string) Sheet {
		l := line{place: place{name: n, kind: k, length: length}, read: tesseract.Line{Text: text, Confidence: 0.7}}
		return l.fields(r, nil)
	}
	for _, c := range []struct {
		sheet      Sheet
		value      string
		confidence bool // at least so sure
	}{
		{read(date, Birth, 0, "31.02.1990"), "", false},
		{read(date, Birth, 0, "28.02.1990"), "1990-02-28", false},
		{read(digits, Number, 9, "1 012345678"), "012345678", false},
		{read(digits, Number, 9, "01234567"), "", false},
		{read(digits, IIN, 12, "123456789012"), "123456789012", true},
		{read(digits, IIN, 12, "123456789013"), "123456789013", false},
		{read(term, Issued, 0, "01.02.2020 - 31.01.2030"), "2020-02-01", false},
		{read(term, Issued, 0, "01.02.2020"), "", false},
	} {
		if f := c.sheet[0]; f.Value != c.value || f.Uncertain() == c.confidence || f.Value == "" && f.Confidence > 0 {
			t.Errorf("%q with %.2f, and not %q", f.Value, f.Confidence, c.value)
		}
	}
	if s := read(term, Issued, 0, "01.02.2020 - 31.01.2030"); len(s) != 2 || s[1].Name != Expires || s[1].Value != "2030-01-31" {
		t.Errorf("%d dates", len(s))
	}
}

func TestEmptyPlacesAreSeen(t *testing.T) {
	t.Parallel()
	crop := image.NewGray(image.Rect(0, 0, 500, 38))
	for i := range crop.Pix {
		crop.Pix[i] = 200 + uint8(i%16)
	}
	if !empty(crop) {
		t.Error("an empty place has print")
	}
	for i := range 700 {
		crop.Pix[4000+i] = 40
	}
	if empty(crop) {
		t.Error("print is not seen")
	}
}

func TestFieldsPrintNothingOfPeople(t *testing.T) {
	t.Parallel()
	f := Field{Name: Surname, Value: "ОМАРОВ", Source: Print, Confidence: 0.5}
	if s := f.String() + f.GoString() + f.LogValue().String(); strings.Contains(s, "ОМАРОВ") {
		t.Error(s)
	}
	if _, ok := Box(document.Front, Surname); !ok {
		t.Error("no place of the surname")
	}
	if _, ok := Box(document.Back, Surname); ok {
		t.Error("a surname on the back")
	}
}

func FuzzLine(f *testing.F) {
	f.Add("ЖҰМАБАЕВ", "ФЁДОРОВ")
	f.Add("01.02.2020 - 31.01.2030", "0")
	f.Add("\xff\u0307İ", "ß")
	r := NewReader(nil, nil)
	zone := &mrz.Reading{Zone: mrz.Zone{Surname: "A", Given: "B C"}}
	f.Fuzz(func(t *testing.T, a, b string) {
		for side := range layouts {
			for _, p := range layouts[side] {
				l := line{place: p, read: tesseract.Line{Text: a, Confidence: 0.5}, russian: tesseract.Line{Text: b, Confidence: 0.5}}
				for _, made := range l.fields(r, zone) {
					if made.Confidence < 0 || made.Confidence > 1 || made.Value == "" && made.Confidence > 0 {
						t.Errorf("%v of %q and %q", made, a, b)
					}
				}
			}
		}
	})
}
