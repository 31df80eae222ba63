package part

import "fyne.io/fyne/v2"

// KeyTaker is a piece that can have the keyboard and lets a hook see each key first; the hook returns true for keys it used.
// The window hangs its Enter, Escape and F1 there. The other hook is told when the piece gets the keyboard.
type KeyTaker interface {
	fyne.Focusable
	SetKeyHook(hook func(*fyne.KeyEvent) bool)
	SetFocusHook(hook func())
}

// Valued is a piece that holds what the citizen has entered, as text.
// The window carries values over when it builds a screen anew in another language.
type Valued interface {
	Value() string
	SetValue(value string)
}

// keyboard is the part of a KeyTaker that all share.
type keyboard struct {
	hook    func(*fyne.KeyEvent) bool
	gained  func()
	focused bool
}

// SetKeyHook implements KeyTaker.
func (k *keyboard) SetKeyHook(hook func(*fyne.KeyEvent) bool) { k.hook = hook }

// SetFocusHook implements KeyTaker.
func (k *keyboard) SetFocusHook(hook func()) { k.gained = hook }

// tell is called when the piece has got the keyboard.
func (k *keyboard) tell() {
	if k.gained != nil {
		k.gained()
	}
}

func (k *keyboard) hooked(e *fyne.KeyEvent) bool { return k.hook != nil && k.hook(e) }

func presses(e *fyne.KeyEvent) bool {
	return e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter
}
