package liveness

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"qoltanba/capture/face"
)

// eyesDrawn are two eyes with brows and nostrils on grey skin, with the landmarks that are looked for.
type eyesDrawn struct {
	lids   float64 // 1 closed
	dx, dy float64 // where the face is, pixels
	blur   int
	light  float64
	seed   uint64
}

func (e eyesDrawn) draw() (*image.Gray, *face.Mesh) {
	const w, h = 200, 150
	img, mesh := image.NewGray(image.Rect(0, 0, w, h)), new(face.Mesh)
	rng := rand.New(rand.NewPCG(e.seed, 6))
	at := func(x, y float64) face.Point { return face.Point{X: float32(x + e.dx), Y: float32(y + e.dy)} }
	spots := [pieces][2]float64{leftEye: {70, 60}, rightEye: {130, 60}, leftBrow: {70, 38}, rightBrow: {130, 38}, nostrils: {100, 110}}
	for k, ends := range pieceEnds {
		mesh[ends[0]], mesh[ends[1]] = at(spots[k][0]-15, spots[k][1]), at(spots[k][0]+15, spots[k][1])
	}
	shade := func(x, y float64) float64 {
		x, y = x-e.dx, y-e.dy
		for k, s := range spots {
			u, v := (x-s[0])/15, (y-s[1])/15
			switch piece(k) {
			case leftEye, rightEye:
				open := 0.38 * (1 - e.lids) * math.Sqrt(max(1-u*u, 0))
				switch {
				case math.Abs(u) < 1 && math.Abs(v-0.3*e.lids) < 0.05: // lashes
					return 60
				case math.Abs(v) > open:
				case math.Hypot(u, v) < 0.42:
					return 40
				default:
					return 205
				}
			case leftBrow, rightBrow:
				if math.Abs(u) < 0.8 && math.Abs(v) < 0.25 {
					return 55
				}
			case nostrils:
				if math.Hypot(math.Abs(u)-0.5, v) < 0.3 {
					return 50
				}
			}
		}
		return 150
	}
	for y := range h {
		for x := range w {
			var sum, n float64
			for dx := -e.blur; dx <= e.blur; dx++ {
				sum, n = sum+shade(float64(x+dx)+0.5, float64(y)+0.5), n+1
			}
			img.SetGray(x, y, color.Gray{uint8(min(max(sum/n*e.light+3*rng.NormFloat64(), 0), 255))})
		}
	}
	return img, mesh
}

// seenIn measures drawings that follow one another by 150 ms.
func seenIn(all []eyesDrawn) (n int, deepest float64) {
	glances := make([]glance, len(all))
	for i, e := range all {
		e.seed = uint64(i)
		if e.light == 0 {
			e.light = 1
		}
		img, mesh := e.draw()
		glances[i] = glance{at: uint32(150 * i), of: new(patterns)}
		glances[i].of.take(img, mesh)
	}
	return blinksOf(compareGlances(glances))
}

func TestBlinkIsSeenInThePixels(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(all []eyesDrawn)
		want  int
	}{
		"open":            {func([]eyesDrawn) {}, 0},
		"a blink":         {func(all []eyesDrawn) { all[10].lids, all[11].lids = 1, 1 }, 1},
		"two blinks":      {func(all []eyesDrawn) { all[8].lids, all[14].lids = 1, 1 }, 2},
		"closed for long": {func(all []eyesDrawn) { shut(all[8:22]) }, 0},
		"never open":      {shut, 0},
		"at the end":      {func(all []eyesDrawn) { shut(all[26:]) }, 0},
		"painted, moved": {func(all []eyesDrawn) {
			for i := range all {
				all[i].dx, all[i].dy = 4*math.Sin(float64(i)), 3*math.Cos(float64(i))
			}
		}, 0},
		"painted, in changing light": {func(all []eyesDrawn) {
			for i := range all {
				all[i].light = 0.7 + 0.3*float64(i%2)
			}
		}, 0},
		"painted, blurred": {func(all []eyesDrawn) { all[10].blur, all[11].blur = 12, 12 }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := make([]eyesDrawn, 30)
			c.spoil(all)
			if n, deepest := seenIn(all); n != c.want || (deepest <= limit.lidShut) != (n > 0) {
				t.Errorf("%d blinks, wanted %d; %.2f left", n, c.want, deepest)
			}
		})
	}
}

func shut(all []eyesDrawn) {
	for i := range all {
		all[i].lids = 1
	}
}

// A pass needs the light and a blink; without them a person looks, and nothing is held against anybody.
func TestNoPassAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		light *Light
		want  Reason
	}{"without light": {nil, BlinkUnseen}, "with light": {&Light{}, BlinkUnseen}} {
		q := &inquiry{c: &Case{Light: c.light}}
		if err := q.alone(t.Context()); err != nil {
			t.Fatal(err)
		}
		if q.out.Verdict != Operator || q.out.Reason != c.want || !q.out.Findings[0].Soft || q.out.Findings[0].OK {
			t.Errorf("%s: %v %v", name, q.out, q.out.Findings)
		}
	}
}
