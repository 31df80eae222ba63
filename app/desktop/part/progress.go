package part

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
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

// Steps shows done of total small steps, such as the movements of a video identification: those made have a tick, the one under way its number.
func Steps(done, total int) *fyne.Container {
	steps := make([]fyne.CanvasObject, total)
	for i := range steps {
		switch {
		case i < done:
			steps[i] = Fixed(34, 34, Inset(7, 7, NewSurface(look.ColorGoodGround, theme.ColorNameSuccess, 17), Icon("check", 20, theme.ColorNameSuccess)))
		case i == done:
			steps[i] = step(i, theme.ColorNamePrimary, "", theme.ColorNameForegroundOnPrimary)
		default:
			steps[i] = step(i, look.ColorSurface, look.ColorBorder, look.ColorMuted)
		}
	}
	return Row(8, steps...)
}

func step(i int, ground, edge, ink fyne.ThemeColorName) *fyne.Container {
	digit := newText(strconv.Itoa(i+1), look.TextCaption, true, ink).Centered()
	return Fixed(34, 34, container.NewStack(NewSurface(ground, edge, 17), container.NewCenter(Fixed(34, 21, digit))))
}
