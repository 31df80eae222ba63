// Package consent is the window in which a person decides what the companion may
// do: who may ask, what is signed, and with which key.
//
// A [Window] implements [companion.Consenter]. It is a window of its own beside
// the wizard's, in the same look, and stands only while something is asked. It
// comes to the front by itself; Escape and closing it are a no; a caller that
// goes away closes its dialog.
//
// # What a yes needs
//
// Whoever was typing on when the window came up must not have decided anything.
// So the keyboard stands on the no, or in the document, and Enter does not press
// the main button where one press would be enough: not where a site is allowed,
// and not where the key is unlocked. What is signed stands on a page of its own,
// before any key, and leads on once its end was seen, of several documents once
// each was shown. Then a key is chosen and its password typed, which nobody does
// by accident.
package consent

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"qoltanba/app/companion"
	"qoltanba/app/desktop/frame"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
)

// Options are what the window needs from the program around it.
type Options struct {
	// Language is the one the citizen chose; "" where none was, and that of the
	// portal is spoken, or Otherwise as long as that is not known.
	Language, Otherwise wording.Language
	// Languages is told when another one was chosen here; nil where nobody asks.
	Languages func(wording.Language)
	// UI posts to the interface's goroutine, such as fyne.Do.
	UI func(func())
	// Show opens a file in the program that the system has for it; nil where
	// there is none.
	Show func(path string) error
	Demo bool
}

// Window asks. Its methods may be called from any goroutine, one at a time.
type Window struct {
	options Options
	window  fyne.Window
	frame   *frame.Frame
	ctx     context.Context
	cancel  context.CancelFunc
	work    sync.WaitGroup

	// The rest is of the interface's goroutine.
	refuse func() // the no of what stands; nil where nothing does
	asked  int    // counts questions
	look   looking
	key    choosing
	folder string // of documents that are shown by other programs, "" for none
}

// New fills a window, which is not shown before something is asked. It is called
// on the interface's goroutine.
func New(ctx context.Context, w fyne.Window, o Options) *Window {
	c := &Window{options: o, window: w}
	c.ctx, c.cancel = context.WithCancel(ctx)
	language := o.Language
	if language == "" {
		language = wording.Parse(string(o.Otherwise))
	}
	c.frame = frame.New(w.Canvas(), frame.Options{Language: language, Demo: o.Demo, Languages: func(l wording.Language) {
		c.options.Language = l
		if o.Languages != nil {
			o.Languages(l)
		}
	}})
	w.SetPadded(false)
	w.SetContent(c.frame.Content())
	w.Resize(fyne.NewSize(frame.Width, frame.Height))
	w.CenterOnScreen()
	w.SetCloseIntercept(c.no)
	return c
}

// Close says no to what stands, ends what was begun and removes what was written.
func (c *Window) Close() {
	c.cancel()
	c.work.Wait()
	if c.folder != "" {
		_ = os.RemoveAll(c.folder) // it is the system's to tidy up otherwise
	}
}

// Frame gives what the window shows, for those who press its buttons by program.
func (c *Window) Frame() *frame.Frame { return c.frame }

func (c *Window) no() {
	if c.refuse != nil {
		c.refuse()
	}
}

// speak takes the portal's language where the citizen chose none.
func (c *Window) speak(l companion.Language) {
	if c.options.Language == "" && l != "" {
		c.frame.SetLanguage(wording.Parse(string(l)))
		c.options.Language = "" // it was not chosen
	}
}

// rest is how long the window stays after its answer, for a wrong password to
// be told in it.
const rest = 800 * time.Millisecond

// ask shows something and waits for its answer. It is closed where the caller
// goes away.
func ask[T any](ctx context.Context, c *Window, show func(answer func(T, error))) (T, error) {
	type result struct {
		value T
		err   error
	}
	var none T
	results := make(chan result, 1)
	answer := func(value T, err error) {
		select {
		case results <- result{value, err}:
		default: // it was answered
		}
	}
	c.options.UI(func() {
		c.asked++
		c.refuse = func() { answer(none, companion.ErrCancelled) }
		show(answer)
	})
	select {
	case r := <-results:
		c.options.UI(func() { c.answered(r.err == nil) })
		return r.value, r.err
	case <-ctx.Done():
		c.options.UI(c.hide)
		return none, ctx.Err()
	case <-c.ctx.Done():
		return none, companion.ErrCancelled
	}
}

// raise shows the window before all others.
func (c *Window) raise() {
	c.window.Show()
	c.window.RequestFocus()
}

func (c *Window) hide() {
	c.refuse = nil
	c.window.Hide()
}

// answered takes the window away, after a yes in a moment.
func (c *Window) answered(yes bool) {
	if !yes {
		c.hide()
		return
	}
	c.refuse = nil
	n := c.asked
	c.work.Go(func() {
		select {
		case <-time.After(rest):
			c.options.UI(func() {
				if c.asked == n {
					c.hide()
				}
			})
		case <-c.ctx.Done():
		}
	})
}

// asker is a caller in the screen's terms.
func asker(caller companion.Caller) screen.Asker {
	switch {
	case caller.Browser:
		return screen.Asker{Site: caller.ID, Insecure: insecure(caller.ID)}
	case caller.Program != "":
		return screen.Asker{Program: caller.Program, Claims: caller.Origin}
	}
	return screen.Asker{Claims: caller.Origin}
}

// insecure tells whether others on the way could have put their own page in the
// place of the site's. This computer is no way.
func insecure(origin string) bool {
	const plain = "http://"
	if len(origin) < len(plain) || origin[:len(plain)] != plain {
		return false
	}
	host := origin[len(plain):]
	for _, here := range []string{"localhost", "127.0.0.1", "[::1]"} {
		if rest, ok := cutHost(host, here); ok && (rest == "" || rest[0] == ':') {
			return false
		}
	}
	return true
}

func cutHost(host, name string) (rest string, ok bool) {
	if len(host) < len(name) || host[:len(name)] != name {
		return "", false
	}
	return host[len(name):], true
}

// Allow implements [companion.Consenter].
func (c *Window) Allow(ctx context.Context, caller companion.Caller, _ companion.Language) (companion.Permission, error) {
	return ask(ctx, c, func(answer func(companion.Permission, error)) {
		give := func(p companion.Permission) func() { return func() { answer(p, nil) } }
		c.frame.Show(func(w *wording.Words) screen.Screen {
			return screen.NewAskAllow(w, asker(caller), screen.AskAllowActions{
				Allow: give(companion.Allow), Once: give(companion.AllowOnce), Refuse: give(companion.Refuse), Block: give(companion.Block),
			})
		})
		c.raise()
	})
}

// ChooseFile implements [companion.Consenter].
func (c *Window) ChooseFile(ctx context.Context, r companion.FileRequest) (string, error) {
	return ask(ctx, c, func(answer func(string, error)) {
		c.speak(r.Language)
		path := ""
		var show func()
		show = func() {
			c.frame.Show(func(w *wording.Words) screen.Screen {
				return screen.NewAskFile(w, screen.AskFileModel{Asker: asker(r.Caller), Folder: r.Type == "", Path: path}, screen.AskFileActions{
					Choose: func() { c.chooseFile(r.Type, func(p string) { path = p; show() }) },
					Give:   func() { answer(path, nil) },
					Refuse: func() { answer("", companion.ErrCancelled) },
				})
			})
		}
		show()
		c.raise()
	})
}

// Decide implements [companion.Consenter].
func (c *Window) Decide(ctx context.Context, p companion.Proposal) (companion.Choice, error) {
	return ask(ctx, c, func(answer func(companion.Choice, error)) {
		c.speak(p.Language)
		same := p.Problem != nil && c.look.of == fingerprint(p)
		former := c.key
		c.key = newChoosing(p, answer)
		if same {
			c.key.chosen, c.key.elsewhere = former.chosen, former.elsewhere
		} else {
			c.look = looking{of: fingerprint(p), seen: map[int]bool{}}
		}
		if same || len(p.Documents) == 0 {
			c.showKeys()
			c.raise()
			return
		}
		c.turn(0)
	})
}

// fingerprint tells proposals apart.
func fingerprint(p companion.Proposal) [sha256.Size]byte {
	h := sha256.New()
	h.Write([]byte(p.Caller.ID + "\x00" + p.Caller.Origin + "\x00" + string(rune(p.Purpose))))
	for _, d := range p.Documents {
		sum := sha256.Sum256(d.Content)
		h.Write(sum[:])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

var errNotShown = errors.New("no program shows this document")
