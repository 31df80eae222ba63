//go:build cgo

package face

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"

	scaling "golang.org/x/image/draw"
)

// shaded changes each colour of the portrait.
func shaded(t *testing.T, f func(x, y int, v float64) float64) (image.Image, Observation) {
	t.Helper()
	img := image.NewRGBA(portrait(t).Bounds())
	draw.Draw(img, img.Rect, portrait(t), image.Point{}, draw.Src)
	for i := range img.Pix {
		if i%4 < 3 {
			img.Pix[i] = uint8(max(0, min(255, f(i/4%img.Rect.Dx(), i/4/img.Rect.Dx(), float64(img.Pix[i])))))
		}
	}
	o, n := observe(t, img)
	if n == 0 {
		t.Fatal("the face is lost")
	}
	return img, o
}

func quality(t *testing.T, f func(x, y int, v float64) float64) Quality {
	t.Helper()
	img, o := shaded(t, f)
	return Assess(img, &o)
}

func same(_, _ int, v float64) float64 { return v }

func TestQualityOfTheLight(t *testing.T) {
	t.Parallel()
	q := quality(t, same)
	if q.Glare > 0.01 || q.Light < 0.5 || q.Light > 0.75 || q.Contrast < 0.4 || math.Abs(q.Uneven) > 0.2 {
		t.Fatalf("an ordinary picture: %+v", q)
	}
	if d := quality(t, func(_, _ int, v float64) float64 { return v * 0.3 }); d.Light > 0.25 || d.Contrast > 0.25 {
		t.Errorf("in the dark: %+v", d)
	}
	if d := quality(t, func(_, _ int, v float64) float64 { return 100 + v*0.2 }); d.Contrast > q.Contrast/2 {
		t.Errorf("in fog: %+v", d)
	}
	left := quality(t, func(x, _ int, v float64) float64 { return v * (1 - float64(x)/500) })
	right := quality(t, func(x, _ int, v float64) float64 { return v * (0.3 + float64(x)/500) })
	if left.Uneven >= q.Uneven || right.Uneven <= q.Uneven {
		t.Errorf("light from the left %v, from nowhere %v, from the right %v", left.Uneven, q.Uneven, right.Uneven)
	}
	lamp := func(x, y int, v float64) float64 {
		if (x-190)*(x-190)+(y-105)*(y-105) < 200 {
			return 255
		}
		return v
	}
	if d := quality(t, lamp); d.Glare < 0.04 || d.Glare > 0.2 {
		t.Errorf("a lamp's reflection: %+v", d)
	}
}

func TestQualityOfTheFocus(t *testing.T) {
	t.Parallel()
	p := portrait(t)
	last := quality(t, same).Sharpness
	if last < 0.2 {
		t.Fatalf("a sharp picture has %v", last)
	}
	for _, width := range []int{180, 110, 70} {
		small, blurred := image.NewRGBA(image.Rect(0, 0, width, width*3/4)), image.NewRGBA(p.Bounds())
		scaling.ApproxBiLinear.Scale(small, small.Rect, p, p.Bounds(), draw.Src, nil)
		scaling.BiLinear.Scale(blurred, blurred.Rect, small, small.Rect, draw.Src, nil)
		o, _ := observe(t, blurred)
		s := Assess(blurred, &o).Sharpness
		if s >= last {
			t.Errorf("of %d pixels the sharpness is %v, of more it was %v", width, s, last)
		}
		last = s
	}
	if last > 0.15 {
		t.Errorf("a blurred picture has %v", last)
	}
	dark := quality(t, func(_, _ int, v float64) float64 { return v / 2 }).Sharpness
	if ordinary := quality(t, same).Sharpness; math.Abs(dark-ordinary) > ordinary/5 {
		t.Errorf("darkness changes sharpness from %v to %v", ordinary, dark)
	}
}

func TestQualityOfThePlace(t *testing.T) {
	t.Parallel()
	middle, _ := observe(t, portrait(t))
	q := Assess(portrait(t), &middle)
	if math.Abs(q.Size-93.0/270) > 0.03 || math.Abs(q.OffX) > 0.03 {
		t.Errorf("in the middle: %+v", q)
	}
	img := scene(t, at(330, 230, 300))
	o, _ := observe(t, img)
	if q := Assess(img, &o); q.OffX < 0.2 || q.OffY < 0.15 || q.Size > 0.2 {
		t.Errorf("below on the right: %+v", q)
	}
}

func TestQualityNoticesWhatCoversTheFace(t *testing.T) {
	t.Parallel()
	img := image.NewRGBA(portrait(t).Bounds())
	draw.Draw(img, img.Rect, portrait(t), image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(130, 140, 225, 200), image.NewUniform(color.RGBA{90, 140, 200, 255}), image.Point{}, draw.Src)
	o, n := observe(t, img)
	if n == 0 {
		t.Fatal("the face is lost")
	}
	if q, free := Assess(img, &o), quality(t, same); q.Occlusion < 0.25 || free.Occlusion > 0.1 {
		t.Errorf("a mask: %v, without it %v", q.Occlusion, free.Occlusion)
	}
}
