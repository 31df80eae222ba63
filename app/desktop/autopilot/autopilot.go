//go:build demo

// Package autopilot presses the real widgets of the window as a sample citizen would, looks at every screen in three languages, and keeps
// a picture of each. It knows what stands on the screens by their ids; it cannot do what a citizen cannot.
package autopilot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"qoltanba/app/api"
	"qoltanba/app/desktop"
	"qoltanba/app/desktop/wording"
	"qoltanba/app/journey"
	"qoltanba/app/support/sample"
	"qoltanba/assets/citizens"
)

// Config says who walks and where the pictures go.
type Config struct {
	Citizen  citizens.Citizen
	Sitter   *sample.Sitter
	Backend  *url.URL
	PIN      string
	Password string
	Pictures string // folder
	// Until is the stage at which the citizen closes the window, to come back later; "" is the end of the way.
	Until journey.Stage
	// WrongCodes is how many codes are mistyped before the right one.
	WrongCodes int
	// Unable is a citizen who cannot do what the video identification asks.
	Unable bool
	Log    *slog.Logger
}

// Pilot walks a window to its last screen.
type Pilot struct {
	Config
	window *desktop.Window
	phone  sample.Phone
	mail   sample.Phone
	seen   map[string]bool
	count  int

	recordings int  // that came out broken
	filled     bool // the form with the card's fields
	exhausted  bool // the first code: another has to be asked for
}

// maxRecordings is how many broken recordings the citizen puts up with; the fifth would lock.
const maxRecordings = 3

// Times of a patient citizen.
const (
	settle   = 350 * time.Millisecond // for a screen to be drawn
	lookAt   = 100 * time.Millisecond
	patience = 90 * time.Second // for a screen to lead on
)

// Fly walks the way in the window and closes it at the end.
func Fly(ctx context.Context, w *desktop.Window, cfg Config) error {
	p := &Pilot{Config: cfg, window: w, seen: map[string]bool{}, phone: sample.Phone{Base: cfg.Backend, To: string(cfg.Citizen.Phone)}, mail: sample.Phone{Base: cfg.Backend, To: address}}
	if err := os.MkdirAll(cfg.Pictures, 0o700); err != nil {
		return err
	}
	if err := p.remember(); err != nil {
		return err
	}
	for {
		at := p.state()
		if at.Stage == cfg.Until && !at.Busy {
			w.Stop()
			return nil
		}
		p.Log.Info("autopilot", "stage", string(at.Stage))
		done, err := p.take(ctx, at)
		if err == nil && !done {
			err = p.leave(ctx, at)
		}
		if api.CodeOf(err) == api.RecordingBroken && p.recordings < maxRecordings {
			p.recordings++ // a computer that is busy makes too few frames: once more, as the screen asks
			continue
		}
		if err != nil {
			return errors.Join(fmt.Errorf("at stage %s: %w", at.Stage, err), p.picture(ctx, "failed"))
		}
		if done {
			w.Stop()
			return nil
		}
	}
}

// remember finds the pictures that an earlier leg of the flight took, named as look does: 07-companion-kk.png.
func (p *Pilot) remember() error {
	earlier, err := filepath.Glob(filepath.Join(p.Pictures, "[0-9][0-9]-*-kk.png"))
	for _, path := range earlier {
		name := strings.TrimSuffix(filepath.Base(path), "-kk.png")[len("07-"):]
		p.seen[name] = true
	}
	p.count = len(earlier)
	return err
}

// state is where the window is.
func (p *Pilot) state() (s journey.State) {
	fyne.DoAndWait(func() { s = p.window.State() })
	return s
}

// leave waits until the stage is another.
func (p *Pilot) leave(ctx context.Context, from journey.State) error {
	return p.until(ctx, func() (bool, error) {
		now := p.window.State()
		if now.Stage == from.Stage && now.Problem != nil && !now.Busy && now.Problem != from.Problem {
			return false, now.Problem
		}
		return now.Stage != from.Stage && (!now.Busy || now.Stage == journey.StageRecording), nil
	})
}

// until asks, on the interface's goroutine, until the answer is yes.
func (p *Pilot) until(ctx context.Context, ask func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		var yes bool
		var err error
		fyne.DoAndWait(func() { yes, err = ask() })
		if yes || err != nil {
			return err
		}
		if err := pause(ctx, lookAt); err != nil {
			return fmt.Errorf("waited in vain: %w", err)
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// find waits for a widget to stand on the screen and to be pressable.
func (p *Pilot) find(ctx context.Context, id string) (o fyne.CanvasObject, err error) {
	err = p.until(ctx, func() (bool, error) {
		o = p.window.Frame().Find(id)
		if o == nil || !o.Visible() {
			return false, nil
		}
		d, can := o.(fyne.Disableable)
		return !can || !d.Disabled(), nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	return o, nil
}

func (p *Pilot) press(ctx context.Context, ids ...string) error {
	for _, id := range ids {
		o, err := p.find(ctx, id)
		if err != nil {
			return err
		}
		button, ok := o.(fyne.Tappable)
		if !ok {
			return fmt.Errorf("%s cannot be pressed", id)
		}
		fyne.DoAndWait(func() { button.Tapped(&fyne.PointEvent{}) })
	}
	return nil
}

// pressUnless presses what has the id, unless the other stands on the screen by then.
func (p *Pilot) pressUnless(ctx context.Context, other, id string) error {
	o, err := p.find(ctx, id)
	if err != nil {
		return err
	}
	button, ok := o.(fyne.Tappable)
	if !ok {
		return fmt.Errorf("%s cannot be pressed", id)
	}
	fyne.DoAndWait(func() {
		if p.window.Frame().Find(other) == nil {
			button.Tapped(&fyne.PointEvent{})
		}
	})
	return nil
}

// write types a text, letter by letter, into what has the id, in place of what stands there.
func (p *Pilot) write(ctx context.Context, id, text string) error {
	o, err := p.find(ctx, id)
	if err != nil {
		return err
	}
	entry, ok := o.(fyne.Focusable)
	if !ok {
		return fmt.Errorf("nothing can be typed into %s", id)
	}
	fyne.DoAndWait(func() {
		if c := fyne.CurrentApp().Driver().CanvasForObject(o); c != nil {
			c.Focus(entry)
		}
		if e, ok := o.(interface {
			fyne.Shortcutable
			SelectedText() string
		}); ok {
			e.TypedShortcut(&fyne.ShortcutSelectAll{})
			if e.SelectedText() != "" {
				entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
			}
		}
		for _, r := range text {
			entry.TypedRune(r)
		}
	})
	return nil
}

// look keeps a picture of the screen in each language, and ends in the citizen's own.
func (p *Pilot) look(ctx context.Context, name string) error {
	if p.seen[name] {
		return nil
	}
	p.seen[name] = true
	p.count++
	own := wording.Language(p.Citizen.Language)
	order := []wording.Language{wording.Kazakh, wording.Russian, wording.English, own}
	for i, l := range order {
		if err := p.press(ctx, "language."+string(l)); err != nil {
			return err
		}
		if err := pause(ctx, settle); err != nil {
			return err
		}
		if i == len(order)-1 {
			break
		}
		if err := p.picture(ctx, fmt.Sprintf("%02d-%s-%s", p.count, name, l)); err != nil {
			return err
		}
	}
	return nil
}

// code waits for the SMS.
func (p *Pilot) code(ctx context.Context, from *sample.Phone) (string, error) {
	code, err := from.Code(ctx, 30*time.Second)
	return string(code), err
}

// side is what the document's screen asks for.
func side(at journey.Stage) api.Side {
	switch at {
	case journey.StagePassport:
		return api.DataPage
	case journey.StageCardBack:
		return api.Back
	default:
		return api.Front
	}
}
