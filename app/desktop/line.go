package desktop

import (
	"fmt"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/desktop/frame"
	"qoltanba/app/journey"
)

const (
	// blink is how long an action may take before the page is covered.
	blink = 400 * time.Millisecond
	// patienceOfPeople is how long a wait may last before it is explained.
	patienceOfPeople = 6 * time.Second
)

// waiting is what lies over the page while an action takes its time.
type waiting struct {
	timer *time.Timer // will cover the page
	since time.Time   // the page is covered since; zero while it is not
	shown string      // what covers it
}

// showWait covers the page when an action takes longer than a blink, and gives it back. The recording and the making of keys show their
// own progress, unless the line is down.
func (w *Window) showWait() {
	s, now := w.state, &w.waiting
	if !s.Busy || s.Line == nil && showsItself(s.Stage) {
		if now.timer != nil {
			now.timer.Stop()
		}
		if !now.since.IsZero() {
			w.frame.Ready()
		}
		w.waiting = waiting{}
		return
	}
	switch {
	case !now.since.IsZero():
		w.cover()
	case now.timer == nil:
		now.timer = time.AfterFunc(blink, func() {
			w.ui(func() {
				if w.waiting.timer != nil && w.ctx.Err() == nil {
					w.waiting = waiting{since: time.Now()}
					w.cover()
				}
			})
		})
	}
}

func showsItself(stage journey.Stage) bool {
	return stage == journey.StageRecording || stage == journey.StageRecordingIntro || stage == journey.StageSubmit
}

// tickWait keeps the countdown going, and covers again what Help laid open.
func (w *Window) tickWait() {
	if w.waiting.since.IsZero() {
		return
	}
	if !w.frame.Covered() {
		w.waiting.shown = ""
	}
	w.cover()
}

// cover brings what lies over the page up to date.
func (w *Window) cover() {
	if line := w.state.Line; line != nil {
		w.hold(line)
		return
	}
	text, share := w.waitText(), float32(-1)
	if up := w.state.Upload; up.Of > 0 && up.Sent < up.Of {
		share = float32(up.Sent) / float32(up.Of)
	} else if time.Since(w.waiting.since) > patienceOfPeople {
		text = "wait.slow"
	}
	if key := fmt.Sprint(text, share); key != w.waiting.shown {
		w.waiting.shown = key
		w.frame.Wait(w.frame.Words().T(text), share, nil)
	}
}

func (w *Window) waitText() string {
	switch w.state.Stage {
	case journey.StageSelfie, journey.StageCardFront, journey.StageCardBack, journey.StagePassport:
		return "wait.sending"
	case journey.StagePassword:
		return "wait.writing"
	case journey.StageDone:
		return "wait.signing"
	case journey.StageToken:
		return "wait.token"
	case journey.StageKeys:
		if w.mine.page == keyRenew {
			return "wait.renewing"
		}
		return "wait.asking"
	default:
		return "wait.asking"
	}
}

// hold tells of the line that an action waits for.
func (w *Window) hold(line *journey.Line) {
	next := w.nextTry(line)
	key := fmt.Sprint(line.Problem.Code, line.Problem.Party, w.frame.Words().Language())
	if key == w.waiting.shown {
		w.frame.HoldNext(next)
		return
	}
	w.waiting.shown = key
	f := w.failureOf(line.Problem)
	w.frame.Hold(frame.Hold{
		Sentence: f.Sentence, Remedy: f.Remedy, Facts: f.Facts, Code: f.Code, Next: next, Browser: f.Browser,
		Try: w.journey.TryNow, Return: w.journey.GiveUp,
	})
}

func (w *Window) nextTry(line *journey.Line) string {
	words, left := w.frame.Words(), until(line.Next)
	if left < time.Second {
		return words.T("line.trying")
	}
	return words.T("line.next", "Time", words.Clock(left))
}

// showLine tells, above the screen, of a line that something waits for which refreshes by itself.
func (w *Window) showLine(before *journey.Line) {
	line := w.state.Line
	if w.state.Busy || line != nil && before != nil && line.Problem.Code == before.Problem.Code {
		return
	}
	switch {
	case line != nil:
		f := w.failureOf(line.Problem)
		f.Retry = w.journey.TryNow
		w.frame.Fail(f)
	case before != nil && w.state.Problem == nil:
		w.frame.ClearFailure()
	}
}

// failureOf words a problem in the language of the window.
func (w *Window) failureOf(p *api.Problem) frame.Failure {
	row, words := api.FailureOf(p.Code), w.frame.Words()
	language := api.Language(words.Language())
	f := frame.Failure{Sentence: row.Sentence.In(language), Remedy: row.Remedy.In(language), Code: string(p.Code)}
	switch p.Code {
	case api.ClockWrong, api.ServerCertificate:
		f.Facts = append(f.Facts, words.T("line.clock", "Time", time.Now().Format("02.01.2006, 15:04")))
	case api.CaptivePortal:
		f.Browser = func() { w.openPage(w.journey.PlainAddress().String()) }
	}
	if p.Party != "" {
		f.Facts = append(f.Facts, words.T("line.party", "Name", p.Party))
	}
	return f
}
