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
