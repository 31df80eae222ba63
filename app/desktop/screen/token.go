package screen

import (
	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// TokenPlace is a token that may take the keys.
type TokenPlace struct{ Label, Serial string }

// TokenModel is a token whose PIN is asked for: before the keys are made in it, or, when Writing, before the certificates are written.
type TokenModel struct {
	Label   string
	Writing bool
	Wrong   bool // the PIN that was given
	Last    bool // one more wrong one locks the token
}

// TokenActions are what can be done there. Lost tells that the token is gone for good; nil where nothing was applied for yet.
type TokenActions struct {
	Next func(pin string)
	Lost func()
	Back func()
}

// NewToken builds the screen that asks for the PIN of a token.
func NewToken(w *wording.Words, m TokenModel, on TokenActions) *View {
	v := newView(w, "token", KeysStage)
	key := "token.make"
	if m.Writing {
		key = "token.write"
		v.Title, v.Lead = w.T("token.write.title"), w.T("token.write.lead")
	}
	var entry *part.Entry
	v.setMain(key, func() { on.Next(entry.Text) })
	entry, ask := v.askPassword("token", "token.pin", func(e *part.Entry) { enable(v.Main, e.Text != "") })
	v.First = entry
	v.Body = part.Column(look.SpaceM, part.Card(part.Fact(w.T("token.label"), m.Label)), ask)
	body := v.Body.(*fyne.Container) //nolint:forcetypeassert // made above
	switch {
	case m.Last:
		body.Add(part.Notice(part.Bad, w.T("token.wrong"), w.T("token.last")))
	case m.Wrong:
		body.Add(part.Notice(part.Bad, w.T("token.wrong"), w.T("token.careful")))
	default:
		body.Add(part.Notice(part.Tell, "", w.T("token.which")))
	}
	if on.Lost != nil {
		v.addLink("token.lost", "token.lost", "", on.Lost)
	}
	v.setBack(on.Back)
	return v
}
