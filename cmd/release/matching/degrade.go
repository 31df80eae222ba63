package matching

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"

	scaling "golang.org/x/image/draw"

	"qoltanba/capture/face"
)

// Degradation makes of a picture what an identity card, photographed, would show of it. They are renderings, not real cards.
type Degradation struct {
	Name  string
	Apply func(image.Image) image.Image
}

// Degradations are those that are measured.
var Degradations = []Degradation{
	{"100 pixels", func(img image.Image) image.Image { return recompress(small(img), 75) }},
	{"100 pixels, print", func(img image.Image) image.Image { return recompress(printed(small(img)), 75) }},
	{"100 pixels, print, glare", func(img image.Image) image.Image { return recompress(glared(printed(small(img))), 75) }},
}

// headAndShoulders cuts a portrait out of a picture: a square, the face half as wide, as on a card.
func headAndShoulders(img image.Image, o *face.Observation) image.Image {
	nose, half := o.Mesh[face.NoseTip], int(o.Width)
	at := image.Pt(int(nose.X), int(nose.Y))
	out := image.NewRGBA(image.Rect(0, 0, 2*half, 2*half))
	scaling.Draw(out, out.Rect, img, at.Sub(image.Pt(half, half)), scaling.Src)
	return out
}

// small makes the portrait 100 pixels wide, the face about 50.
func small(img image.Image) *image.RGBA {
	b := img.Bounds()
	scale := min(1, 100/float64(min(b.Dx(), b.Dy())))
	out := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(b.Dx())*scale)), max(1, int(float64(b.Dy())*scale))))
	scaling.CatmullRom.Scale(out, out.Rect, img, b, scaling.Src, nil)
	return out
}

// printed is what a card's laser or retransfer print does: grey shades pulled together, colours faded, and the grain of the screen.
func printed(img *image.RGBA) *image.RGBA {
	chance := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // G404: the same grain each time
	out := image.NewRGBA(img.Rect)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			c := img.RGBAAt(x, y)
			grey := 0.299*float64(c.R) + 0.587*float64(c.G) + 0.114*float64(c.B)
			screen := 3*math.Sin(2.2*float64(x)+0.9*float64(y)) + 3*chance.NormFloat64()
			ink := func(v uint8) uint8 { return byteOf(40 + 0.72*(0.55*grey+0.45*float64(v)) + screen) }
			out.SetRGBA(x, y, color.RGBA{ink(c.R), ink(c.G), ink(c.B), 255})
		}
	}
	return out
}

// glared lays the reflection of a lamp over a part of the picture, left above its middle.
func glared(img *image.RGBA) *image.RGBA {
	out := image.NewRGBA(img.Rect)
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			dx, dy := (float64(x)-0.42*w)/(0.14*w), (float64(y)-0.4*h)/(0.1*h)
			light := 230 * math.Exp(-dx*dx-dy*dy)
			c := img.RGBAAt(x, y)
			out.SetRGBA(x, y, color.RGBA{byteOf(float64(c.R) + light), byteOf(float64(c.G) + light), byteOf(float64(c.B) + light), 255})
		}
	}
	return out
}

func byteOf(v float64) uint8 { return uint8(max(0, min(255, v))) }

func recompress(img image.Image, quality int) image.Image {
	var data bytes.Buffer
	if err := jpeg.Encode(&data, img, &jpeg.Options{Quality: quality}); err != nil {
		return img
	}
	out, err := jpeg.Decode(&data)
	if err != nil {
		return img
	}
	return out
}
