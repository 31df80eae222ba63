// Package frame is the window around the screens: the header with language and help, the rail that tells where on the way the citizen is,
// the buttons below, and whatever lies over a screen for a moment: a failure, a wait, a help page, a short word.
//
// Show takes a function that builds a screen from words, and keeps it: a change of language calls it again and carries over what was
// typed. Enter presses the main button, unless the screen wants it meant, Escape closes what lies above or goes back, F1 opens Help, wherever the keyboard is.
// All methods are called on the interface's goroutine.
package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
)

// The window's sizes: what it opens with, and the smallest at which every screen is still whole.
const (
	Width     float32 = 960
	Height    float32 = 680
	MinWidth  float32 = 900
	MinHeight float32 = 640
)

// Options are what a frame needs from the program around it.
type Options struct {
	Language  wording.Language
	Demo      bool                   // wear the ribbon
	Languages func(wording.Language) // told after the language was changed
	CallBack  func()                 // Help's road to a person; nil hides it
}

// Builder makes a screen that speaks w.
type Builder func(w *wording.Words) screen.Screen

// Frame is the content of the window. Make it by New.
type Frame struct {
	canvas  fyne.Canvas
	options Options
	words   *wording.Words
	build   Builder
	view    *screen.View

	root    *fyne.Container // the page and what lies over it
	page    *fyne.Container
	alert   *fyne.Container
	failure *Failure
	overlay *overlay
	hold    *Hold                        // shown last
	ids     map[string]fyne.CanvasObject // of the frame itself
}

// New returns a frame with nothing in it yet, for the window whose canvas is given. Put Content into the window.
func New(canvas fyne.Canvas, o Options) *Frame {
	f := &Frame{canvas: canvas, options: o, words: wording.New(o.Language)}
	f.root = container.NewStack()
	canvas.SetOnTypedKey(func(k *fyne.KeyEvent) { f.key(k) })
	return f
}

// Content is what the window shows.
func (f *Frame) Content() fyne.CanvasObject { return f.root }

// Words speaks the language of the window.
func (f *Frame) Words() *wording.Words { return f.words }

// View is the screen that stands now; nil before the first Show.
func (f *Frame) View() *screen.View { return f.view }

// Show replaces the screen and takes away failure and wait.
func (f *Frame) Show(build Builder) {
	f.build, f.failure, f.overlay = build, nil, nil
	f.rebuild(nil)
}

// SetLanguage changes the language at once and carries over what was typed.
func (f *Frame) SetLanguage(l wording.Language) {
	if l == f.words.Language() {
		return
	}
	f.words = wording.New(l)
	if err := wording.Teach(l); err != nil {
		fyne.LogError("the toolkit keeps its words", err)
	}
	if f.options.Languages != nil {
		f.options.Languages(l)
	}
	if f.build == nil {
		return
	}
	var values map[string]string
	if f.view != nil {
		values = f.view.Values()
	}
	f.rebuild(values)
}

// Find returns what has the id, in the frame or on the screen; nil when nothing has.
// The frame's own ids: language.kk, language.ru, language.en, help, failure.close, failure.retry, failure.browser, wait.cancel, line.try,
// line.return, line.browser, help.close, help.callback.
func (f *Frame) Find(id string) fyne.CanvasObject {
	if o, ok := f.ids[id]; ok {
		return o
	}
	if f.view == nil {
		return nil
	}
	return f.view.Find(id)
}

func (f *Frame) rebuild(values map[string]string) {
	f.ids = map[string]fyne.CanvasObject{}
	f.view = f.build(f.words).Base()
	f.alert = part.Column(0)
	f.alert.Hide()
	middle := part.Column(0, f.alert, part.Grow(part.Page(look.SpaceXL, look.SpaceL, f.article())), f.footer())
	below := part.TopRow(0, part.Grow(middle))
	if f.view.Stage != screen.NoStage && !f.view.Wide {
		below = part.TopRow(0, f.rail(), part.Grow(middle))
	}
	f.view.Settle = middle.Refresh
	// The page stands on the window's own ground: painting another one over it cost a quarter of each picture's time without a graphics card.
	f.page = part.Column(0, f.header(), part.Grow(below))
	if f.view.Bare {
		f.page = part.Column(0, part.Grow(f.view.Body))
	}
	f.arrange()
	f.view.Restore(values)
	f.hang()
	f.drawFailure()
	f.focus()
}

func (f *Frame) arrange() {
	f.root.RemoveAll()
	f.root.Add(f.page)
	if f.overlay != nil {
		f.root.Add(f.drawOverlay())
	}
	f.root.Refresh()
}

// article is title, lead and body.
func (f *Frame) article() fyne.CanvasObject {
	v := f.view
	if v.Wide {
		return v.Body
	}
	head := part.Column(6, part.Title(v.Title), v.LeadText())
	return part.Limit(980, part.Column(look.SpaceM+4, head, part.Grow(v.Body)))
}

// hang gives every piece that takes the keyboard the window's keys, and has it scrolled into view when it gets the keyboard.
func (f *Frame) hang() {
	for _, id := range f.view.IDs() {
		f.hook(f.view.Find(id))
	}
	for _, o := range f.ids {
		f.hook(o)
	}
}

func (f *Frame) hook(o fyne.CanvasObject) {
	if k, ok := o.(part.KeyTaker); ok {
		k.SetKeyHook(f.key)
		k.SetFocusHook(func() { part.Reveal(f.page, o) })
	}
}

func (f *Frame) focus() {
	if f.view.First != nil {
		f.canvas.Focus(f.view.First)
		return
	}
	f.canvas.Unfocus()
}

func (f *Frame) key(k *fyne.KeyEvent) bool {
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if f.overlay != nil {
			f.overlay.confirm()
			return true
		}
		if f.view != nil && f.view.Main != nil && !f.view.Deliberate {
			f.view.Main.Tapped(nil)
			return true
		}
	case fyne.KeyEscape:
		return f.escape()
	case fyne.KeyF1:
		f.Help()
		return true
	}
	return false
}

func (f *Frame) escape() bool {
	switch {
	case f.overlay != nil:
		f.overlay.escape()
	case f.failure != nil:
		f.ClearFailure()
	case f.view != nil && f.view.Back != nil:
		f.view.Back.Tapped(nil)
	default:
		return false
	}
	return true
}
