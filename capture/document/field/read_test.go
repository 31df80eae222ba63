//go:build demo

package field_test

import (
	"bytes"
	"errors"
	"image/jpeg"
	"math/rand/v2"
	"testing"
	"time"

	"qoltanba/assets/glyphs"
	"qoltanba/capture/document"
	"qoltanba/capture/document/field"
	"qoltanba/capture/document/mrz"
	"qoltanba/capture/document/specimen"
	"qoltanba/capture/document/tesseract"
	"qoltanba/capture/document/transliteration"
)

func newReader(t testing.TB) *field.Reader {
	t.Helper()
	e, err := tesseract.Find(t.Context(), tesseract.Kazakh, tesseract.Russian)
	if errors.Is(err, tesseract.ErrNoTesseract) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return field.NewReader(e, nil)
}

// examined is a specimen of a seed, photographed and examined.
func examined(t testing.TB, seed uint64, side specimen.Side, shot specimen.Shot) (specimen.Person, document.Examination) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0xF1E1D))
	p := specimen.NewPerson(r)
	photo, err := shot.Take(specimen.Draw(p, side, 1.2*shot.Density(), r), r)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(photo.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	x, err := document.NewExaminer(glyphs.OCRB, mrz.Options{})
	if err != nil {
		t.Fatal(err)
	}
	seen, ok := x.Examine(img)
	if !ok {
		t.Fatalf("no card on seed %d", seed)
	}
	return p, seen
}

// truth is what a sheet of the person's card has.
func truth(p specimen.Person, side specimen.Side) map[field.Name]string {
	sex := "M"
	if p.Female {
		sex = "F"
	}
	if side == specimen.Front {
		all := map[field.Name]string{field.Surname: p.Surname, field.Given: p.Name, field.Birth: p.Birth.Format(time.DateOnly), field.IIN: p.IIN}
		if p.Patronymic != "" {
			all[field.Patronymic] = p.Patronymic
		}
		if p.Since2024() {
			all[field.Sex] = sex
		}
		return all
	}
	all := map[field.Name]string{
		field.Number: p.Number, field.BirthPlace: p.BirthPlace, field.Nationality: p.Nationality, field.Issuer: "ҚР ІШКІ ІСТЕР МИНИСТРЛІГІ",
		field.Issued: p.Issue.Format(time.DateOnly), field.Expires: p.Expiry.Format(time.DateOnly),
	}
	if p.Since2024() {
		all[field.Citizenship] = "ҚАЗАҚСТАН"
	}
	return all
}

func same(n field.Name, a, b string) bool {
	switch n {
	case field.Surname, field.Given, field.Patronymic:
		return transliteration.SameName(a, b)
	}
	return a == b
}

func TestReadReadsSpecimens(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("draws pictures")
	}
	r := newReader(t)
	read, wrong := 0, 0
	for seed := range uint64(4) {
		for _, side := range []specimen.Side{specimen.Front, specimen.Back} {
			p, seen := examined(t, seed, side, specimen.Shot{Width: 1440, Height: 810, Fill: 0.7, Level: specimen.Mild})
			sheet, err := r.Read(t.Context(), seen, seen.Zone)
			if err != nil {
				t.Fatal(err)
			}
			want := truth(p, side)
			for _, f := range sheet {
				if _, ok := want[f.Name]; !ok {
					t.Errorf("seed %d: a %s on the %s, where there is none", seed, f.Name, side)
				}
			}
			for n, value := range want {
				read++
				if f, _ := sheet.From(field.Print, n); !same(n, f.Value, value) {
					wrong++
					t.Logf("seed %d: %s is %q and not %q, with %.2f, %+v", seed, n, f.Value, value, f.Confidence, seen.Measures)
				} else if f.Uncertain() {
					t.Logf("seed %d: %s is right and doubtful: %.2f", seed, n, f.Confidence)
				}
			}
		}
	}
	if wrong > 1 {
		t.Errorf("%d of %d fields wrong", wrong, read)
	}
}
