package screen

import (
	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// CompanionState is who answers on the port where portals look for a signing program.
type CompanionState string

// The states.
const (
	CompanionOurs     CompanionState = "ours"
	CompanionNCALayer CompanionState = "ncalayer"
	CompanionStranger CompanionState = "stranger"
	CompanionAbsent   CompanionState = "absent"
)

// CompanionModel is what the companion screen knows. Owner names the program that has the port, if it is known.
type CompanionModel struct {
	State   CompanionState
	Owner   string
	Version string
}

// CompanionActions are what can be done there.
type CompanionActions struct {
	Retry func()
	Guide func() // opens the page of NCALayer
	Next  func()
	Back  func()
}

// NewCompanion builds the screen that tells whether signing on portals will work later. It never stops the way.
func NewCompanion(w *wording.Words, m CompanionModel, on CompanionActions) *View {
	v := newView(w, "companion", PhoneStage)
	mood := part.Good
	if m.State == CompanionStranger || m.State == CompanionAbsent {
		mood = part.Warn
	}
	key := "companion." + string(m.State)
	var remedy []fyne.CanvasObject
	if mood == part.Warn {
		retry := v.button(part.Plain, "companion.retry", "companion.retry", "refresh", on.Retry)
		remedy = []fyne.CanvasObject{part.Space(look.SpaceXS), part.Row(0, retry)}
	}
	v.Body = part.Column(look.SpaceM,
		part.Notice(mood, w.T(key, "Owner", m.Owner, "Version", m.Version), w.T(key+".text", "Owner", m.Owner), remedy...),
		part.Notice(part.Tell, "", w.T("companion.goon")))
	v.setMain("frame.next", on.Next)
	v.setBack(on.Back)
	v.addLink("companion.guide", "companion.guide", "document", on.Guide)
	return v
}
