package part

import (
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"qoltanba/app/desktop/look"
)

// Entry is the toolkit's text entry that lets the window see Enter, Escape and F1.
type Entry struct {
	widget.Entry
	keyboard
	onFocus func()
	shift   bool
	caps    bool
}

// NewEntry returns an entry holding value.
func NewEntry(value string, onChanged func(string)) *Entry {
	e := &Entry{}
	e.ExtendBaseWidget(e)
	e.Text, e.CursorColumn = value, len([]rune(value))
	e.OnChanged = onChanged
	return e
}

// NewSecret returns an entry that shows dots until the citizen asks to see.
func NewSecret(onChanged func(string)) *Entry {
	e := NewEntry("", onChanged)
	e.Password = true
	e.ActionItem = Space(0) // in place of the toolkit's eye: the screen has a word for it
	return e
}

// OnFocus calls f whenever the entry gets the keyboard.
func (e *Entry) OnFocus(f func()) { e.onFocus = f }

// FocusGained implements fyne.Focusable.
func (e *Entry) FocusGained() {
	e.Entry.FocusGained()
	if e.onFocus != nil {
		e.onFocus()
	}
	e.tell()
}

// TypedKey implements fyne.Focusable.
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	if k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter || k.Name == fyne.KeyEscape || k.Name == fyne.KeyF1 {
		if e.hooked(k) {
			return
		}
	}
	e.Entry.TypedKey(k)
}

// KeyDown implements desktop.Keyable.
func (e *Entry) KeyDown(k *fyne.KeyEvent) {
	e.shift = e.shift || isShift(k)
	e.Entry.KeyDown(k)
}

// KeyUp implements desktop.Keyable.
func (e *Entry) KeyUp(k *fyne.KeyEvent) {
	e.shift = e.shift && !isShift(k)
	e.Entry.KeyUp(k)
}

func isShift(k *fyne.KeyEvent) bool {
	return k.Name == desktop.KeyShiftLeft || k.Name == desktop.KeyShiftRight
}

// TypedRune implements fyne.Focusable. A capital without Shift, or a small letter with it, gives CapsLock away.
func (e *Entry) TypedRune(r rune) {
	if unicode.IsLetter(r) {
		e.caps = unicode.IsUpper(r) != e.shift
	}
	e.Entry.TypedRune(r)
}

// CapsLock tells whether the last letter was typed with CapsLock on.
func (e *Entry) CapsLock() bool { return e.caps }

// Value implements Valued.
func (e *Entry) Value() string { return e.Text }

// SetValue implements Valued. Who goes on typing goes on at the end.
func (e *Entry) SetValue(value string) {
	e.SetText(value)
	e.CursorColumn = len([]rune(value))
	e.Refresh()
}

// Reveal shows or hides what a secret entry holds.
func (e *Entry) Reveal(show bool) {
	e.Password = !show
	e.Refresh()
}

// Field is an entry with its name above and a line below that tells what is expected or what is wrong.
type Field struct {
	*fyne.Container
	Entry *Entry
	note  *Text
	hint  string
	tone  fyne.ThemeColorName // of the hint
}

// NewField puts name and hint around entry; hint may be empty.
func NewField(name, hint string, entry *Entry) *Field {
	f := &Field{Entry: entry, hint: hint, tone: look.ColorMuted, note: Caption(hint)}
	f.Container = Column(4, Strong(name), entry, f.note)
	f.SetProblem("")
	return f
}

// Doubted lets the hint be seen as a call to look twice.
func (f *Field) Doubted() *Field {
	f.tone = theme.ColorNameWarning
	f.SetProblem("")
	return f
}

// SetProblem shows what is wrong below the entry; empty brings the hint back.
func (f *Field) SetProblem(problem string) {
	if problem == "" {
		f.note.Colored(f.tone).SetText(f.hint)
	} else {
		f.note.Colored(theme.ColorNameError).SetText(problem)
	}
	f.note.Hidden = problem == "" && f.hint == ""
	f.note.Refresh()
	f.Refresh()
}
