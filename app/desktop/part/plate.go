package part

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// NewFill returns a plain coloured area with round corners. It is a picture of one pixel: where the processor draws, Fyne's shader for pictures
// takes a third of the time of the one for rectangles and a quarter of the one for round ones, and the whole page is drawn anew with every frame
// of the camera.
func NewFill(c color.Color, radius float32) *canvas.Image {
	return &canvas.Image{Image: onePixel(c), FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScalePixels, CornerRadius: radius}
}

// SetFill changes the colour of what NewFill returned, and tells whether it was another one.
func SetFill(f *canvas.Image, c color.Color) bool {
	pixel := onePixel(c)
	if before, ok := f.Image.(*image.RGBA); ok && before.RGBAAt(0, 0) == pixel.RGBAAt(0, 0) {
		return false
	}
	f.Image = pixel
	f.Refresh()
	return true
}

func onePixel(c color.Color) *image.RGBA {
	pixel := image.NewRGBA(image.Rect(0, 0, 1, 1))
	pixel.Set(0, 0, c)
	return pixel
}

// plate is the ground of a piece. What has an edge, or is small, is a rectangle: that is drawn a little finer.
type plate struct {
	fill     *canvas.Image
	edged    *canvas.Rectangle
	hasEdge  bool
	hasColor bool
}

// edgeWidth is that of every outlined piece.
const edgeWidth float32 = 1.5

// smallPlate is the area up to which the cost of a rectangle is nothing.
const smallPlate float32 = 48 * 48

func newPlate(radius float32) *plate {
	p := &plate{fill: NewFill(color.Transparent, radius), edged: canvas.NewRectangle(nil)}
	p.edged.CornerRadius = radius
	return p
}

// paint changes the colours; edge may be nil for none.
func (p *plate) paint(fill, edge color.Color) {
	p.hasEdge, p.hasColor = edge != nil, fill != color.Transparent
	SetFill(p.fill, fill)
	p.edged.FillColor, p.edged.StrokeColor, p.edged.StrokeWidth = fill, edge, 0
	if p.hasEdge {
		p.edged.StrokeWidth = edgeWidth
	}
	p.choose()
}

func (p *plate) resize(size fyne.Size) {
	p.fill.Resize(size)
	p.edged.Resize(size)
	p.choose()
}

func (p *plate) choose() {
	size := p.edged.Size()
	p.fill.Hidden = p.hasEdge || !p.hasColor || size.Width*size.Height <= smallPlate
	p.edged.Hidden = !p.fill.Hidden
}

func (p *plate) objects() []fyne.CanvasObject { return []fyne.CanvasObject{p.fill, p.edged} }
