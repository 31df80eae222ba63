//go:build demo

package service

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"strings"
	"testing"

	"qoltanba/app/api"
	"qoltanba/capture/document/specimen"
	"qoltanba/capture/liveness"
	"qoltanba/capture/picture/pdf"
	"qoltanba/capture/picture/pdf/pdftest"
)

// scanned is a side of a specimen on a sheet of A4, at 150 dots an inch.
func scanned(t *testing.T, side specimen.Side) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(11, uint64(side)))
	shot := specimen.Shot{Width: 1240, Height: 877, Fill: 0.5, Level: specimen.Clean}
	photo, err := shot.Take(specimen.Draw(specimen.NewPerson(rand.New(rand.NewPCG(11, 11))), side, 1.2*shot.Density(), r), r)
	if err != nil {
		t.Fatal(err)
	}
	return photo.JPEG
}

// atCardStep takes a citizen to the card.
func atCardStep(t *testing.T, on func(*Plan)) (*agency, *citizen) {
	t.Helper()
	a := open(t, on)
	c := a.citizen(t, "aigul")
	c.confirm()
	c.accept(api.TextBiometrics, api.ConsentBiometrics)
	c.selfie()
	c.record()
	do(c, api.SetPIN, api.SetPINRequest{PIN: goodPIN})
	c.at(api.StepCard)
	return a, c
}

func withPDF(t *testing.T) func(*Plan) {
	t.Helper()
	reader, err := pdf.Find(t.Context())
	if err != nil {
		t.Fatalf("%v: .ci/setup test installs it", err)
	}
	return func(p *Plan) { p.PDF = reader }
}

func TestPDFOfADocument(t *testing.T) {
	t.Parallel()
	_, c := atCardStep(t, withPDF(t))
	front, back := scanned(t, specimen.Front), scanned(t, specimen.Back)
	fifty := make([][]byte, 50)
	for i := range fifty {
		fifty[i] = front
	}
	send := func(content []byte) error {
		e, err := ask(c, api.SendCard, api.Picture{Type: api.TypePDF, Data: content}, "side", string(api.Front))
		if err == nil {
			c.e = e
		}
		return err
	}
	for name, bad := range map[string]struct {
		content []byte
		want    api.Code
	}{
		"encrypted":   {pdftest.Locked(front), api.PDFLocked},
		"fifty pages": {pdftest.Pages(fifty...), api.PDFPages},
		"cut off":     {pdftest.Pages(front)[:100], api.PictureDamaged},
	} {
		if err := send(bad.content); api.CodeOf(err) != bad.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := send(pdftest.Pages(front)); err != nil || len(c.e.CardSides) != 1 || c.e.Step != api.StepCard {
		t.Fatalf("one side: %v, %v at %s", err, c.e.CardSides, c.e.Step)
	}
	if err := send(pdftest.Pages(back, front)); err != nil || len(c.e.CardSides) != 2 {
		t.Fatalf("both sides, the back first: %v, %v", err, c.e.CardSides)
	}
	c.at(api.StepFields)
}

func TestWithoutPopplerThereIsAWayOut(t *testing.T) {
	t.Parallel()
	_, c := atCardStep(t, nil)
	if _, err := ask(c, api.SendCard, api.Picture{Type: api.TypePDF, Data: pdftest.Pages(scanned(t, specimen.Front))}, "side", "front"); api.CodeOf(err) != api.PDFUnserved {
		t.Errorf("a PDF: %v", err)
	}
	if notes := strings.Join((Plan{}).notes(), "\n"); !strings.Contains(notes, "no PDF") {
		t.Errorf("readiness says %q", notes)
	}
}

// TestAFilmedSideIsKeptWithItsFilm, and a picture of a cat is kept as well: what it is the reading tells.
func TestAFilmedSideIsKeptWithItsFilm(t *testing.T) {
	t.Parallel()
	a, c := atCardStep(t, nil)
	front := scanned(t, specimen.Front)
	body, err := liveness.EncodeSide(front, []liveness.Frame{{Millis: 0, JPEG: front}, {Millis: 330, JPEG: front}})
	if err != nil {
		t.Fatal(err)
	}
	send := func(side api.Side, kind string, content []byte) error {
		e, err := ask(c, api.SendCard, api.Picture{Type: kind, Data: content}, "side", string(side))
		if err == nil {
			c.e = e
		}
		return err
	}
	if err := send(api.Front, api.TypeFilmed, body[:len(body)-3]); api.CodeOf(err) != api.PictureDamaged {
		t.Errorf("a film cut off: %v", err)
	}
	if err := send(api.Front, api.TypeFilmed, body); err != nil {
		t.Fatal(err)
	}
	names, err := a.Enrolments.Evidence.List(t.Context(), c.e.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(names, " "); !strings.Contains(got, "card-front-") || !strings.Contains(got, ".frames") {
		t.Errorf("the evidence has %s", got)
	}
	if err := send(api.Back, api.TypeJPEG, cat(t)); err != nil {
		t.Errorf("a cat: %v", err)
	}
	c.at(api.StepFields)
}

// cat is a picture of none of a document's sides.
func cat(t *testing.T) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 800, 600))
	for i := range img.Pix {
		x, y := float64(i%800-400), float64(i/800-320)
		img.Pix[i] = 210
		if x*x+y*y < 200*200 || y < -120 && (x-110)*(x-110)+(y+200)*(y+200)/2 < 70*70 || y < -120 && (x+110)*(x+110)+(y+200)*(y+200)/2 < 70*70 {
			img.Pix[i] = 90
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
