package frame

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

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
