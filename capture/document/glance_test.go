//go:build demo

package document_test

import (
	"image"
	"image/color"
	"image/draw"
	"testing"

	"qoltanba/capture/document"
	"qoltanba/capture/document/specimen"
)

// glances looks at a shot twice, as a stream of frames would be: a zone that stands upside down is read in the second.
func glances(x *document.Examiner, s sample, want document.Side, taken *image.Gray) (g document.Glance, ok bool) {
	for range 2 {
		g, ok = x.Glance(s.img, want, taken)
	}
	return g, ok
}

func TestGlanceNamesASideOnlyWhereSomethingSpeaksForIt(t *testing.T) {
	t.Parallel()
	x := newExaminer(t)
	for i, side := range []specimen.Side{specimen.Front, specimen.Back} {
		for k, upside := range []bool{false, true} {
			shot := specimen.Shot{Width: 1280, Height: 720, Fill: 0.5, Level: specimen.Medium, Ground: specimen.Wood, Upside: upside}
			s := take(t, uint64(500+10*i+k), side, shot)
			for _, want := range []document.Side{document.Front, document.Back} {
				g, ok := glances(x, s, want, nil)
				if !ok || string(g.Side) != side.String() || g.UpsideDown != upside {
					t.Errorf("%v, upside down %v, while the %s is asked for: %v %q, upside down %v", side, upside, want, ok, g.Side, g.UpsideDown)
				}
				if d := dist(g.Corners[0], s.corners[0]); d > 0.02*s.corners.Width() {
					t.Errorf("%v: the upper left corner is off by %.0f pixels", side, d)
				}
			}
		}
	}
}

// TestGlanceAtHiddenSides: a portrait or a zone behind a hand tells no side, and above all not that of the other.
func TestGlanceAtHiddenSides(t *testing.T) {
	t.Parallel()
	x := newExaminer(t)
	for side, hidden := range map[specimen.Side]document.Box{
		specimen.Front: {Left: 3, Top: 11, Right: 29, Bottom: 44}, specimen.Back: {Left: 2, Top: 33, Right: 84, Bottom: 52},
	} {
		s := take(t, 520, side, specimen.Shot{Width: 1280, Height: 720, Fill: 0.5, Level: specimen.Clean, Ground: specimen.Wood})
		full := s.img
		cover(&s, hidden)
		if g, ok := glances(x, s, document.Front, nil); ok && g.Side != "" {
			t.Errorf("of the %v, with what tells it hidden, it says %q", side, g.Side)
		}
		s.img = full
	}
}

// cover lays something grey over a part of the document, as it lies in the picture about level.
func cover(s *sample, b document.Box) {
	out := image.NewRGBA(s.img.Bounds())
	draw.Draw(out, out.Rect, s.img, image.Point{}, draw.Src)
	for y := b.Top; y < b.Bottom; y += 0.05 {
		for x := b.Left; x < b.Right; x += 0.05 {
			u, v := x/document.ID1.Width, y/document.ID1.Height
			c := s.corners
			px := c[0].X*(1-u)*(1-v) + c[1].X*u*(1-v) + c[2].X*u*v + c[3].X*(1-u)*v
			py := c[0].Y*(1-u)*(1-v) + c[1].Y*u*(1-v) + c[2].Y*u*v + c[3].Y*(1-u)*v
			out.Set(int(px), int(py), color.RGBA{196, 190, 186, 255})
		}
	}
	s.img = out
}

func TestGlanceKnowsTheSideThatWasTaken(t *testing.T) {
	t.Parallel()
	x := newExaminer(t)
	shot := specimen.Shot{Width: 1280, Height: 720, Fill: 0.5, Level: specimen.Mild, Ground: specimen.Wood}
	front, again, back := take(t, 530, specimen.Front, shot), take(t, 530, specimen.Front, shot), take(t, 530, specimen.Back, shot)
	taken, ok := glances(x, front, document.Front, nil)
	if !ok {
		t.Fatal("the front was not found")
	}
	cover(&again, document.Box{Left: 3, Top: 11, Right: 20, Bottom: 44})
	if g, ok := glances(x, again, document.Back, taken.Upright); !ok || !g.Same {
		t.Errorf("the front once more, half of its portrait hidden: found %v, the same %v", ok, g.Same)
	}
	if g, ok := glances(x, back, document.Back, taken.Upright); !ok || g.Same {
		t.Errorf("the back: found %v, the same %v", ok, g.Same)
	}
}

func TestGlanceMarksTheLight(t *testing.T) {
	t.Parallel()
	x := newExaminer(t)
	s := take(t, 540, specimen.Back, specimen.Shot{Width: 1280, Height: 720, Fill: 0.55, Level: specimen.Mild, Ground: specimen.Wood, Glare: true})
	g, ok := glances(x, s, document.Back, nil)
	if !ok || len(g.Spots) == 0 {
		t.Fatalf("found %v with %d spots", ok, len(g.Spots))
	}
	for _, p := range g.Spots[0] {
		if c := s.img.Bounds(); p.X < 0 || p.Y < 0 || p.X > float64(c.Dx()) || p.Y > float64(c.Dy()) {
			t.Errorf("the spot is at %.0f", p)
		}
	}
}
