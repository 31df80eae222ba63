//go:build demo

package puppet

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"testing"
	"time"

	"qoltanba/assets/portraits"
)

func newStage(t testing.TB, sitter int) *Stage {
	t.Helper()
	p, err := New(&portraits.All()[sitter])
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewStage(p, 640, 480, 0)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func drawn(s *Stage, p Pose) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	s.Draw(img, p)
	return img
}

// brightness is the mean of a channel over a box.
func brightness(img *image.RGBA, box image.Rectangle, channel int) (sum float64) {
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			sum += float64(img.Pix[img.PixOffset(x, y)+channel])
		}
	}
	return sum / float64(box.Dx()*box.Dy())
}

// at is where a landmark of a pose lies in the picture.
func (s *Stage) at(p Pose, landmark int) (x, y float64) {
	s.project(s.figures[0].body, p)
	return float64(s.points[landmark].x), float64(s.points[landmark].y)
}

const nose = 1

func TestTheNoseGoesWhereTheHeadTurns(t *testing.T) {
	s := newStage(t, 0)
	x0, y0 := s.at(Pose{}, nose)
	for _, c := range []struct {
		pose   Pose
		dx, dy float64 // at least, with their signs
	}{
		{Pose{Yaw: 18}, 15, 0},
		{Pose{Yaw: -18}, -15, 0},
		{Pose{Pitch: 15}, 0, 15},
		{Pose{Pitch: -15}, 0, -15},
	} {
		x, y := s.at(c.pose, nose)
		if dx, dy := x-x0, y-y0; dx*c.dx < c.dx*c.dx || dy*c.dy < c.dy*c.dy {
			t.Errorf("%+v: the nose went by %.0f, %.0f", c.pose, dx, dy)
		}
	}
	width := func(p Pose) float64 {
		l, _ := s.at(p, rightEar)
		r, _ := s.at(p, leftEar)
		return r - l
	}
	if near := width(Pose{Near: 0.33}) / width(Pose{}); near < 1.4 || near > 1.6 {
		t.Errorf("come closer: %.2f times as wide", near)
	}
	if far := width(Pose{Near: -0.4}) / width(Pose{}); far > 0.75 {
		t.Errorf("gone back: %.2f times as wide", far)
	}
}

func TestAtRestThePuppetIsThePortrait(t *testing.T) {
	for i, portrait := range portraits.All() {
		img, err := jpeg.Decode(bytes.NewReader(portrait.JPEG))
		if err != nil {
			t.Fatal(err)
		}
		s := newStage(t, i)
		got := drawn(s, Pose{})
		f := frameOf(portrait.Mesh)
		scale := portrait.Share * 640 / f.width
		var off float64
		for k, p := range portrait.Mesh {
			x, y := s.at(Pose{}, k)
			if math.Hypot(320+(p[0]-f.cx)*scale-x, 240+(p[1]-f.cy)*scale-y) > 0.01 {
				t.Fatalf("%s: landmark %d lies elsewhere", portrait.Name, k)
			}
			r, g, b, _ := img.At(int(p[0]), int(p[1])).RGBA()
			c := got.RGBAAt(int(x), int(y))
			off += math.Abs(float64(r>>8)-float64(c.R)) + math.Abs(float64(g>>8)-float64(c.G)) + math.Abs(float64(b>>8)-float64(c.B))
		}
		if off /= 3 * portraits.Landmarks; off > 8 {
			t.Errorf("%s: the landmarks' colours differ by %.1f", portrait.Name, off)
		}
	}
}

func TestABlinkHidesTheEyes(t *testing.T) {
	s := newStage(t, 0)
	dark := func(blink float64) (n int) {
		img := drawn(s, Pose{Blink: blink})
		for _, e := range eyes {
			x0, _ := s.at(Pose{}, int(e.upper[0]))
			x1, _ := s.at(Pose{}, int(e.upper[lidPoints-1]))
			_, y0 := s.at(Pose{}, int(e.upper[4]))
			_, y1 := s.at(Pose{}, int(e.lower[4]))
			for y := int(y0); y < int(y1); y++ {
				for x := int(min(x0, x1)); x < int(max(x0, x1)); x++ {
					if c := img.RGBAAt(x, y); int(c.R)+int(c.G)+int(c.B) < 3*80 {
						n++
					}
				}
			}
		}
		return n
	}
	open, half, closed := dark(0), dark(0.5), dark(1)
	if closed*2 > open || half > open || half < closed {
		t.Errorf("dark pixels: open %d, half %d, closed %d", open, half, closed)
	}
}

func TestLightFallsOnTheFaceMoreThanOnTheRoom(t *testing.T) {
	s := newStage(t, 0)
	cheek, wall := image.Rect(300, 250, 340, 265), image.Rect(150, 20, 250, 60)
	plain, lit := drawn(s, Pose{}), drawn(s, Pose{Light: RGB{0.2, 0, 0}})
	gain := func(box image.Rectangle, channel int) float64 {
		return brightness(lit, box, channel) / brightness(plain, box, channel)
	}
	if g := gain(cheek, 0); g < 1.04 || g > 1.1 {
		t.Errorf("red light makes the red of the face %.3f times as bright", g)
	}
	if g := gain(cheek, 2); math.Abs(g-1) > 0.002 {
		t.Errorf("red light makes the blue of the face %.3f times as bright", g)
	}
	if g := gain(wall, 0); g > 1.02 {
		t.Errorf("red light makes the room %.3f times as bright", g)
	}
}

func TestDrawingAllocatesNothing(t *testing.T) {
	s, sensor := newStage(t, 0), NewSensor(2.2, 1)
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	raw := image.NewYCbCr(img.Rect, image.YCbCrSubsampleRatio420)
	n := uint64(0)
	if allocs := testing.AllocsPerRun(3, func() {
		n++
		s.Draw(img, Pose{Yaw: float64(n), Blink: 1, Light: RGB{0.1 * float64(n)}})
		sensor.Expose(raw, img, n)
	}); allocs > 0 {
		t.Errorf("%v allocations a picture", allocs)
	}
}

func TestASensorKeepsColours(t *testing.T) {
	for _, c := range []color.RGBA{{200, 40, 30, 255}, {20, 180, 90, 255}, {10, 30, 220, 255}, {255, 255, 255, 255}, {0, 0, 0, 255}} {
		img := image.NewRGBA(image.Rect(0, 0, 65, 67)) // odd, so that the last row and column stand alone
		for i := 0; i < len(img.Pix); i += 4 {
			copy(img.Pix[i:], []byte{c.R, c.G, c.B, c.A})
		}
		raw := image.NewYCbCr(img.Rect, image.YCbCrSubsampleRatio420)
		NewSensor(0, 1).Expose(raw, img, 0)
		y, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)
		for _, p := range []image.Point{{0, 0}, {64, 66}, {33, 1}} {
			got := raw.YCbCrAt(p.X, p.Y)
			if far(got.Y, y) || far(got.Cb, cb) || far(got.Cr, cr) {
				t.Errorf("%v at %v became %v, not %d %d %d", c, p, got, y, cb, cr)
			}
		}
	}
}

func far(a, b uint8) bool { return max(a, b)-min(a, b) > 1 }

func TestMovesAreMadeOnceAndUndone(t *testing.T) {
	for _, what := range Moves() {
		m := NewMover(3)
		var most Pose
		for now := time.Duration(0); now <= 2800*time.Millisecond; now += 33 * time.Millisecond {
			if now > 300*time.Millisecond {
				m.Ask(what, now)
			}
			p := m.At(now)
			most.Yaw, most.Pitch = larger(most.Yaw, p.Yaw), larger(most.Pitch, p.Pitch)
			most.Near, most.Blink = larger(most.Near, p.Near), larger(most.Blink, p.Blink)
		}
		wanted := map[Move]bool{
			TurnLeft: most.Yaw > 16, TurnRight: most.Yaw < -16, LookDown: most.Pitch > 11, LookUp: most.Pitch < -11,
			ComeCloser: most.Near > 0.28, Blink: most.Blink == 1,
		}
		if !wanted[what] {
			t.Errorf("%s came to %+v", what, most)
		}
		if p := m.At(2900 * time.Millisecond); math.Abs(p.Yaw) > 4 || math.Abs(p.Pitch) > 4 || math.Abs(p.Near) > 0.03 || p.Blink > 0 {
			t.Errorf("%s ended in %+v", what, p)
		}
	}
}

// larger is the one that is farther from 0.
func larger(a, b float64) float64 {
	if math.Abs(b) > math.Abs(a) {
		return b
	}
	return a
}

func TestBadArgumentsAreRefused(t *testing.T) {
	for name, film := range map[string]func() error{
		"kind":   func() error { _, err := Film(t.Context(), script(), Kind(len(Kinds())), Conditions{}); return err },
		"length": func() error { _, err := Film(t.Context(), Script{}, Honest, Conditions{}); return err },
		"slot": func() error {
			_, err := Film(t.Context(), Script{Length: time.Second, Colours: make([]color.RGBA, 6)}, Honest, Conditions{})
			return err
		},
		"size": func() error {
			_, err := Film(t.Context(), script(), Honest, Conditions{Width: 10, Height: 10})
			return err
		},
		"share": func() error { _, err := Film(t.Context(), script(), Honest, Conditions{Size: 2}); return err },
	} {
		if film() == nil {
			t.Errorf("%s: no error", name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Film(ctx, script(), Honest, Conditions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
