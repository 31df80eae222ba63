package screen

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// ApplicationState is a state of the application, in the order in which they come.
type ApplicationState string

// The states. ApplicationMaking is our own, before the application is sent: the keys are being made here.
const (
	ApplicationMaking   ApplicationState = "making"
	ApplicationCreated  ApplicationState = "created"
	ApplicationChecking ApplicationState = "checking"
	ApplicationApproved ApplicationState = "approved"
	ApplicationRejected ApplicationState = "rejected"
	ApplicationAwaiting ApplicationState = "awaiting"
	ApplicationIssued   ApplicationState = "issued"
)

// ApplicationStep is a state that was reached, and when.
type ApplicationStep struct {
	State ApplicationState
	At    time.Time
}

// SubmitModel is how the application stands. Steps are those reached, oldest first.
type SubmitModel struct {
	Number string // of the application; empty while keys are being made
	Steps  []ApplicationStep
	Ready  bool // certificates can be downloaded
}

// SubmitActions are what can be done there.
type SubmitActions struct {
	Refresh func()
	Anew    func() // once the authority has rejected the application
	Next    func()
}

// NewSubmit builds the screen that shows how the application moves.
func NewSubmit(w *wording.Words, m SubmitModel, on SubmitActions) *View {
	v := newView(w, "submit", KeysStage)
	if m.Number != "" {
		v.Lead = w.T("submit.number", "Number", m.Number)
	}
	reached, rejected := map[ApplicationState]time.Time{}, false
	last := ApplicationMaking
	for _, s := range m.Steps {
		reached[s.State], last = s.At, s.State
	}
	order := []ApplicationState{ApplicationMaking, ApplicationCreated, ApplicationChecking, ApplicationApproved, ApplicationAwaiting}
	if _, rejected = reached[ApplicationRejected]; rejected {
		order = []ApplicationState{ApplicationMaking, ApplicationCreated, ApplicationChecking, ApplicationRejected}
	}
	list := part.Column(14)
	for _, s := range order {
		at, done := reached[s]
		list.Add(v.progressLine(s, at, done, s == last && !m.Ready))
	}
	v.Body = part.Column(look.SpaceM, part.Card(list))
	switch {
	case m.Ready:
		v.setMain("submit.next", on.Next)
		return v
	case rejected:
		v.Body = part.Column(look.SpaceM, part.Card(list), part.Notice(part.Warn, "", w.T("rejected.human")))
		v.setMain("welcome.over", on.Anew)
		return v
	}
	v.Body = part.Column(look.SpaceM, part.Card(list), part.NewBar(-1), part.Muted(w.T("submit.wait")))
	if m.Number != "" {
		v.setMain("submit.refresh", on.Refresh)
	}
	return v
}

func (v *View) progressLine(s ApplicationState, at time.Time, done, now bool) fyne.CanvasObject {
	icon, ink := "clock", look.ColorMuted
	name := part.Body(v.text("submit." + string(s))).Colored(look.ColorMuted)
	switch {
	case s == ApplicationRejected:
		icon, ink, name = "warning", colorBad, part.Strong(v.text("submit."+string(s)))
	case now:
		icon, ink, name = "refresh", theme.ColorNamePrimary, part.Strong(v.text("submit."+string(s)))
	case done:
		icon, ink, name = "check", colorGood, part.Body(v.text("submit."+string(s)))
	}
	when := ""
	if done && !at.IsZero() {
		when = v.words.Moment(at)
	}
	return part.Row(12, part.Icon(icon, 26, ink), part.Grow(name), part.Caption(when))
}
