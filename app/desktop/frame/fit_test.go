package frame_test

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"qoltanba/app/desktop/frame"
	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// walker looks at every visible object and reports text that is cut or lies outside what shows it.
type walker struct {
	found []string
}

type area struct{ x, y, w, h float32 }

// within narrows a to the place of a container: what its children write beyond it runs into the neighbours.
func (a area) within(pos fyne.Position, size fyne.Size) area {
	x, y := max(a.x, pos.X), max(a.y, pos.Y)
	return area{x, y, min(a.x+a.w, pos.X+size.Width) - x, min(a.y+a.h, pos.Y+size.Height) - y}
}

const slack = 1.5 // units of rounding

func (k *walker) walk(o fyne.CanvasObject, at fyne.Position, clip area) {
	if !o.Visible() {
		return
	}
	pos := at.Add(o.Position())
	switch v := o.(type) {
	case *canvas.Text:
		k.text(v, pos, clip)
	case *container.Scroll:
		// what scrolls may be higher than its window, never wider
		inner := area{pos.X, pos.Y - v.Offset.Y, v.Size().Width, max(v.Size().Height, v.Content.Size().Height)}
		if v.Content.MinSize().Height > v.Content.Size().Height+slack {
			k.found = append(k.found, fmt.Sprintf("the scrolled content is %v high and needs %v", v.Content.Size().Height, v.Content.MinSize().Height))
		}
		k.walk(v.Content, pos, inner)
	case *fyne.Container:
		inner := clip.within(pos, v.Size())
		for _, c := range v.Objects {
			k.walk(c, pos, inner)
		}
	case *part.Text:
		if need := v.HeightFor(v.Size().Width); need > v.Size().Height+slack {
			k.found = append(k.found, fmt.Sprintf("%q is %v high and needs %v", v.Text(), v.Size().Height, need))
		}
		k.widget(v, pos, clip)
	case *part.Entry:
		return // scrolls within itself
	case fyne.Widget:
		k.widget(v, pos, clip)
	}
}

func (k *walker) widget(w fyne.Widget, pos fyne.Position, clip area) {
	for _, c := range test.WidgetRenderer(w).Objects() {
		k.walk(c, pos, clip)
	}
}

func (k *walker) text(t *canvas.Text, pos fyne.Position, clip area) {
	need := fyne.MeasureText(t.Text, t.TextSize, t.TextStyle)
	if need.Width > t.Size().Width+slack || need.Height > t.Size().Height+slack {
		k.found = append(k.found, fmt.Sprintf("%q has %v and needs %v", t.Text, t.Size(), need))
	}
	if pos.X < clip.x-slack || pos.Y < clip.y-slack || pos.X+need.Width > clip.x+clip.w+slack || pos.Y+need.Height > clip.y+clip.h+slack {
		k.found = append(k.found, fmt.Sprintf("%q at %v lies outside %v", t.Text, pos, clip))
	}
}

func cuts(w fyne.Window) []string {
	size := w.Canvas().Size()
	k := &walker{}
	k.walk(w.Content(), fyne.NewPos(0, 0), area{0, 0, size.Width, size.Height})
	return k.found
}

// everyNth leaves out what the race detector would draw for an hour.
func everyNth(all []exhibit) (kept []exhibit) {
	for i := 0; i < len(all); i += stride {
		kept = append(kept, all[i])
	}
	return kept
}

func TestNoTextIsCut(t *testing.T) {
	test.NewTempApp(t)
	test.ApplyTheme(t, look.New(look.Light))
	sizes := []fyne.Size{fyne.NewSize(frame.Width, frame.Height), fyne.NewSize(frame.MinWidth, frame.MinHeight), fyne.NewSize(1280, 800)}
	for _, l := range wording.Languages() {
		for _, e := range everyNth(gallery()) {
			for _, size := range sizes {
				t.Run(fmt.Sprintf("%s/%s/%v", l, e.name, size.Width), func(t *testing.T) {
					_, w := hang(t, e, l, size)
					if got := w.Canvas().Size(); got != size {
						t.Errorf("the window had to grow from %v to %v", size, got)
					}
					for _, cut := range cuts(w) {
						t.Error(cut)
					}
				})
			}
		}
	}
}

func TestCutTextIsFound(t *testing.T) {
	test.NewTempApp(t)
	w := test.NewTempWindow(t, nil)
	w.SetPadded(false)
	text := part.Body("ұзын сөйлем бұл жерге сыймайды")
	w.SetContent(container.NewWithoutLayout(text))
	w.Resize(fyne.NewSize(400, 300))
	text.Resize(fyne.NewSize(120, 20))
	if len(cuts(w)) == 0 {
		t.Error("text of several lines in a box of one was not noticed")
	}
	label := widget.NewLabel("сыймайды")
	row := container.NewHBox(container.NewGridWrap(fyne.NewSize(20, 20), container.NewWithoutLayout(widget.NewLabel(""), text)))
	text.Resize(fyne.NewSize(300, 100))
	w.SetContent(row)
	if len(cuts(w)) == 0 {
		t.Error("text that runs over its neighbour was not noticed")
	}
	w.SetContent(container.NewWithoutLayout(label))
	label.Resize(label.MinSize())
	label.Move(fyne.NewPos(380, 0))
	if len(cuts(w)) == 0 {
		t.Error("text beyond the window's edge was not noticed")
	}
}
