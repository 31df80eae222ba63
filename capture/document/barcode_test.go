//go:build demo

package document_test

import (
	"bytes"
	"image/jpeg"
	"math/rand/v2"
	"testing"
	"time"

	"qoltanba/capture/document/specimen"
)

// TestBarcodeOfCardsSince2024: it is read where the picture is fine enough, and nowhere is one read that is not there.
func TestBarcodeOfCardsSince2024(t *testing.T) {
	t.Parallel()
	x := newExaminer(t)
	read := 0
	const all = 3
	for seed := range uint64(all) {
		for _, upside := range []bool{false, true} {
			r := rand.New(rand.NewPCG(600+seed, 1))
			person := specimen.NewPerson(r)
			person.Issue = time.Date(2025, 2, 3, 0, 0, 0, 0, time.UTC)
			shot := specimen.Shot{Width: 1920, Height: 1080, Fill: 0.6, Level: specimen.Mild, Upside: upside}
			photo, err := shot.Take(specimen.Draw(person, specimen.Back, 1.5*shot.Density(), r), r)
			if err != nil {
				t.Fatal(err)
			}
			img, err := jpeg.Decode(bytes.NewReader(photo.JPEG))
			if err != nil {
				t.Fatal(err)
			}
			seen, ok := x.Examine(img)
			if !ok {
				t.Fatalf("person %d is not found", seed)
			}
			iin, ok := x.Barcode(img, seen)
			if ok && iin != person.IIN {
				t.Errorf("person %d: another IIN is read", seed)
			}
			if ok {
				read++
			}
		}
	}
	if read < 2*all-1 {
		t.Errorf("%d of %d are read", read, 2*all)
	}
	s := take(t, 611, specimen.Back, specimen.Shot{Width: 1920, Height: 1080, Fill: 0.6, Level: specimen.Mild})
	if seen, ok := x.Examine(s.img); ok && !s.person.Since2024() {
		if iin, ok := x.Barcode(s.img, seen); ok {
			t.Errorf("out of bars that say nothing %d digits are read", len(iin))
		}
	}
}
