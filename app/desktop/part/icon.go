package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"qoltanba/app/desktop/look"
)

// Picture is one of the product's drawings, in the theme's colours.
type Picture struct {
	widget.BaseWidget
	name string
	ink  fyne.ThemeColorName
	size fyne.Size
}

// Icon is a square drawing.
func Icon(name string, size float32, ink fyne.ThemeColorName) *Picture {
	return Drawing(name, size, size, ink)
}

// Drawing is a drawing of any shape; it keeps its proportions within width × height.
func Drawing(name string, width, height float32, ink fyne.ThemeColorName) *Picture {
	p := &Picture{name: name, ink: ink, size: fyne.NewSize(width, height)}
	p.ExtendBaseWidget(p)
	return p
}

// Set changes the drawing.
func (p *Picture) Set(name string, ink fyne.ThemeColorName) {
	if p.name == name && p.ink == ink {
		return // a drawing is dear to make, and this is called with every look at a face
	}
	p.name, p.ink = name, ink
	p.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (p *Picture) CreateRenderer() fyne.WidgetRenderer {
	img := canvas.NewImageFromResource(look.Icon(p.Theme(), p.name, p.ink))
	img.FillMode = canvas.ImageFillContain
	img.Resize(p.Size())
	return &pictureRenderer{picture: p, image: img}
}

type pictureRenderer struct {
	picture *Picture
	image   *canvas.Image
}

func (r *pictureRenderer) Destroy()                     {}
func (r *pictureRenderer) Layout(size fyne.Size)        { r.image.Resize(size) }
func (r *pictureRenderer) MinSize() fyne.Size           { return r.picture.size }
func (r *pictureRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.image} }

func (r *pictureRenderer) Refresh() {
	r.image.Resource = look.Icon(r.picture.Theme(), r.picture.name, r.picture.ink)
	r.image.Refresh()
}
