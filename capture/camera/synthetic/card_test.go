//go:build demo

package synthetic

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"

	"qoltanba/assets/fonts"
	"qoltanba/assets/portraits"
	"qoltanba/capture/camera"
)

var sampleCard = CardData{
	Surname: "ҚҰЛАХМЕТОВА", Name: "ӘЛИЯ", Patronymic: "НҰРЛАНҚЫЗЫ", Sex: "ӘЙЕЛ / Ж",
	BirthDate: "12.03.1985", BirthPlace: "ҚАРАҒАНДЫ ОБЛЫСЫ", Nationality: "ҚАЗАҚ",
	IIN: "850312400012", Number: "012345678",
	Issuer: "ҚР ІШКІ ІСТЕР МИНИСТРЛІГІ", IssueDate: "01.02.2020", ExpiryDay: "31.01.2030",
	MRZ: [2]string{"P<KAZKULAKHMETOVA<<ALIYA<<<<<<<<<<<<<<<<<<<<", "N012345674KAZ8503126F3001318850312400012<<86"},
}

func newSampleCard(t *testing.T, data CardData) *Specimen {
	t.Helper()
	c, err := NewCard(data, &portraits.All()[0], fonts.Regular)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newSamplePassport(t *testing.T, data CardData) *Specimen {
	t.Helper()
	s, err := NewPassport(data, &portraits.All()[0], fonts.Regular)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// differing counts the pixels of a region that differ between two pictures.
func differing(a, b image.Image, in image.Rectangle) (n int) {
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				n++
			}
		}
	}
	return n
}

func TestCardShowsWhatItIsGiven(t *testing.T) {
	full, blank := newSampleCard(t, sampleCard), newSampleCard(t, CardData{})
	if differing(full.Side(SceneCardFront), blank.Side(SceneCardFront), image.Rect(310, 150, 640, 190)) == 0 {
		t.Error("no surname on the front")
	}
	if differing(full.Side(SceneCardBack), blank.Side(SceneCardBack), image.Rect(0, 360, cardW, cardH)) == 0 {
		t.Error("no machine-readable zone on the back")
	}
	if full.Side(ScenePassport) != nil {
		t.Error("a card has the page of a passport")
	}
	filled, empty := newSamplePassport(t, sampleCard).Side(ScenePassport), newSamplePassport(t, CardData{}).Side(ScenePassport)
	if differing(filled, empty, image.Rect(410, 195, 880, 240)) == 0 || differing(filled, empty, image.Rect(0, 730, pageW, pageH)) == 0 {
		t.Error("no surname or machine-readable zone on the passport")
	}
}

func TestEverySideIsMarkedASpecimen(t *testing.T) {
	c, p := newSampleCard(t, CardData{}), newSamplePassport(t, CardData{})
	for side, img := range map[string]*image.RGBA{
		"front": c.Side(SceneCardFront), "back": c.Side(SceneCardBack), "page": p.Side(ScenePassport),
	} {
		marked := 0
		for i := 0; i < len(img.Pix); i += 4 {
			if r, g, b := int(img.Pix[i]), int(img.Pix[i+1]), int(img.Pix[i+2]); r > g+40 && r > b+40 && r > 150 {
				marked++
			}
		}
		if marked < 3000 {
			t.Errorf("%s: %d reddish pixels", side, marked)
		}
	}
}

func TestScenesHoldTheDocumentIntoTheMiddle(t *testing.T) {
	holding := func(s *Specimen) *Person {
		p, err := NewPerson(&portraits.All()[0], s, 3)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	card, passport := holding(newSampleCard(t, sampleCard)), holding(newSamplePassport(t, sampleCard))
	picture := func(p *Person, s Scene) image.Image {
		p.SetScene(s)
		b, err := p.JPEG(1, camera.DefaultFormat)
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		return img
	}
	bright := func(img image.Image, x, y int) bool {
		r, g, b, _ := img.At(x, y).RGBA()
		return r+g+b > 3*170<<8
	}
	for s, p := range map[Scene]*Person{SceneCardFront: card, SceneCardBack: card, ScenePassport: passport} {
		img := picture(p, s)
		left, right := -1, -1
		for x := range 640 {
			if bright(img, x, 330) {
				if left < 0 {
					left = x
				}
				right = x
			}
		}
		if width := right - left; width < 280 || width > 350 || left < 100 {
			t.Errorf("scene %d: the card goes from %d to %d", s, left, right)
		}
	}
	for what, dark := range map[string]image.Image{"the covered lens": picture(card, SceneDark), "who has no passport": picture(card, ScenePassport)} {
		for _, at := range []image.Point{{10, 10}, {320, 240}, {600, 400}} {
			if bright(dark, at.X, at.Y) {
				t.Errorf("%s: light at %v", what, at)
			}
		}
	}
}
