//go:build demo

package document_test

import (
	"image"
	"math"
	"testing"

	"qoltanba/capture/document"
	"qoltanba/capture/document/specimen"
)

func sqrt(v float64) float64 { return math.Sqrt(v) }

func TestFindIsExact(t *testing.T) {
	t.Parallel()
	var f document.Finder
	for i, level := range levels() {
		for k, fill := range []float64{0.7, 0.45} {
			s := take(t, uint64(10*i+k), specimen.Side(k), specimen.Shot{Width: 1280, Height: 720, Fill: fill, Level: level})
			found, ok := f.Find(s.img, document.ID1)
			if e := cornerError(found.Corners, s.corners); !ok || e > 0.01 {
				t.Errorf("%s, fill %.2f: found %v, off by %.2f %% of the card's width", level.Name, fill, ok, 100*e)
			} else {
				t.Logf("%s, fill %.2f: score %.2f, sides %.2f, off by %.3f %%", level.Name, fill, found.Score, found.Sides, 100*e)
			}
		}
	}
}

func TestFindSeesNothingWhereNothingIs(t *testing.T) {
	t.Parallel()
	var f document.Finder
	for _, size := range []image.Point{{}, {1, 1}, {31, 200}, {64, 64}, {1280, 720}} {
		if found, ok := f.Find(image.NewGray(image.Rectangle{Max: size}), document.ID1); ok {
			t.Errorf("%v: %v", size, found)
		}
	}
}
