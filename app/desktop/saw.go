package desktop

import (
	"qoltanba/app/api"
	"qoltanba/app/desktop/guide"
	"qoltanba/app/journey"
)

// attend tells the watcher what the screen that stands needs.
func (w *Window) attend() {
	p := watchNothing
	switch {
	case w.help.open:
	case w.state.Stage == journey.StageSelfie && w.typed.picture == nil:
		p = watchSelfie
	case w.settling.on, w.state.Stage == journey.StageRecording && !w.state.Recording.Over:
		p = watchVideo
	}
	w.watch.attend(p, w.state.Recording.Prompt)
	w.seek()
	if w.seen.purpose != p {
		w.seen, w.heard = seen{}, heard{}
	}
}

// saw takes what the watcher tells, on the interface's goroutine.
func (w *Window) saw(s *seen) {
	if w.ctx.Err() != nil {
		return
	}
	if s.purpose == watchNothing { // it went blind
		w.settle()
		return
	}
	if !w.watch.current(s) {
		return
	}
	w.seen = *s
	w.speak()
	w.settle()
	if s.count.Fire {
		if w.frame.Covered() || w.state.Busy {
			w.watch.restart()
			return
		}
		w.hear("shutter")
		w.shoot()
		return
	}
	w.update()
}

// seek tells the look-out which side of the document the screen that stands needs.
func (w *Window) seek() {
	side := sideOf(w.state.Stage)
	if side == "" || w.help.open || w.typed.picture != nil || w.state.Card.Source == journey.CardByFile {
		w.typed.sought = nil
	} else if w.typed.sought == nil || w.typed.sought.side != side {
		w.typed.sought = &sought{side: side}
		if side == api.Back {
			w.typed.sought.taken = w.typed.sides[api.Front]
		}
	}
	w.cards.attend(w.typed.sought)
	if w.caught.sought != w.typed.sought {
		w.caught, w.heard = caught{}, heard{}
	}
}

// caughtCard takes what the look-out tells, on the interface's goroutine.
func (w *Window) caughtCard(c *caught) {
	if w.ctx.Err() != nil || c.sought == nil || c.sought != w.typed.sought {
		return
	}
	w.caught = *c
	if c.side != nil {
		if w.frame.Covered() || w.state.Busy {
			w.typed.sought = nil
			w.seek()
			return
		}
		w.hear("shutter")
		w.takeShot(c.side)
		return
	}
	if c.remark != w.heard.remark {
		w.heard.remark = c.remark
		w.hear(remarked[c.remark]...)
	}
	w.update()
}

// remarked is what is said of a document.
var remarked = map[guide.Remark][]string{guide.Nearer: {"closer"}, guide.Steady: {"still"}, guide.Tilting: {"still"}}

// heard is what was said already.
type heard struct {
	remark  guide.Remark
	count   int
	reached int // prompt, from 1
}

// speak says what is new, for those who cannot read the screen: a turned head does not see it.
func (w *Window) speak() {
	s, h := &w.seen, &w.heard
	switch {
	case s.purpose == watchSelfie && s.count.Left != h.count:
		if h.count = s.count.Left; h.count > 0 {
			w.hear("tick")
		}
	case s.purpose == watchSelfie && s.remark != h.remark:
		if h.remark = s.remark; s.remark == guide.Closer {
			w.hear("closer")
		}
	case s.purpose == watchVideo && s.progress.Reached && s.prompt >= 0 && h.reached != s.prompt+1:
		h.reached = s.prompt + 1
		w.hear("done", "screen")
	}
}

// asked is what is said when a prompt comes.
var asked = map[api.PromptKind][]string{
	api.TurnLeft: {"left"}, api.TurnRight: {"right"}, api.LookUp: {"up"}, api.LookDown: {"down"}, api.Blink: {"blink"},
	api.ComeCloser: {"closer"}, api.Light: {"still", "screen"},
}

func (w *Window) hear(names ...string) {
	if w.cfg.Sounds != nil && !w.muted() && len(names) > 0 {
		w.cfg.Sounds.Play(string(w.frame.Words().Language()), names...)
	}
}

const mutedKey = "muted"

// muted says that the citizen wants to hear nothing.
func (w *Window) muted() bool { return w.app.Preferences().Bool(mutedKey) }

// soundSwitch turns sounds on and off; nil where there is nothing to hear.
func (w *Window) soundSwitch() func(on bool) {
	if w.cfg.Sounds == nil {
		return nil
	}
	return func(on bool) {
		w.app.Preferences().SetBool(mutedKey, !on)
		w.hear("good")
	}
}
