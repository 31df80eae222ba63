package part

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"golang.org/x/image/vector"
)

// contour is a line round a place on the picture: a rectangle whose round corners make an ellipse where they are as large as they can be.
//
// It is cut into small pictures, and those without a part of the line are left out: one that holds the emptiness within as well would cost as
// much with every frame as the picture beneath it.
type contour struct {
	tiles []*canvas.Image
	drawn contourState
}

// contourState is what the pictures are made of.
type contourState struct {
	at     fyne.Position // of the middle
	size   fyne.Size     // of the middle of the line
	corner fyne.Size
	width  float32 // 0 for no line
	ink    color.Color
	scale  float32 // pixels in a unit
}

// cells is into how many rows and columns a contour is cut.
const cells = 8

// set makes the pictures anew where the line has changed, and says whether it has.
func (c *contour) set(to contourState) (changed bool) {
	if to == c.drawn {
		return false
	}
	c.drawn, c.tiles = to, nil // the old list may be walked yet
	if to.width == 0 {
		return true
	}
	mask := to.mask()
	w, h := mask.Rect.Dx(), mask.Rect.Dy()
	corner := to.at.SubtractXY(float32(w)/to.scale/2, float32(h)/to.scale/2)
	for i := range cells * cells {
		x, y := i%cells, i/cells
		part := inked(mask, image.Rect(x*w/cells, y*h/cells, (x+1)*w/cells, (y+1)*h/cells))
		if part.Empty() {
			continue
		}
		pixels := image.NewRGBA(image.Rectangle{Max: part.Size()})
		draw.DrawMask(pixels, pixels.Rect, image.NewUniform(to.ink), image.Point{}, mask, part.Min, draw.Src)
		tile := &canvas.Image{Image: pixels, FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScaleFastest}
		tile.Move(corner.AddXY(float32(part.Min.X)/to.scale, float32(part.Min.Y)/to.scale))
		tile.Resize(fyne.NewSize(float32(part.Dx())/to.scale, float32(part.Dy())/to.scale))
		c.tiles = append(c.tiles, tile)
	}
	return true
}

// mask draws the line in pixels.
func (s *contourState) mask() *image.Alpha {
	w := int(math.Ceil(float64((s.size.Width + s.width) * s.scale)))
	h := int(math.Ceil(float64((s.size.Height + s.width) * s.scale)))
	z := vector.NewRasterizer(max(1, w), max(1, h))
	middle := fyne.NewPos(float32(w)/2, float32(h)/2)
	for side := float32(1); side >= -1; side -= 2 { // outside one way round, inside the other: between them is the line
		grown := side * s.width / 2 * s.scale
		round(z, middle, fyne.NewSize(s.size.Width/2*s.scale+grown, s.size.Height/2*s.scale+grown),
			fyne.NewSize(max(0, s.corner.Width*s.scale+grown), max(0, s.corner.Height*s.scale+grown)), side)
	}
	mask := image.NewAlpha(z.Bounds())
	z.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	return mask
}

// round adds a rectangle with round corners, half of whose sides are given; way is 1 or -1.
func round(z *vector.Rasterizer, middle fyne.Position, half, corner fyne.Size, way float32) {
	const kappa = 0.5522848 // a quarter of a circle by a cubic curve
	corner.Width, corner.Height = min(corner.Width, half.Width), min(corner.Height, half.Height)
	at := func(x, y float32) (float32, float32) { return middle.X + x*way, middle.Y + y }
	w, h, a, b := half.Width, half.Height, corner.Width, corner.Height
	curve := func(x1, y1, x2, y2, x3, y3 float32) {
		x1, y1 = at(x1, y1)
		x2, y2 = at(x2, y2)
		x3, y3 = at(x3, y3)
		z.CubeTo(x1, y1, x2, y2, x3, y3)
	}
	const k = 1 - kappa
	z.MoveTo(at(w-a, -h))
	curve(w-a*k, -h, w, -h+b*k, w, -h+b)
	z.LineTo(at(w, h-b))
	curve(w, h-b*k, w-a*k, h, w-a, h)
	z.LineTo(at(a-w, h))
	curve(a*k-w, h, -w, h-b*k, -w, h-b)
	z.LineTo(at(-w, b-h))
	curve(-w, b*k-h, a*k-w, -h, a-w, -h)
	z.ClosePath()
}

// inked is the smallest part of cell that holds all of the line in it.
func inked(mask *image.Alpha, cell image.Rectangle) (part image.Rectangle) {
	for y := cell.Min.Y; y < cell.Max.Y; y++ {
		for x := cell.Min.X; x < cell.Max.X; x++ {
			if mask.AlphaAt(x, y).A > 0 {
				part = part.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return part
}

// show hides the line or shows it.
func (c *contour) show(on bool) {
	for _, tile := range c.tiles {
		tile.Hidden = !on
	}
}

func (c *contour) objects() []fyne.CanvasObject {
	all := make([]fyne.CanvasObject, len(c.tiles))
	for i, tile := range c.tiles {
		all[i] = tile
	}
	return all
}

// scaleOf is how many pixels a unit has where o is shown.
func scaleOf(o fyne.CanvasObject) float32 {
	if c := fyne.CurrentApp().Driver().CanvasForObject(o); c != nil && c.Scale() > 0 {
		return c.Scale()
	}
	return 1
}
