package part

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"qoltanba/app/desktop/look"
)

// Digits is a row of boxes, one for each digit of a number whose length is known: IIN, phone, one-time code, PIN.
// It takes digits only, typed or pasted, and drops blanks and signs, so that a copied "+7 (701) 123-45-67" fits.
type Digits struct {
	widget.BaseWidget
	keyboard
	groups    []int
	prefix    string
	name      string
	value     string
	caret     int
	masked    bool
	wrong     bool
	boxWidth  float32
	onChanged func(value string)
}

// NewDigits returns empty boxes in groups, such as 4, 4, 4. The prefix, such as "+7", stands before them and is not part
// of the value; name is for a screen reader.
func NewDigits(name, prefix string, groups []int, onChanged func(value string)) *Digits {
	d := &Digits{name: name, prefix: prefix, groups: groups, onChanged: onChanged, boxWidth: 40}
	if d.count() <= 6 {
		d.boxWidth = 52
	}
	d.ExtendBaseWidget(d)
	return d
}

func (d *Digits) count() int {
	n := 0
	for _, g := range d.groups {
		n += g
	}
	return n
}

// Value implements Valued: the digits so far.
func (d *Digits) Value() string { return d.value }

// Complete tells whether every box is filled.
func (d *Digits) Complete() bool { return len(d.value) == d.count() }

// SetValue implements Valued; all but digits is dropped and what is too long is cut. A prefix that came along is dropped too.
func (d *Digits) SetValue(value string) {
	var kept strings.Builder
	for _, r := range value {
		if r >= '0' && r <= '9' {
			kept.WriteRune(r)
		}
	}
	s := kept.String()
	if code := strings.TrimPrefix(d.prefix, "+"); code != "" && len(s) == d.count()+len(code) {
		s = s[len(code):]
	}
	s = s[:min(len(s), d.count())]
	d.caret = len(s)
	d.change(s)
}

func (d *Digits) change(s string) {
	changed := s != d.value
	d.value, d.wrong = s, d.wrong && !changed
	d.Refresh()
	if changed && d.onChanged != nil {
		d.onChanged(s)
	}
}

// SetMasked shows dots in place of the digits.
func (d *Digits) SetMasked(on bool) {
	d.masked = on
	d.Refresh()
}

// SetWrong outlines the boxes as wrong until something is typed.
func (d *Digits) SetWrong(on bool) {
	d.wrong = on
	d.Refresh()
}

// TypedRune implements fyne.Focusable. After a wrong number the first digit begins anew.
func (d *Digits) TypedRune(r rune) {
	if r < '0' || r > '9' {
		return
	}
	if d.wrong && d.Complete() && d.caret == d.count() {
		d.value, d.caret = "", 0
	}
	if d.caret >= d.count() {
		return
	}
	rest := ""
	if d.caret < len(d.value) {
		rest = d.value[d.caret+1:]
	}
	s := d.value[:d.caret] + string(r) + rest
	d.caret++
	d.change(s)
}

// TypedKey implements fyne.Focusable.
func (d *Digits) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyBackspace:
		if d.caret > 0 {
			d.caret--
			d.change(d.value[:d.caret] + d.value[d.caret+1:])
		}
	case fyne.KeyDelete:
		if d.caret < len(d.value) {
			d.change(d.value[:d.caret] + d.value[d.caret+1:])
		}
	case fyne.KeyLeft:
		d.place(d.caret - 1)
	case fyne.KeyRight:
		d.place(d.caret + 1)
	case fyne.KeyHome:
		d.place(0)
	case fyne.KeyEnd:
		d.place(len(d.value))
	default:
		d.hooked(e)
	}
}

func (d *Digits) place(caret int) {
	d.caret = min(max(0, caret), len(d.value))
	d.Refresh()
}

// TypedShortcut implements fyne.Shortcutable: paste fills the boxes.
func (d *Digits) TypedShortcut(s fyne.Shortcut) {
	if paste, ok := s.(*fyne.ShortcutPaste); ok && paste.Clipboard != nil {
		d.SetValue(paste.Clipboard.Content())
	}
}

// FocusGained implements fyne.Focusable.
func (d *Digits) FocusGained() {
	d.focused = true
	d.Refresh()
	d.tell()
}

// FocusLost implements fyne.Focusable.
func (d *Digits) FocusLost() {
	d.focused = false
	d.Refresh()
}

// Tapped implements fyne.Tappable: the keyboard comes here, at the box that was pressed.
func (d *Digits) Tapped(e *fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(d); c != nil {
		c.Focus(d)
	}
	if e == nil {
		return
	}
	for i := range d.count() {
		if e.Position.X < d.boxAt(i)+d.boxWidth {
			d.place(i)
			return
		}
	}
	d.place(len(d.value))
}

// Cursor implements desktop.Cursorable.
func (d *Digits) Cursor() desktop.Cursor { return desktop.TextCursor }

// AccessibilityLabel implements fyne.Accessible; it never says the digits.
func (d *Digits) AccessibilityLabel() string { return d.name }

// AccessibilityRole implements fyne.Accessible.
func (d *Digits) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

const (
	boxHeight float32 = 58
	boxGap    float32 = 6
	groupGap  float32 = 20
)

func (d *Digits) prefixWidth() float32 {
	if d.prefix == "" {
		return 0
	}
	return fyne.MeasureText(d.prefix, look.TextDigits, fyne.TextStyle{Bold: true}).Width + 12
}

func (d *Digits) boxAt(i int) float32 {
	x := d.prefixWidth()
	for _, g := range d.groups {
		if i < g {
			return x + float32(i)*(d.boxWidth+boxGap)
		}
		i -= g
		x += float32(g)*(d.boxWidth+boxGap) - boxGap + groupGap
	}
	return x
}

// CreateRenderer implements fyne.Widget.
func (d *Digits) CreateRenderer() fyne.WidgetRenderer {
	r := &digitsRenderer{digits: d, prefix: canvas.NewText(d.prefix, color.Transparent)}
	for range d.count() {
		r.boxes = append(r.boxes, canvas.NewRectangle(nil))
		r.texts = append(r.texts, canvas.NewText("", nil))
	}
	r.paint()
	r.Layout(d.Size())
	return r
}

type digitsRenderer struct {
	digits *Digits
	prefix *canvas.Text
	boxes  []*canvas.Rectangle
	texts  []*canvas.Text
}

func (r *digitsRenderer) paint() {
	d := r.digits
	r.prefix.Color, r.prefix.TextSize = themed(d, look.ColorMuted), look.TextDigits
	r.prefix.TextStyle.Bold = true
	for i, box := range r.boxes {
		box.FillColor, box.CornerRadius = themed(d, look.ColorSurface), look.RadiusField
		box.StrokeColor, box.StrokeWidth = themed(d, theme.ColorNameInputBorder), 1.5
		switch {
		case d.wrong:
			box.StrokeColor, box.StrokeWidth = themed(d, theme.ColorNameError), 2.5
		case d.focused && i == min(d.caret, len(r.boxes)-1):
			box.StrokeColor, box.StrokeWidth = themed(d, look.ColorRing), 3
		}
		text := r.texts[i]
		text.Text = ""
		if i < len(d.value) {
			text.Text = d.value[i : i+1]
			if d.masked {
				text.Text = "•"
			}
		}
		text.Color, text.TextSize = themed(d, theme.ColorNameForeground), look.TextDigits
		text.TextStyle.Bold, text.Alignment = true, fyne.TextAlignCenter
	}
}

func (r *digitsRenderer) MinSize() fyne.Size {
	d := r.digits
	return fyne.NewSize(d.boxAt(d.count()-1)+d.boxWidth, boxHeight)
}

func (r *digitsRenderer) Layout(fyne.Size) {
	d := r.digits
	h := r.prefix.MinSize().Height
	r.prefix.Resize(r.prefix.MinSize())
	r.prefix.Move(fyne.NewPos(0, (boxHeight-h)/2))
	for i, box := range r.boxes {
		box.Resize(fyne.NewSize(d.boxWidth, boxHeight))
		box.Move(fyne.NewPos(d.boxAt(i), 0))
		r.texts[i].Resize(fyne.NewSize(d.boxWidth, h))
		r.texts[i].Move(fyne.NewPos(d.boxAt(i), (boxHeight-h)/2))
	}
}

func (r *digitsRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.prefix}
	for i := range r.boxes {
		out = append(out, r.boxes[i], r.texts[i])
	}
	return out
}

func (r *digitsRenderer) Refresh() {
	r.paint()
	r.Layout(r.digits.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *digitsRenderer) Destroy() {}
