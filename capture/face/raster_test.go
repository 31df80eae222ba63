package face

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"
)

// pattern is a picture without symmetry, its corner not at the origin.
func pattern(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(5, 7, 5+w, 7+h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(5+x, 7+y, color.NRGBA{uint8(40 + 2*x), uint8(30 + 3*y), uint8(90 + x + y), 255})
		}
	}
	return img
}

func redraw(dst draw.Image, src image.Image) image.Image {
	draw.Draw(dst, dst.Bounds(), src, src.Bounds().Min, draw.Src)
	return dst
}

// plain hides a picture's type.
type plain struct{ image.Image }

func TestEveryTypeOfPictureReadsTheSame(t *testing.T) {
	t.Parallel()
	src := pattern(40, 30)
	grey := redraw(image.NewGray(src.Rect), src)
	for name, pair := range map[string][2]image.Image{
		"RGBA":  {src, redraw(image.NewRGBA(src.Rect), src)},
		"other": {src, plain{src}},
		"Gray":  {plain{grey}, grey},
		"part":  {src.SubImage(image.Rect(9, 10, 33, 29)), plain{src.SubImage(image.Rect(9, 10, 33, 29))}},
	} {
		for _, step := range []int{1, 3} {
			var a, b raster
			a.take(pair[0], image.Rect(8, 9, 40, 33), step)
			b.take(pair[1], image.Rect(8, 9, 40, 33), step)
			if a.w != b.w || a.h != b.h || string(a.pix) != string(b.pix) || len(a.pix) == 0 {
				t.Errorf("%s, step %d: %dx%d and %dx%d differ", name, step, a.w, a.h, b.w, b.h)
			}
		}
	}
}

// TestChromaIsThatOfItsPixel reads pictures of every subsampling at odd places.
func TestChromaIsThatOfItsPixel(t *testing.T) {
	t.Parallel()
	for _, ratio := range []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
	} {
		img := image.NewYCbCr(image.Rect(0, 0, 24, 16), ratio)
		for i := range img.Y {
			img.Y[i] = uint8(60 + i%100)
		}
		for i := range img.Cb {
			img.Cb[i], img.Cr[i] = uint8(100+i), uint8(150-i)
		}
		part := img.SubImage(image.Rect(3, 1, 22, 15)).(*image.YCbCr)
		var a, b raster
		a.take(part, part.Rect, 1)
		b.take(plain{part}, part.Rect, 1)
		for i := range a.pix {
			if d := int(a.pix[i]) - int(b.pix[i]); d < -1 || d > 1 { // the other way goes through 16 bits
				t.Fatalf("%v: byte %d is %d, not %d", ratio, i, a.pix[i], b.pix[i])
			}
		}
	}
}

func TestWarpCutsWhatTheAffineSays(t *testing.T) {
	t.Parallel()
	img := pattern(40, 30)
	var r raster
	out := make([]float32, 3*10*10)
	// One to one: each pixel of the square is a pixel of the picture.
	r.warp(img, affine{A: 1, C: 12, E: 1, F: 11}, 10, 1, 0, out)
	for y := range 10 {
		for x := range 10 {
			want := img.NRGBAAt(12+x, 11+y)
			got := out[3*(10*y+x):]
			if math.Abs(float64(got[0])-float64(want.R)) > 0.01 || math.Abs(float64(got[1])-float64(want.G)) > 0.01 {
				t.Fatalf("at %d, %d: %v, want %v", x, y, got[:3], want)
			}
		}
	}
	// Turned by a quarter: what was right is below.
	r.warp(img, similarity(25, 22, 10, math.Pi/2, 10), 10, 1, 0, out)
	if got, want := out[1], float32(img.NRGBAAt(29, 17).G); math.Abs(float64(got-want)) > 1 {
		t.Errorf("turned, green is %v, want %v", got, want)
	}
	// Far outside everything is the offset.
	r.warp(img, affine{A: 1, C: 1000, E: 1, F: -1000}, 10, 1, -1, out)
	for _, v := range out {
		if v != -1 {
			t.Fatalf("outside is %v", v)
		}
	}
}

func TestTilesCoverThePicture(t *testing.T) {
	t.Parallel()
	for _, b := range []image.Rectangle{image.Rect(0, 0, 640, 480), image.Rect(-3, 5, 100, 400), image.Rect(0, 0, 1, 1), image.Rect(0, 0, 2, 3)} {
		for n := 1; n <= 3; n++ {
			all := tiles(b, n)
			covered := map[image.Point]bool{}
			for _, tile := range all {
				if !tile.In(b) || tile.Empty() {
					t.Fatalf("%v has a tile %v", b, tile)
				}
				for y := tile.Min.Y; y < tile.Max.Y; y++ {
					for x := tile.Min.X; x < tile.Max.X; x++ {
						covered[image.Pt(x, y)] = true
					}
				}
			}
			if len(covered) != b.Dx()*b.Dy() {
				t.Errorf("%d tiles cover %d pixels of %v", len(all), len(covered), b)
			}
		}
	}
}

// FuzzWarp cuts squares out of pictures of every size at every place: nothing may panic, and every number lies between black and white.
func FuzzWarp(f *testing.F) {
	f.Add(uint8(40), uint8(30), 20.0, 15.0, 12.0, 0.3, uint8(0))
	f.Add(uint8(1), uint8(1), -4.0, 1e6, 1e9, 3.0, uint8(2))
	f.Add(uint8(0), uint8(9), 0.0, 0.0, 0.0, 0.0, uint8(1))
	f.Fuzz(func(t *testing.T, w, h uint8, x, y, side, angle float64, kind uint8) {
		if !finite(x, y, side, angle) || side < 0 {
			return
		}
		img := []image.Image{
			image.NewYCbCr(image.Rect(0, 0, int(w), int(h)), image.YCbCrSubsampleRatio(kind%6)),
			image.NewGray(image.Rect(-3, 2, int(w)-3, int(h)+2)),
			image.NewRGBA(image.Rect(0, 0, int(w), int(h))),
		}[kind%3]
		var r raster
		out := make([]float32, 3*16*16)
		r.warp(img, similarity(x, y, side, angle, 16), 16, 1, 0, out)
		for _, v := range out {
			if !(v >= 0 && v <= 255.01) {
				t.Fatalf("a colour is %v", v)
			}
		}
	})
}
