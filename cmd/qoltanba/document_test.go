//go:build demo

package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"qoltanba/capture/document"
	"qoltanba/capture/document/check"
	"qoltanba/capture/document/field"
	"qoltanba/capture/document/specimen"
	"qoltanba/capture/document/tesseract"
)

func TestDocumentTellsWhatIsSeen(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	person := specimen.NewPerson(r)
	shot := specimen.Shot{Width: 1280, Height: 720, Fill: 0.6, Level: specimen.Mild}
	photo, err := shot.Take(specimen.Draw(person, specimen.Back, 1.2*shot.Density(), r), r)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "back.jpg")
	if err := os.WriteFile(file, photo.JPEG, 0o600); err != nil {
		t.Fatal(err)
	}
	blank := filepath.Join("..", "..", "assets", "portraits", "astronaut.jpg")
	var text, values strings.Builder
	if err := documents(t.Context(), []string{file, blank}, &text); err != nil {
		t.Fatal(err)
	}
	zone := person.Zone()
	for _, want := range append(zone[:], "corners", "back.jpg, 1280×720: back", "astronaut.jpg", person.Birth.Format("2006-01-02"), "findings", "IIN "+person.IIN) {
		if !strings.Contains(text.String(), want) {
			t.Errorf("it says no %q: %s", want, text.String())
		}
	}
	if err := documents(t.Context(), []string{"--json", file}, &values); err != nil {
		t.Fatal(err)
	}
	var report documentReport
	if err := json.Unmarshal([]byte(values.String()), &report); err != nil {
		t.Fatal(err)
	}
	if _, err := tesseract.Find(t.Context(), tesseract.Kazakh, tesseract.Russian); err == nil {
		if f, _ := report.Fields.From(field.Print, field.Number); f.Value != person.Number {
			t.Errorf("the printed number is %q and not %q", f.Value, person.Number)
		}
	} else if report.Unread == "" {
		t.Error("it does not say why no print was read")
	}
	if report.Side != document.Back || report.MRZ == nil || !slices.Equal(report.MRZ.Lines, zone[:]) || report.MRZ.IIN != person.IIN || len(report.Corners) != 4 {
		t.Errorf("%s", values.String())
	}
}

// The sides of one card are held against each other, whichever is named first.
func TestDocumentComparesTwoSides(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("draws two pictures")
	}
	r := rand.New(rand.NewPCG(5, 3))
	person := specimen.NewPerson(r)
	var files []string
	for _, side := range []specimen.Side{specimen.Back, specimen.Front} {
		shot := specimen.Shot{Width: 1280, Height: 720, Fill: 0.7, Level: specimen.Clean}
		photo, err := shot.Take(specimen.Draw(person, side, 1.2*shot.Density(), r), r)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, filepath.Join(t.TempDir(), side.String()+".jpg"))
		if err := os.WriteFile(files[len(files)-1], photo.JPEG, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var text strings.Builder
	if err := documents(t.Context(), append([]string{"-language", "ru"}, files...), &text); err != nil {
		t.Fatal(err)
	}
	if got := text.String(); !strings.Contains(got, "both sides: "+string(check.Match)) || !strings.Contains(got, "Снимки двух сторон были переставлены.") {
		t.Error(got)
	}
}

func TestDocumentRefusesWhatIsNoPicture(t *testing.T) {
	t.Parallel()
	text := filepath.Join(t.TempDir(), "note.txt")
	if err := os.WriteFile(text, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{nil, {text}, {text + ".missing"}, {"--unknown", text}} {
		var out strings.Builder
		if err := documents(t.Context(), args, &out); err == nil {
			t.Errorf("%v passes: %s", args, out.String())
		}
	}
}
