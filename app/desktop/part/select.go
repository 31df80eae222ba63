package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Select is the toolkit's list that opens on a press, and lets the window see Escape and F1.
type Select struct {
	widget.Select
	keyboard
}

// NewSelect offers options with the one at chosen taken; onChosen gets the index.
func NewSelect(options []string, chosen int, onChosen func(index int)) *Select {
	s := &Select{}
	s.ExtendBaseWidget(s)
	s.Options = options
	if chosen >= 0 && chosen < len(options) {
		s.Selected = options[chosen]
	}
	s.OnChanged = func(string) { onChosen(s.SelectedIndex()) }
	return s
}

// TypedKey implements fyne.Focusable.
func (s *Select) TypedKey(k *fyne.KeyEvent) {
	if (k.Name == fyne.KeyEscape || k.Name == fyne.KeyF1) && s.hooked(k) {
		return
	}
	s.Select.TypedKey(k)
}

// FocusGained implements fyne.Focusable.
func (s *Select) FocusGained() {
	s.Select.FocusGained()
	s.tell()
}

// Value implements Valued.
func (s *Select) Value() string { return s.Selected }

// SetValue implements Valued; a value that is not offered changes nothing.
func (s *Select) SetValue(value string) {
	for _, o := range s.Options {
		if o == value {
			s.SetSelected(value)
			return
		}
	}
}
