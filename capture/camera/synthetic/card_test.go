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
	MRZ: [3]string{"IDKAZ0123456784850312400012<<<", "8503126F3001318KAZ<<<<<<<<<<<8", "KULAKHMETOVA<<ALIYA<<<<<<<<<<<"},
}

func newSampleCard(t *testing.T, data CardData) *Card {
	t.Helper()
	c, err := NewCard(data, portraits.Astronaut, fonts.Regular)
	if err != nil {
		t.Fatal(err)
	}
	return c
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
	if differing(full.Front(), blank.Front(), image.Rect(310, 150, 640, 190)) == 0 {
		t.Error("no surname on the front")
	}
	if differing(full.Back(), blank.Back(), image.Rect(0, 360, cardW, cardH)) == 0 {
		t.Error("no machine-readable zone on the back")
	}
}

func TestEverySideIsMarkedASpecimen(t *testing.T) {
	c := newSampleCard(t, CardData{})
	for side, img := range map[string]*image.RGBA{"front": c.Front(), "back": c.Back()} {
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

func TestCardScenesHoldTheCardIntoTheMiddle(t *testing.T) {
	p, err := NewPerson(portraits.Astronaut, newSampleCard(t, sampleCard), 3)
	if err != nil {
		t.Fatal(err)
	}
	picture := func(s Scene) image.Image {
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
	for _, s := range []Scene{SceneCardFront, SceneCardBack} {
		img := picture(s)
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
	dark := picture(SceneDark)
	for _, at := range []image.Point{{10, 10}, {320, 240}, {600, 400}} {
		if bright(dark, at.X, at.Y) {
			t.Errorf("the covered lens sees light at %v", at)
		}
	}
}
