package desktop

import (
	"context"
	"errors"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
	"qoltanba/app/journey"
	"qoltanba/keystore"
)

// slowAfter is how long the opening may take before the citizen is told to look for a question of the system's.
const slowAfter = 4 * time.Second

// opening is what the window knows before there is a journey.
type opening struct {
	slow    *time.Timer
	late    bool         // the opening takes its time
	given   string       // passphrase, while it is tried
	refused string       // passphrase
	problem *api.Problem // why there is no journey
}

// open opens the journey beside the interface, under the passphrase where there is one.
func (w *Window) open(passphrase string) {
	w.opening.given = passphrase
	if passphrase == "" {
		w.opening.late = false
		w.showStart(w.starting)
		w.opening.slow = time.AfterFunc(slowAfter, func() { w.ui(w.late) })
	} else {
		w.frame.Wait(w.frame.Words().T("start.opening"), -1, nil)
	}
	w.work.Go(func() {
		j, err := w.cfg.Open(w.ctx, passphrase)
		w.ui(func() { w.opened(j, err) })
	})
}

// late tells of the question that the system may be asking.
func (w *Window) late() {
	if starting, ok := w.shown.(*screen.Starting); ok {
		w.opening.late = true
		starting.Update(true)
	}
}

// opened goes on to the way, or tells what stands before it.
func (w *Window) opened(j *journey.Journey, err error) {
	if w.opening.slow != nil {
		w.opening.slow.Stop()
	}
	switch problem := journey.Problem(err); {
	case w.ctx.Err() != nil: // the window is closed
	case err == nil:
		w.enter(j)
	case errors.Is(err, keystore.ErrVaultBusy):
		w.showStart(w.alreadyOpen)
	case errors.Is(err, keystore.ErrPassphrase):
		w.askAgain()
	case problem.Code == api.KeyringMissing:
		w.showStart(w.newPassphrase)
	default:
		w.opening.problem = problem
		w.showStart(w.startFailure)
	}
	if err != nil && w.ctx.Err() == nil {
		w.cfg.Log.Warn("no way yet", "error", err)
	}
}

// enter begins with the journey, in the language that the citizen chose here or else before.
func (w *Window) enter(j *journey.Journey) {
	w.journey, w.opening = j, opening{}
	context.AfterFunc(w.ctx, j.Subscribe(func(s journey.State) { w.ui(func() { w.apply(s) }) }))
	s := j.State()
	if chosen := w.frame.Words().Language(); w.languageChosen {
		w.setLanguage(chosen)
	} else {
		w.frame.SetLanguage(wording.Language(s.Language))
	}
	w.apply(s)
	w.work.Go(func() { j.Watch(w.ctx) })
	if w.cfg.Opened != nil {
		w.cfg.Opened(w)
	}
}

// showStart puts a screen into the window that needs no journey.
func (w *Window) showStart(build func(*wording.Words) screen.Screen) {
	w.frame.Show(func(words *wording.Words) screen.Screen {
		w.shown = build(words)
		return w.shown
	})
}

func (w *Window) starting(words *wording.Words) screen.Screen {
	return screen.NewStarting(words, w.opening.late)
}

func (w *Window) newPassphrase(words *wording.Words) screen.Screen {
	return screen.NewPassphrase(words, screen.PassphraseActions{Next: w.open, Keyring: w.retry})
}

// askAgain asks for the passphrase chosen before, and leaves one that was wrong there to be corrected.
func (w *Window) askAgain() {
	w.opening.refused = w.opening.given
	if asked, ok := w.shown.(*screen.Unlock); ok {
		w.frame.Ready()
		asked.Update(w.opening.refused)
		return
	}
	w.showStart(w.unlock)
}

func (w *Window) unlock(words *wording.Words) screen.Screen {
	return screen.NewUnlock(words, w.opening.refused, w.open)
}

func (w *Window) alreadyOpen(words *wording.Words) screen.Screen {
	return screen.NewAlreadyOpen(words, screen.RetryActions{Retry: w.retry, Close: w.window.Close})
}

func (w *Window) startFailure(words *wording.Words) screen.Screen {
	code := w.opening.problem.Code
	f, language := api.FailureOf(code), api.Language(words.Language())
	on := screen.RetryActions{Retry: w.retry, Close: w.window.Close}
	if code == api.KeyringLocked {
		on.Anew = func() { w.showStart(w.newPassphrase) }
	}
	return screen.NewStartFailure(words, screen.StartFailureModel{
		Sentence: f.Sentence.In(language), Remedy: f.Remedy.In(language), Code: string(code),
	}, on)
}

func (w *Window) retry() { w.open("") }
