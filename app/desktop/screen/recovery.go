package screen

import (
	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// RecoverActions are what can be done where the way begun here has lost its key.
type RecoverActions struct {
	Next func()
	Anew func()
}

// NewRecover builds the screen that stands first where the system's store of secrets was emptied: what happened, what stays, what is needed.
func NewRecover(w *wording.Words, on RecoverActions) *View {
	v := newView(w, "recover", PhoneStage)
	v.Body = part.Column(look.SpaceM, part.Card(part.Column(12,
		part.Item("check", w.T("keyslost.kept"), w.T("recover.kept.text")),
		part.Item("refresh", w.T("recover.keys"), w.T("recover.keys.text")),
		part.Item("info", w.T("recover.needs"), w.T("recover.needs.text")))))
	v.setMain("recover.next", on.Next)
	v.addLink("recover.anew", "recover.anew", "", on.Anew)
	return v
}

// NewRebind builds the screen that asks for the PIN of the way whose key was lost, after the phone's code.
func NewRebind(w *wording.Words, m PINModel, on PINActions) *View {
	v := newView(w, "rebind", PhoneStage)
	v.Body = part.Column(look.SpaceL, v.askPIN(m, "rebind.next", on.Next),
		part.Limit(700, part.Notice(part.Tell, w.T("recover.keys"), w.T("recover.keys.text"))),
		part.Limit(700, part.Muted(w.T("takeover.forgotten"))))
	v.setBack(on.Back)
	return v
}
