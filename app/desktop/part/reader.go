package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"qoltanba/app/desktop/look"
)

// Reader is a sheet that is read by scrolling: by the wheel, or with the keyboard by arrows, Page Up and Down, Home, End and the space bar.
// It tells once its end was seen.
type Reader struct {
	widget.BaseWidget
	keyboard
	scroll  *container.Scroll
	body    *fyne.Container
	ground  *Surface
	content *fyne.Container
	onEnd   func()
	ended   bool
}

// readerHeight is the least height at which one can read.
const readerHeight float32 = 200

// NewReader shows content, as wide as the sheet. onEnd is called when its end was seen, at once where all of it fits.
func NewReader(content fyne.CanvasObject, onEnd func()) *Reader {
	r := &Reader{onEnd: onEnd, ground: NewSurface(look.ColorSurface, look.ColorBorder, look.RadiusCard)}
	r.content = container.New(&sheet{}, content)
	r.scroll = container.NewVScroll(r.content)
	r.scroll.OnScrolled = func(fyne.Position) { r.look() }
	r.body = Inset(3, 3, r.ground, r.scroll)
	r.ExtendBaseWidget(r)
	return r
}

// look tells when the end is seen.
func (r *Reader) look() {
	whole, window := r.content.MinSize().Height, r.scroll.Size().Height
	if r.ended || window <= 0 || r.scroll.Offset.Y+window < whole-1 {
		return
	}
	r.ended = true
	if r.onEnd != nil {
		r.onEnd()
	}
}

// Ended says that the end was seen.
func (r *Reader) Ended() bool { return r.ended }

func (r *Reader) restyle() {
	edge := look.ColorBorder
	if r.focused {
		edge = look.ColorRing
	}
	r.ground.Set(look.ColorSurface, edge)
}

// FocusGained implements fyne.Focusable.
func (r *Reader) FocusGained() {
	r.focused = true
	r.restyle()
	r.tell()
}

// FocusLost implements fyne.Focusable.
func (r *Reader) FocusLost() {
	r.focused = false
	r.restyle()
}

// TypedRune implements fyne.Focusable.
func (r *Reader) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (r *Reader) TypedKey(e *fyne.KeyEvent) {
	page := r.scroll.Size().Height * 0.9
	step := map[fyne.KeyName]float32{
		fyne.KeyUp: -48, fyne.KeyDown: 48, fyne.KeyPageUp: -page, fyne.KeyPageDown: page, fyne.KeySpace: page,
		fyne.KeyHome: -r.content.MinSize().Height, fyne.KeyEnd: r.content.MinSize().Height,
	}[e.Name]
	if step == 0 {
		r.hooked(e)
		return
	}
	most := max(0, r.content.MinSize().Height-r.scroll.Size().Height)
	r.scroll.ScrollToOffset(fyne.NewPos(0, max(0, min(most, r.scroll.Offset.Y+step))))
	r.look()
}

// AccessibilityRole implements fyne.Accessible.
func (r *Reader) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// AccessibilityLabel implements fyne.Accessible.
func (r *Reader) AccessibilityLabel() string { return "" }

// HeightFor returns what the content needs, within reason: it scrolls.
func (r *Reader) HeightFor(float32) float32 { return readerHeight }

// CreateRenderer implements fyne.Widget.
func (r *Reader) CreateRenderer() fyne.WidgetRenderer { return &readerRenderer{r} }

type readerRenderer struct{ reader *Reader }

func (r *readerRenderer) Destroy()                     {}
func (r *readerRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.reader.body} }
func (r *readerRenderer) MinSize() fyne.Size           { return fyne.NewSize(120, readerHeight) }

func (r *readerRenderer) Refresh() { r.reader.body.Refresh() }

func (r *readerRenderer) Layout(size fyne.Size) {
	if inner, ok := r.reader.content.Layout.(*sheet); ok {
		inner.width = size.Width - 6 - theme.ScrollBarSmallSize()
	}
	r.reader.body.Resize(size)
	r.reader.content.Refresh()
	r.reader.scroll.Refresh()
	r.reader.look()
}

// sheet is as wide as what it is read in and as high as its content needs.
type sheet struct{ width float32 }

func (s *sheet) MinSize(objects []fyne.CanvasObject) fyne.Size {
	width := s.width
	if width == 0 {
		width = firstGuess
	}
	return fyne.NewSize(minWidth(objects[0]), HeightFor(objects[0], max(width, minWidth(objects[0]))))
}

func (s *sheet) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
	objects[0].Move(fyne.NewPos(0, 0))
}
