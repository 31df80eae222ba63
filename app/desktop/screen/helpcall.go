package screen

import (
	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// HelpCallModel is what the call for help knows. Phone has ten digits, without +7; empty where a call is awaited to an unknown one.
type HelpCallModel struct {
	Phone    string
	Language wording.Language
	Awaited  bool // an operator has the request
}

// HelpCallActions are what can be done there. Return goes back to the step at which help was asked for.
type HelpCallActions struct {
	Phone    func(digits string)
	Language func(wording.Language)
	Request  func()
	Return   func()
}

// NewHelpCall builds the screen on which a citizen, at whatever step, asks an operator to call.
func NewHelpCall(w *wording.Words, m HelpCallModel, on HelpCallActions) *View {
	v := newView(w, "helpcall", NoStage)
	if !m.Awaited {
		v.askPhone(CallBackModel{Phone: m.Phone, Language: m.Language}, w.T("helpcall.what.text"),
			CallBackActions{Phone: on.Phone, Language: on.Language, Request: on.Request})
		v.setBack(on.Return)
		return v
	}
	text := w.T("helpcall.awaited")
	if m.Phone != "" {
		text = w.T("callback.waiting.text", "Phone", readable(m.Phone))
	}
	v.setLead("")
	v.Body = part.Column(look.SpaceM, part.Drawing("waiting", 200, 120, look.ColorInk),
		part.Notice(part.Good, w.T("callback.waiting"), text))
	v.setMain("helpcall.return", on.Return)
	return v
}
