package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"qoltanba/app/desktop/look"
)

// Choice is a row that is chosen by pressing anywhere on it: a tick box, or one of several cards of which one is taken.
type Choice struct {
	widget.BaseWidget
	keyboard
	label     string
	chosen    bool
	tick      bool
	ground    *Surface
	mark      *Surface
	sign      *Picture
	content   *fyne.Container
	onChanged func(chosen bool)
}

// NewCheck returns a tick box with a text that may wrap.
func NewCheck(text string, chosen bool, onChanged func(chosen bool)) *Choice {
	c := newChoice(text, chosen, onChanged)
	c.tick = true
	c.content = Inset(look.SpaceS, look.SpaceS, c.ground, TopRow(12, c.box(6), Grow(Body(text))))
	c.restyle()
	return c
}

// NewOption returns one card of several; the caller unsets the others when onChosen is called.
func NewOption(icon, title, text string, chosen bool, onChosen func()) *Choice {
	c := newChoice(title, chosen, func(bool) { onChosen() })
	words := []fyne.CanvasObject{Strong(title)}
	if text != "" {
		words = append(words, Muted(text))
	}
	parts := []fyne.CanvasObject{c.box(13)}
	if icon != "" {
		parts = append(parts, Icon(icon, 30, look.ColorInk))
	}
	parts = append(parts, Grow(Column(0, words...)))
	c.content = Inset(look.SpaceM, 14, c.ground, Row(14, parts...))
	c.restyle()
	return c
}

func newChoice(label string, chosen bool, onChanged func(bool)) *Choice {
	c := &Choice{label: label, chosen: chosen, onChanged: onChanged}
	c.ground = NewSurface(look.ColorSurface, look.ColorBorder, look.RadiusCard)
	c.sign = Icon("check", 18, theme.ColorNameForegroundOnPrimary)
	c.ExtendBaseWidget(c)
	return c
}

func (c *Choice) box(radius float32) fyne.CanvasObject {
	c.mark = NewSurface(look.ColorSurface, theme.ColorNameInputBorder, radius)
	return Fixed(26, 26, Inset(4, 4, c.mark, c.sign))
}

func (c *Choice) restyle() {
	ground, edge := look.ColorSurface, look.ColorBorder
	if c.tick {
		ground, edge = theme.ColorNameBackground, ""
	}
	if c.chosen && !c.tick {
		ground, edge = look.ColorTint, theme.ColorNamePrimary
	}
	if c.focused {
		edge = look.ColorRing
	}
	c.ground.Set(ground, edge)
	if c.chosen {
		c.mark.Set(theme.ColorNamePrimary, "")
		c.sign.Show()
		return
	}
	c.mark.Set(look.ColorSurface, theme.ColorNameInputBorder)
	c.sign.Hide()
}

// Chosen tells whether the row is ticked or taken.
func (c *Choice) Chosen() bool { return c.chosen }

// SetChosen sets the state without calling back.
func (c *Choice) SetChosen(on bool) {
	c.chosen = on
	c.restyle()
}

// Value implements Valued: "yes" or empty.
func (c *Choice) Value() string {
	if c.chosen {
		return "yes"
	}
	return ""
}

// SetValue implements Valued and calls back, as a press would.
func (c *Choice) SetValue(value string) {
	if (value == "yes") != c.chosen {
		c.Tapped(nil)
	}
}

// Tapped implements fyne.Tappable.
func (c *Choice) Tapped(*fyne.PointEvent) {
	if c.tick {
		c.chosen = !c.chosen
	} else {
		c.chosen = true
	}
	c.restyle()
	if c.onChanged != nil {
		c.onChanged(c.chosen)
	}
}

// FocusGained implements fyne.Focusable.
func (c *Choice) FocusGained() {
	c.focused = true
	c.restyle()
	c.tell()
}

// FocusLost implements fyne.Focusable.
func (c *Choice) FocusLost() {
	c.focused = false
	c.restyle()
}

// TypedRune implements fyne.Focusable.
func (c *Choice) TypedRune(rune) {}

// TypedKey implements fyne.Focusable: the space bar chooses, other keys are the window's.
func (c *Choice) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace {
		c.Tapped(nil)
		return
	}
	c.hooked(e)
}

// Cursor implements desktop.Cursorable.
func (c *Choice) Cursor() desktop.Cursor { return desktop.PointerCursor }

// AccessibilityLabel implements fyne.Accessible.
func (c *Choice) AccessibilityLabel() string { return c.label }

// AccessibilityRole implements fyne.Accessible.
func (c *Choice) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// HeightFor returns the height of the wrapped row.
func (c *Choice) HeightFor(width float32) float32 { return HeightFor(c.content, width) }

func (c *Choice) naturalWidth() float32 { return natural(c.content) }

// CreateRenderer implements fyne.Widget.
func (c *Choice) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.content) }
