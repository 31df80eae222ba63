//go:build cgo

package face

import (
	"errors"
	"image"
	"image/color"
	"image/draw"
	"math"
	"sync"
	"testing"

	scaling "golang.org/x/image/draw"
)

// scene is a grey room of 640×480 with the portrait at some places, each a width in pixels.
func scene(t testing.TB, places ...image.Rectangle) *image.RGBA {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	draw.Draw(img, img.Rect, image.NewUniform(color.Gray{110}), image.Point{}, draw.Src)
	p := portrait(t)
	for _, at := range places {
		scaling.ApproxBiLinear.Scale(img, at, p, p.Bounds(), draw.Src, nil)
	}
	return img
}

func at(x, y, width int) image.Rectangle { return image.Rect(x, y, x+width, y+width*3/4) }

func TestTrackerFollowsAFace(t *testing.T) {
	t.Parallel()
	tracker := shared.NewTracker()
	var o Observation
	for i := range 24 {
		n, err := tracker.Observe(scene(t, at(40+8*i, 60+3*i, 340+4*i)), &o)
		if err != nil || n != 1 {
			t.Fatalf("picture %d: %d faces, %v", i, n, err)
		}
		scale := float64(340+4*i) / 360
		if x := 40 + 8*float64(i) + 177*scale; math.Abs(float64(o.Mesh[NoseTip].X)-x) > 8 {
			t.Fatalf("picture %d: the nose is at %v, not %v", i, o.Mesh[NoseTip].X, x)
		}
		if w := 93 * scale; math.Abs(o.Width-w) > 6 {
			t.Fatalf("picture %d: the face is %v wide, not %v", i, o.Width, w)
		}
	}
}

func TestTrackerLosesAndFindsAFace(t *testing.T) {
	t.Parallel()
	tracker := shared.NewTracker()
	var o Observation
	steps := []struct {
		img  image.Image
		want int
	}{
		{scene(t), 0}, {scene(t, at(60, 80, 400)), 1}, {scene(t), 0}, {scene(t), 0}, {scene(t, at(200, 80, 400)), 1}, {scene(t, at(20, 20, 300)), 1},
	}
	for i, s := range steps {
		n, err := tracker.Observe(s.img, &o)
		if err != nil || n != s.want {
			t.Fatalf("step %d: %d faces, want %d, %v", i, n, s.want, err)
		}
		if n == 0 && o != (Observation{}) {
			t.Errorf("step %d: something is observed of nobody", i)
		}
	}
	tracker.Reset()
	if n, err := tracker.Observe(scene(t, at(60, 80, 400)), &o); err != nil || n != 1 {
		t.Error(n, err)
	}
}

func TestSecondFaceIsNoticed(t *testing.T) {
	t.Parallel()
	large, second, far := at(10, 100, 380), at(360, 160, 270), at(470, 10, 90)
	var o Observation
	tracker := shared.NewTracker()
	if n, err := tracker.Observe(scene(t, large, second), &o); err != nil || n != 2 || math.Abs(o.Width-93*380/360) > 8 {
		t.Errorf("%d faces, the largest %v wide, %v", n, o.Width, err)
	}
	tracker.Reset()
	if n, err := tracker.Observe(scene(t, large, far), &o); err != nil || n != 1 {
		t.Errorf("with somebody far behind: %d faces, %v", n, err)
	}
	noticed := false
	for range lookAround {
		n, err := tracker.Observe(scene(t, large, second), &o)
		if err != nil {
			t.Fatal(err)
		}
		noticed = noticed || n == 2
	}
	if !noticed {
		t.Error("who comes later is not noticed")
	}
	gone := false
	for range lookAround {
		n, err := tracker.Observe(scene(t, large), &o)
		if err != nil {
			t.Fatal(err)
		}
		gone = gone || n == 1
	}
	if !gone {
		t.Error("who goes is not noticed")
	}
}

func TestLargerFaceTakesOver(t *testing.T) {
	t.Parallel()
	tracker := shared.NewTracker()
	var o Observation
	small, large := at(10, 10, 230), at(240, 150, 390)
	if _, err := tracker.Observe(scene(t, small), &o); err != nil {
		t.Fatal(err)
	}
	for range lookAround {
		if _, err := tracker.Observe(scene(t, small, large), &o); err != nil {
			t.Fatal(err)
		}
	}
	if o.Width < 90 {
		t.Errorf("the face followed is %v wide", o.Width)
	}
}

func TestFindSeesASmallPortrait(t *testing.T) {
	t.Parallel()
	card := scene(t, at(30, 250, 130)) // a face of 34 pixels, a twentieth of the width
	var o Observation
	if n, err := shared.Find(card, &o); err != nil || n != 1 || math.Abs(float64(o.Mesh[NoseTip].X)-94) > 6 {
		t.Errorf("%d faces, nose at %v, %v", n, o.Mesh[NoseTip], err)
	}
	if n, err := shared.Find(scene(t), &o); err != nil || n != 0 || o != (Observation{}) {
		t.Errorf("%d faces in an empty room, %v", n, err)
	}
}

func TestPicturesThatAreNone(t *testing.T) {
	t.Parallel()
	tracker := shared.NewTracker()
	var o Observation
	for name, img := range map[string]image.Image{
		"nil": nil, "empty": image.NewGray(image.Rectangle{}), "endless": &image.Uniform{C: color.Black}, "long": image.NewGray(image.Rect(0, 0, maxSide+1, 1)),
	} {
		if _, err := tracker.Observe(img, &o); err == nil {
			t.Errorf("%s is looked at", name)
		}
		if _, err := shared.Find(img, &o); err == nil {
			t.Errorf("%s is searched", name)
		}
		if _, err := shared.Print(img, &Mesh{}); err == nil {
			t.Errorf("%s has a print", name)
		}
		if q := Assess(img, &o); q != (Quality{}) {
			t.Errorf("%s has quality %+v", name, q)
		}
	}
	for _, size := range []image.Point{{1, 1}, {3, 900}, {900, 3}, {17, 19}} {
		if n, err := shared.Find(image.NewGray(image.Rectangle{Max: size}), &o); err != nil || n != 0 {
			t.Errorf("%v: %d faces, %v", size, n, err)
		}
	}
	if _, err := shared.Print(scene(t), &Mesh{}); !errors.Is(err, ErrNoFace) {
		t.Errorf("the print of no mesh: %v", err)
	}
}

// TestManyAtOnce runs more streams than there are lanes; each sees what it sees alone.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	img := portrait(t)
	alone, _ := observe(t, img)
	want, err := shared.Print(img, &alone.Mesh)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			tracker := shared.NewTracker()
			var o Observation
			for range 3 {
				tracker.Reset()
				if _, err := tracker.Observe(img, &o); err != nil || o != alone {
					t.Errorf("%v, or seen otherwise than alone", err)
				}
			}
			if p, err := shared.Print(img, &o.Mesh); err != nil || p != want {
				t.Errorf("%v, or another print than alone", err)
			}
		})
	}
	group.Wait()
}

func TestClosedEngineSaysSo(t *testing.T) {
	t.Parallel()
	e, err := Open("")
	if err != nil {
		t.Fatal(err)
	}
	tracker, img := e.NewTracker(), portrait(t)
	var o Observation
	if n, err := tracker.Observe(img, &o); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if _, err := e.Print(img, &o.Mesh); !errors.Is(err, ErrNoEmbedders) {
		t.Errorf("a print without embedders: %v", err)
	}
	if err := errors.Join(e.Close(), e.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := tracker.Observe(img, &o); !errors.Is(err, errClosed) {
		t.Errorf("closed, it says %v", err)
	}
}

func TestPrintHoldsUnderSmallChanges(t *testing.T) {
	t.Parallel()
	img := portrait(t)
	o, _ := observe(t, img)
	original, err := shared.Print(img, &o.Mesh)
	if err != nil {
		t.Fatal(err)
	}
	for _, width := range []int{200, 300, 480} {
		other := scene(t, at(70, 50, width))
		n, err := shared.Find(other, &o)
		if err != nil || n != 1 {
			t.Fatal(n, err)
		}
		p, err := shared.Print(other, &o.Mesh)
		if err != nil {
			t.Fatal(err)
		}
		if l := Compare(&original, &p); l.Verdict() != Same {
			t.Errorf("at a width of %d: %+v", width, l)
		}
	}
}
