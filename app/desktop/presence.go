package desktop

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// presence lies beneath the page and feels the mouse go over it: somebody is there. Actions tell the journey by themselves.
type presence struct {
	widget.BaseWidget
	felt func()
}

var _ desktop.Hoverable = (*presence)(nil)

func newPresence(felt func()) *presence {
	p := &presence{felt: felt}
	p.ExtendBaseWidget(p)
	return p
}

func (p *presence) MouseIn(*desktop.MouseEvent)    { p.felt() }
func (p *presence) MouseMoved(*desktop.MouseEvent) { p.felt() }
func (p *presence) MouseOut()                      {}

// CreateRenderer implements [fyne.Widget]: there is nothing to see, so nothing that a painter would spend time on.
func (p *presence) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}

// present tells the journey that the citizen is there.
func (w *Window) present() {
	if w.journey != nil {
		w.journey.Touch()
	}
}
