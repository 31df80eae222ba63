//go:build demo

package document_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math/rand/v2"
	"strings"
	"testing"

	"qoltanba/capture/document"
	"qoltanba/capture/document/specimen"
)

// film takes so many frames of one side, the camera a little elsewhere for each; the lamp is seen on one of them.
func film(t testing.TB, seed uint64, side specimen.Side, shot specimen.Shot, frames, glaring int) (specimen.Person, []image.Image) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0xF11A))
	p := specimen.NewPerson(r)
	card := specimen.Draw(p, side, 1.2*shot.Density(), r)
	var all []image.Image
	for i := range frames {
		shot.Glare = i == glaring
		photo, err := shot.Take(card, r)
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(photo.JPEG))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, img)
	}
	return p, all
}

// A white stripe over the zone of one frame and another stripe over that of the next leave no frame that can be read alone.
func TestFuseReadsWhatNoFrameTells(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("looks at several pictures")
	}
	p, frames := film(t, 1, specimen.Back, specimen.Shot{Width: 1280, Height: 720, Fill: 0.6, Level: specimen.Clean}, 3, -1)
	x := newExaminer(t)
	for i, f := range frames {
		seen, ok := x.Examine(f)
		if !ok {
			t.Fatal("no card")
		}
		img := image.NewRGBA(f.Bounds())
		draw.Draw(img, img.Rect, f, f.Bounds().Min, draw.Src)
		q := seen.Corners
		at := document.Point{X: q[3].X + (0.12+0.14*float64(i))*(q[2].X-q[3].X), Y: q[3].Y + (0.12+0.14*float64(i))*(q[2].Y-q[3].Y)}
		stripe := image.Rect(int(at.X)-45, int(at.Y)-190, int(at.X)+45, int(at.Y)-20)
		draw.Draw(img, stripe, image.NewUniform(color.White), image.Point{}, draw.Src)
		if alone, ok := x.Examine(img); ok && alone.Zone != nil && len(alone.Zone.Failed()) == 0 {
			t.Errorf("frame %d can be read alone", i)
		}
		frames[i] = img
	}
	want := p.Zone()
	seen, ok := x.Fuse(frames)
	if !ok || seen.Side != document.Back || seen.Zone == nil || strings.Join(seen.Zone.Lines(), "\n") != strings.Join(want[:], "\n") || len(seen.Zone.Failed()) > 0 {
		t.Fatalf("found %v, %s, %v", ok, seen.Side, seen.Zone)
	}
}

func TestFuseLeavesOtherSidesAside(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("looks at several pictures")
	}
	shot := specimen.Shot{Width: 1280, Height: 720, Fill: 0.6, Level: specimen.Clean}
	p, frames := film(t, 2, specimen.Back, shot, 2, -1)
	_, fronts := film(t, 2, specimen.Front, shot, 1, -1)
	x := newExaminer(t)
	want := p.Zone()
	blank := image.NewGray(image.Rect(0, 0, 640, 480))
	seen, ok := x.Fuse([]image.Image{fronts[0], blank, frames[0], frames[1]})
	if !ok || seen.Side != document.Back || seen.Zone == nil || strings.Join(seen.Zone.Lines(), "\n") != strings.Join(want[:], "\n") {
		t.Errorf("found %v, %s", ok, seen.Side)
	}
	if front, ok := x.Fuse(fronts); !ok || front.Side != document.Front {
		t.Errorf("one frame: %v, %s", ok, front.Side)
	}
	if _, ok := x.Fuse([]image.Image{blank}); ok {
		t.Error("a card on nothing")
	}
	if _, ok := x.Fuse(nil); ok {
		t.Error("a card without a frame")
	}
}
