package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"qoltanba/app/desktop/look"
)

// Bar shows how far something has got, as a filled bar; a share below 0 means that nobody knows.
type Bar struct {
	widget.BaseWidget
	share float32
}

// NewBar returns a bar filled by share, 0 to 1.
func NewBar(share float32) *Bar {
	b := &Bar{share: share}
	b.ExtendBaseWidget(b)
	return b
}

// Set changes the share.
func (b *Bar) Set(share float32) {
	b.share = share
	b.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (b *Bar) CreateRenderer() fyne.WidgetRenderer {
	r := &barRenderer{bar: b, ground: canvas.NewRectangle(nil), done: canvas.NewRectangle(nil)}
	r.paint()
	r.Layout(b.Size())
	return r
}

type barRenderer struct {
	bar          *Bar
	ground, done *canvas.Rectangle
}

func (r *barRenderer) paint() {
	r.ground.FillColor = themed(r.bar, theme.ColorNameSeparator)
	r.done.FillColor = themed(r.bar, theme.ColorNamePrimary)
	r.ground.CornerRadius, r.done.CornerRadius = 5, 5
}

func (r *barRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	from, share := float32(0), min(1, r.bar.share)
	if share < 0 {
		from, share = 0.35, 0.3
	}
	r.done.Resize(fyne.NewSize(size.Width*share, size.Height))
	r.done.Move(fyne.NewPos(size.Width*from, 0))
}

func (r *barRenderer) MinSize() fyne.Size           { return fyne.NewSize(80, 10) }
func (r *barRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.ground, r.done} }
func (r *barRenderer) Destroy()                     {}

func (r *barRenderer) Refresh() {
	r.paint()
	r.Layout(r.bar.Size())
	canvas.Refresh(r.bar)
}

// Dots shows done of total small steps, such as the movements of a video identification.
func Dots(done, total int) *fyne.Container {
	dots := make([]fyne.CanvasObject, total)
	for i := range dots {
		switch {
		case i < done:
			dots[i] = Fixed(18, 18, NewSurface(theme.ColorNamePrimary, "", 9))
		case i == done:
			dots[i] = Fixed(18, 18, NewSurface(look.ColorSurface, theme.ColorNamePrimary, 9))
		default:
			dots[i] = Fixed(18, 18, NewSurface(look.ColorSurface, look.ColorBorder, 9))
		}
	}
	return Row(10, dots...)
}
