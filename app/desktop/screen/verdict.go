package screen

import (
	"time"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// CheckingModel is what the waiting screen knows.
type CheckingModel struct {
	Moderation bool   // an operator looks; otherwise the register is being asked
	Phone      string // masked; the SMS goes there
	Since      time.Time
}

// CheckingActions are what can be done there.
type CheckingActions struct {
	Refresh func()
	Close   func() // leaves the window; the way waits
}

// NewChecking builds the screen shown while the data are compared, by the register at first and then, maybe, by an operator.
func NewChecking(w *wording.Words, m CheckingModel, on CheckingActions) *View {
	v := newView(w, "checking", CheckStage)
	if !m.Moderation {
		v.Body = part.Column(look.SpaceM, part.Drawing("waiting", 200, 120, look.ColorInk), part.NewBar(-1),
			part.Muted(w.T("checking.register")))
		return v
	}
	v.Title, v.Lead = w.T("checking.moderation.title"), w.T("checking.moderation.lead")
	v.Body = part.Column(look.SpaceM,
		part.Card(part.Column(look.SpaceM,
			part.Item("clock", w.T("checking.when"), w.T("checking.when.text", "Since", w.Moment(m.Since))),
			part.Item("phone", w.T("checking.sms"), w.T("checking.sms.text", "Phone", m.Phone)),
			part.Item("lock", w.T("checking.close"), w.T("checking.close.text")))))
	v.setMain("checking.refresh", on.Refresh)
	v.addLink("checking.leave", "checking.leave", "", on.Close)
	return v
}

// RejectedModel is why an operator said no. Both texts are in the language of the window.
type RejectedModel struct {
	Reason string
	Redo   string // what to do again
}

// RejectedActions are what can be done then.
type RejectedActions struct{ Redo func() }

// NewRejected builds the screen that tells why the data were not confirmed and what to do again.
func NewRejected(w *wording.Words, m RejectedModel, on RejectedActions) *View {
	v := newView(w, "rejected", CheckStage)
	v.Body = part.Column(look.SpaceM,
		part.Notice(part.Warn, w.T("rejected.why"), m.Reason),
		part.Notice(part.Tell, w.T("rejected.what"), m.Redo),
		part.Muted(w.T("rejected.human")))
	v.setMain("rejected.redo", on.Redo)
	return v
}

// LockedModel is a lock. Left counts down to Until; Reason is in the language of the window.
type LockedModel struct {
	Reason string
	Until  time.Time
	Left   time.Duration
}

// LockedActions are what can be done: ask a person, or go on once the lock is over.
type LockedActions struct {
	CallBack func()
	Next     func()
}

// Locked tells until when there is a lock, and the human road.
type Locked struct {
	*View
	left *part.Text
}

// NewLocked builds the screen of a lock.
func NewLocked(w *wording.Words, m LockedModel, on LockedActions) *Locked {
	l := &Locked{View: newView(w, "locked", NoStage), left: part.Prompt("")}
	call := l.button(part.Plain, "locked.callback", "locked.callback", "call", on.CallBack)
	l.Body = part.Column(look.SpaceM,
		part.Notice(part.Warn, m.Reason, w.T("locked.until", "Until", w.Moment(m.Until))),
		part.Card(part.Column(look.SpaceXS, part.Muted(w.T("locked.left")), l.left)),
		part.Card(part.Column(12, part.Item("person", w.T("locked.human"), w.T("locked.human.text")), part.Row(0, call))))
	l.setMain("locked.next", on.Next)
	l.Update(m)
	return l
}

// Update shows the time left; once it is over the main button wakes.
func (l *Locked) Update(m LockedModel) {
	l.left.SetText(l.words.Clock(m.Left))
	enable(l.Main, m.Left <= 0)
}
