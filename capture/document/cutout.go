package document

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
)

// Cutout is one document of a page on which several may be.
type Cutout struct {
	Side    Side
	Picture image.Image // the document with a margin, as it lies on the page
}

// Of pages.
const (
	MostCutouts = 2    // of a page
	margin      = 0.06 // of a document's width, around a cutout
	eraser      = 0.02 // of it, beyond its sides
)

// CutOut finds the documents of a scanned or composed page, as both sides of a card often are sent, from the upper left on.
func (e *Examiner) CutOut(page image.Image) []Cutout {
	rest := image.NewRGBA(image.Rectangle{Max: page.Bounds().Size()})
	draw.Draw(rest, rest.Rect, page, page.Bounds().Min, draw.Src)
	whole := image.NewRGBA(rest.Rect)
	copy(whole.Pix, rest.Pix)
	var all []Cutout
	var tops []float64
	for len(all) < MostCutouts {
		x, ok := e.Examine(rest)
		if !ok {
			break
		}
		middle := Point{(x.Corners[0].X + x.Corners[2].X) / 2, (x.Corners[0].Y + x.Corners[2].Y) / 2}
		place := middle.Y + middle.X/2
		at := 0
		for at < len(tops) && tops[at] < place {
			at++
		}
		tops = append(tops[:at], append([]float64{place}, tops[at:]...)...)
		all = append(all[:at], append([]Cutout{{x.Side, crop(whole, x.Corners)}}, all[at:]...)...)
		erase(rest, x.Corners)
	}
	return all
}

// bounds of a document with some room around, within the picture.
func bounds(in image.Rectangle, q Quad, room float64) image.Rectangle {
	left, top, right, bottom := q[0].X, q[0].Y, q[0].X, q[0].Y
	for _, p := range q {
		left, right, top, bottom = min(left, p.X), max(right, p.X), min(top, p.Y), max(bottom, p.Y)
	}
	room *= q.Width()
	return image.Rect(int(left-room), int(top-room), int(math.Ceil(right+room)), int(math.Ceil(bottom+room))).Intersect(in)
}

func crop(img *image.RGBA, q Quad) image.Image {
	part := bounds(img.Rect, q, margin)
	out := image.NewRGBA(image.Rectangle{Max: part.Size()})
	draw.Draw(out, out.Rect, img, part.Min, draw.Src)
	return out
}

// erase paints a document over with the colour of what lies around it.
func erase(img *image.RGBA, q Quad) {
	part := bounds(img.Rect, q, eraser)
	sum, n := [3]int{}, 0
	look := func(x, y int) {
		c := img.RGBAAt(x, y)
		sum[0], sum[1], sum[2], n = sum[0]+int(c.R), sum[1]+int(c.G), sum[2]+int(c.B), n+1
	}
	for x := part.Min.X; x < part.Max.X; x++ {
		look(x, part.Min.Y)
		look(x, part.Max.Y-1)
	}
	if n == 0 {
		return
	}
	c := color.RGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), 255} //nolint:gosec // G115: means of bytes
	draw.Draw(img, part, image.NewUniform(c), image.Point{}, draw.Src)
}
