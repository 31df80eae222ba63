package part

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"qoltanba/app/desktop/look"
)

// Rank is how loudly a button speaks.
type Rank int

// Main is the one button that leads on; Plain stands beside it; Quiet looks like a link; Key is a small key with a letter on it.
const (
	Main Rank = iota
	Plain
	Quiet
	Key
)

// Button is pressed by mouse, Enter or the space bar.
type Button struct {
	widget.BaseWidget
	keyboard
	text     string
	icon     string
	rank     Rank
	disabled bool
	hovered  bool
	onTapped func()
}

// NewButton returns a button; icon may be empty.
func NewButton(rank Rank, text, icon string, onTapped func()) *Button {
	b := &Button{rank: rank, text: text, icon: icon, onTapped: onTapped}
	b.ExtendBaseWidget(b)
	return b
}

// Text returns the words on the button.
func (b *Button) Text() string { return b.text }

// SetText changes the words.
func (b *Button) SetText(text string) {
	b.text = text
	b.Refresh()
}

// SetIcon changes the drawing.
func (b *Button) SetIcon(icon string) {
	b.icon = icon
	b.Refresh()
}

// Enable makes the button answer again.
func (b *Button) Enable() { b.setDisabled(false) }

// Disable makes the button deaf.
func (b *Button) Disable() { b.setDisabled(true) }

// Disabled tells whether the button is deaf.
func (b *Button) Disabled() bool { return b.disabled }

func (b *Button) setDisabled(off bool) {
	if b.disabled == off {
		return
	}
	b.disabled = off
	b.Refresh()
}

// Tapped implements fyne.Tappable.
func (b *Button) Tapped(*fyne.PointEvent) {
	if !b.disabled && b.onTapped != nil {
		b.onTapped()
	}
}

// FocusGained implements fyne.Focusable.
func (b *Button) FocusGained() {
	b.focused = true
	b.Refresh()
	b.tell()
}

// FocusLost implements fyne.Focusable.
func (b *Button) FocusLost() {
	b.focused = false
	b.Refresh()
}

// TypedRune implements fyne.Focusable.
func (b *Button) TypedRune(rune) {}

// TypedKey implements fyne.Focusable: the button's own keys come before the window's.
func (b *Button) TypedKey(e *fyne.KeyEvent) {
	if presses(e) {
		b.Tapped(nil)
		return
	}
	b.hooked(e)
}

// MouseIn shows that the pointer is over the button.
func (b *Button) MouseIn(*desktop.MouseEvent) {
	b.hovered = true
	b.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (b *Button) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *Button) MouseOut() {
	b.hovered = false
	b.Refresh()
}

// Cursor implements desktop.Cursorable.
func (b *Button) Cursor() desktop.Cursor {
	if b.disabled {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// AccessibilityLabel implements fyne.Accessible.
func (b *Button) AccessibilityLabel() string { return b.text }

// AccessibilityRole implements fyne.Accessible.
func (b *Button) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

func (b *Button) colors() (ground, edge, ink fyne.ThemeColorName) {
	switch {
	case b.rank == Quiet && b.disabled:
		return "", "", theme.ColorNameDisabled
	case b.rank == Quiet:
		return "", "", look.ColorInk
	case b.disabled:
		return theme.ColorNameDisabledButton, "", theme.ColorNameDisabled
	case b.rank == Plain || b.rank == Key:
		return look.ColorSurface, look.ColorInk, look.ColorInk
	default:
		return theme.ColorNamePrimary, "", theme.ColorNameForegroundOnPrimary
	}
}

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	r := &buttonRenderer{
		button: b, ground: newPlate(look.RadiusField), veil: canvas.NewRectangle(nil),
		ring: canvas.NewRectangle(color.Transparent), label: canvas.NewText("", nil), icon: canvas.NewImageFromResource(nil),
	}
	r.icon.FillMode = canvas.ImageFillContain
	r.paint()
	r.Layout(b.Size())
	return r
}

type buttonRenderer struct {
	button     *Button
	ground     *plate
	veil, ring *canvas.Rectangle
	label      *canvas.Text
	icon       *canvas.Image
}

const buttonIcon float32 = 22

func (r *buttonRenderer) paint() {
	b := r.button
	ground, edge, ink := b.colors()
	var inside, outline color.Color = color.Transparent, nil
	if ground != "" {
		inside = themed(b, ground)
	}
	if edge != "" {
		outline = themed(b, edge)
	}
	r.ground.paint(inside, outline)
	r.veil.CornerRadius, r.veil.FillColor = look.RadiusField, color.Transparent
	if b.hovered && !b.disabled {
		r.veil.FillColor = themed(b, theme.ColorNameHover)
		if b.rank == Main {
			r.veil.FillColor = themed(b, theme.ColorNamePressed)
		}
	}
	r.ring.CornerRadius, r.ring.StrokeWidth = look.RadiusField+4, 3
	r.ring.StrokeColor = color.Transparent
	if b.focused {
		r.ring.StrokeColor = themed(b, look.ColorRing)
	}
	r.label.Text, r.label.Color = b.text, themed(b, ink)
	r.label.TextSize, r.label.TextStyle.Bold = look.TextBody, b.rank == Main
	if b.icon != "" {
		r.icon.Resource = look.Icon(b.Theme(), b.icon, ink)
	}
	r.icon.Hidden = b.icon == ""
}

func (r *buttonRenderer) content() float32 {
	w := r.label.MinSize().Width
	if r.button.icon != "" {
		w += buttonIcon
		if r.button.text != "" {
			w += look.SpaceS
		}
	}
	return w
}

func (r *buttonRenderer) MinSize() fyne.Size {
	switch r.button.rank {
	case Main:
		return fyne.NewSize(max(220, r.content()+2*look.SpaceL), 52)
	case Plain:
		return fyne.NewSize(r.content()+2*20, 48)
	case Key:
		return fyne.NewSize(r.content()+2*look.SpaceS, 40)
	default:
		return fyne.NewSize(r.content()+2*look.SpaceS, 42)
	}
}

func (r *buttonRenderer) Layout(size fyne.Size) {
	r.ground.resize(size)
	r.veil.Resize(size)
	r.ring.Resize(size.AddWidthHeight(8, 8))
	r.ring.Move(fyne.NewPos(-4, -4))
	label := r.label.MinSize()
	x := (size.Width - r.content()) / 2
	if r.button.icon != "" {
		r.icon.Resize(fyne.NewSquareSize(buttonIcon))
		r.icon.Move(fyne.NewPos(x, (size.Height-buttonIcon)/2))
		x += buttonIcon + look.SpaceS
	}
	r.label.Resize(label)
	r.label.Move(fyne.NewPos(x, (size.Height-label.Height)/2))
}

func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return append(r.ground.objects(), r.veil, r.ring, r.icon, r.label)
}

func (r *buttonRenderer) Refresh() {
	r.paint()
	r.Layout(r.button.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *buttonRenderer) Destroy() {}

// OnTapped changes what a press does, for a button whose deed is known later.
func (b *Button) OnTapped(do func()) { b.onTapped = do }
