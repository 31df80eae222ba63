package frame

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"qoltanba/app/desktop/part"
)

// sheet asks for as much height as its content needs at the width it was given last, so that a border layout can hold wrapped text.
type sheet struct {
	widget.BaseWidget
	content *fyne.Container
}

func newSheet(content *fyne.Container) *sheet {
	s := &sheet{content: content}
	s.ExtendBaseWidget(s)
	return s
}

// MinSize implements fyne.CanvasObject.
func (s *sheet) MinSize() fyne.Size {
	w := s.Size().Width
	if w == 0 {
		w = MinWidth - railWidth
	}
	return fyne.NewSize(200, part.HeightFor(s.content, w))
}

// CreateRenderer implements fyne.Widget.
func (s *sheet) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.content) }

// dim darkens the page below an overlay and takes presses, so that nothing beneath can be pressed.
type dim struct {
	widget.BaseWidget
}

func newDim() *dim {
	d := &dim{}
	d.ExtendBaseWidget(d)
	return d
}

// Tapped implements fyne.Tappable.
func (d *dim) Tapped(*fyne.PointEvent) {}

// MouseIn, MouseMoved and MouseOut implement desktop.Hoverable.
func (d *dim) MouseIn(*desktop.MouseEvent) {}

// MouseMoved implements desktop.Hoverable.
func (d *dim) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (d *dim) MouseOut() {}

// CreateRenderer implements fyne.Widget.
func (d *dim) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(canvas.NewRectangle(color.NRGBA{A: 0x8C}))
}
