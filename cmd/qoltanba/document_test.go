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
	"qoltanba/capture/document/specimen"
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
	if report.Side != document.Back || report.MRZ == nil || !slices.Equal(report.MRZ.Lines, zone[:]) || report.MRZ.IIN != person.IIN || len(report.Corners) != 4 {
		t.Errorf("%s", values.String())
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
