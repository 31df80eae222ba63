//go:build demo

package document_test

import (
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"qoltanba/capture/document"
	"qoltanba/capture/document/mrz"
	"qoltanba/capture/document/specimen"
)

func TestExamineTellsSidesAndWaysUp(t *testing.T) {
	t.Parallel()
	x := newExaminer(t)
	for i, side := range []specimen.Side{specimen.Front, specimen.Back} {
		for k, upside := range []bool{false, true} {
			shot := specimen.Shot{Width: 1280, Height: 720, Fill: 0.55, Level: specimen.Mild, Ground: specimen.Wood, Upside: upside}
			s := take(t, uint64(300+10*i+k), side, shot)
			seen, ok := x.Examine(s.img)
			if !ok || string(seen.Side) != side.String() {
				t.Errorf("%s, upside down %v: found %v, %s", side, upside, ok, seen.Side)
				continue
			}
			if d := seen.Corners[0]; dist(d, s.corners[0]) > 0.02*s.corners.Width() {
				t.Errorf("%s, upside down %v: the upper left corner is at %.0f and not at %.0f", side, upside, d, s.corners[0])
			}
			if seen.Upright.Rect.Dx() != 856 || seen.Upright.Rect.Dy() != 540 {
				t.Errorf("upright it has %v", seen.Upright.Rect)
			}
		}
	}
}

func dist(a, b document.Point) float64 {
	dx, dy := a.X-b.X, a.Y-b.Y
	return sqrt(dx*dx + dy*dy)
}

func TestMeasuresFollowWhatIsWrong(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("looks at pictures in the full size")
	}
	base := specimen.Shot{Width: 1280, Height: 720, Fill: 0.6, Level: specimen.Mild}
	see := func(change func(*specimen.Shot)) document.Measures {
		t.Helper()
		shot := base
		change(&shot)
		s := take(t, 400, specimen.Back, shot)
		return document.Measure(s.img, document.ID1, s.corners)
	}
	good := see(func(*specimen.Shot) {})
	if good.Zone < document.LeastZone || good.Print < document.LeastPrint || good.Shining > document.MostShining || good.Cropped != [4]bool{} {
		t.Errorf("a good picture: %+v", good)
	}
	if good.Fill < 0.5 || good.Fill > 0.7 || good.Density < 7 || good.Density > 10 {
		t.Errorf("it fills %.2f with %.1f pixels a millimetre", good.Fill, good.Density)
	}
	soft := see(func(s *specimen.Shot) { s.Level.Blur = 0.6 })
	noisy := see(func(s *specimen.Shot) { s.Level.Blur, s.Level.Noise = 0.6, 9 })
	if soft.Zone > document.LeastZone || noisy.Zone > 1.5*document.LeastZone {
		t.Errorf("out of focus by 0.6 mm the zone's sharpness is %.4f, and %.4f with noise", soft.Zone, noisy.Zone)
	}
	if lamp := see(func(s *specimen.Shot) { s.Glare = true }); len(lamp.Glare) == 0 || lamp.Shining <= good.Shining {
		t.Errorf("a lamp on the card: %+v", lamp.Glare)
	}
	s := take(t, 400, specimen.Back, base)
	out := s.corners
	out[0].X = -50
	if m := document.Measure(s.img, document.ID1, out); m.Cropped != [4]bool{true} {
		t.Errorf("cropped: %v", m.Cropped)
	}
}

// A passport's data page is found by its own shape and read by its own format.
func TestExamineReadsADataPage(t *testing.T) {
	t.Parallel()
	const zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
	page := specimen.DataPage([2]string(strings.Split(zone, "\n")), 9)
	img := image.NewRGBA(image.Rect(0, 0, 1400, 1000))
	draw.Draw(img, img.Rect, image.NewUniform(color.RGBA{70, 60, 50, 255}), image.Point{}, draw.Src)
	draw.Draw(img, page.Rect.Add(image.Pt(120, 90)), page, image.Point{}, draw.Over)
	seen, ok := newExaminer(t).Examine(img)
	if !ok || seen.Side != document.Page || seen.Zone == nil || strings.Join(seen.Zone.Lines(), "\n") != zone || len(seen.Zone.Failed()) > 0 {
		t.Fatalf("found %v, %s, %v", ok, seen.Side, seen.Zone)
	}
	findings := seen.Findings(document.Knowledge{Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)})
	if !slices.Contains(findings, document.Foreign) || !slices.Contains(findings, document.Expired) {
		t.Errorf("findings: %v", findings)
	}
}

func TestFindingsNameWhatDoesNotAgree(t *testing.T) {
	t.Parallel()
	s := take(t, 500, specimen.Back, specimen.Shot{Width: 1440, Height: 810, Fill: 0.7, Level: specimen.Mild})
	seen, ok := newExaminer(t).Examine(s.img)
	if !ok || seen.Zone == nil {
		t.Fatalf("found %v", ok)
	}
	sex := mrz.Male
	if s.person.Female {
		sex = mrz.Female
	}
	before, after := s.person.Issue, s.person.Expiry.AddDate(0, 0, 2)
	says := func(birth time.Time, sex mrz.Sex) func(string) (time.Time, mrz.Sex, bool) {
		return func(iin string) (time.Time, mrz.Sex, bool) { return birth, sex, iin == s.person.IIN }
	}
	for name, c := range map[string]struct {
		k    document.Knowledge
		want []document.Finding
	}{
		"all well":      {document.Knowledge{Now: before, Bearer: says(s.person.Birth, sex)}, nil},
		"expired":       {document.Knowledge{Now: after, Bearer: says(s.person.Birth, sex)}, []document.Finding{document.Expired}},
		"another birth": {document.Knowledge{Now: before, Bearer: says(before, sex)}, []document.Finding{document.IINBirth}},
		"another sex":   {document.Knowledge{Now: before, Bearer: says(s.person.Birth, 'X')}, []document.Finding{document.IINSex}},
		"nobody asked":  {document.Knowledge{Now: before}, nil},
	} {
		if got := seen.Findings(c.k); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestExamineSeesNoDocumentInAPortrait(t *testing.T) {
	t.Parallel()
	f, err := os.Open(filepath.Join("..", "..", "assets", "portraits", "astronaut.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(f)
	_ = f.Close()
	if err != nil {
		t.Fatal(err)
	}
	if seen, ok := newExaminer(t).Examine(img); ok && seen.Zone != nil {
		t.Errorf("it reads %q", seen.Zone.Lines())
	}
}

// Whatever the picture, nothing panics, and what is found lies about within it.
func FuzzExamine(f *testing.F) {
	f.Add(uint8(1), uint8(200), uint8(120), []byte{0, 255, 3, 250})
	f.Add(uint8(2), uint8(131), uint8(77), []byte("lines and squares"))
	f.Add(uint8(3), uint8(33), uint8(255), []byte{})
	x := newExaminer(f)
	f.Fuzz(func(t *testing.T, kind, width, height uint8, noise []byte) {
		img := foreign(kind, int(width), int(height), noise)
		seen, ok := x.Examine(img)
		if !ok {
			return
		}
		for _, p := range seen.Corners {
			if slack := 100.0; !(p.X > -slack && p.Y > -slack && p.X < float64(width)+slack && p.Y < float64(height)+slack) {
				t.Errorf("a corner at %v of %d×%d", p, width, height)
			}
		}
		seen.Findings(document.Knowledge{Now: time.Unix(0, 0)})
	})
}

// foreign is a part of a picture, of one of the kinds that decoders make, filled with blocks of noise.
func foreign(kind uint8, width, height int, noise []byte) image.Image {
	part := image.Rect(3, 5, 3+width, 5+height)
	at := func(x, y int) uint8 {
		if len(noise) == 0 {
			return 0
		}
		return noise[(x/17+31*(y/13))%len(noise)]
	}
	switch kind % 4 {
	case 0:
		img := image.NewGray(image.Rect(0, 0, width+9, height+9))
		for i := range img.Pix {
			img.Pix[i] = at(i%img.Stride, i/img.Stride)
		}
		return img.SubImage(part)
	case 1:
		img := image.NewNRGBA(image.Rect(0, 0, width+9, height+9))
		for i := range img.Pix {
			img.Pix[i] = at(i%img.Stride/4, i/img.Stride)
		}
		return img.SubImage(part)
	}
	ratio := []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio411}[kind%2]
	img := image.NewYCbCr(image.Rect(0, 0, width+9, height+9), ratio)
	for i := range img.Y {
		img.Y[i] = at(i%img.YStride, i/img.YStride)
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = at(i%img.CStride, i/img.CStride), at(i/img.CStride, i%img.CStride)
	}
	return img.SubImage(part)
}

// The mapping takes the corners of the document to those of the picture, and its middle to where the diagonals meet.
func TestRectifiedDocumentsAreStraight(t *testing.T) {
	t.Parallel()
	img := image.NewGray(image.Rect(0, 0, 400, 300))
	for i := range img.Pix {
		img.Pix[i] = uint8(i % 400 / 2)
	}
	straight := document.Rectify(img, document.ID1, document.Quad{{X: 50, Y: 40}, {X: 350, Y: 40}, {X: 350, Y: 240}, {X: 50, Y: 240}})
	for x, want := range map[int]uint8{0: 25, 428: 100, 855: 175} {
		if got := straight.GrayAt(x, 270).Y; got > want+1 || got < want-1 {
			t.Errorf("at %d it shows %d and not %d", x, got, want)
		}
	}
	if document.Rectify(img, document.ID1, document.Quad{}) != nil || document.Rectify(image.NewYCbCr(image.Rectangle{}, image.YCbCrSubsampleRatio420), document.ID1, document.Quad{{}, {X: 1}, {X: 1, Y: 1}, {Y: 1}}) != nil {
		t.Error("a document out of nothing")
	}
}
