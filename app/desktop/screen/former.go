package screen

import (
	"time"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// FormerKey is a key from before that is still good. Purpose is in the language of the window.
type FormerKey struct {
	Purpose string
	Until   time.Time
}

// FormerModel is what is asked about, and what was chosen so far: to keep is the choice of whoever makes none.
type FormerModel struct {
	Keys   []FormerKey
	Revoke bool
	PIN    PINModel
}

// FormerActions are what can be done there.
type FormerActions struct {
	Choose func(revoke bool)
	Keep   func()
	Revoke func(pin string)
}

// NewFormer builds the screen that asks what becomes of the keys from before.
func NewFormer(w *wording.Words, m FormerModel, on FormerActions) *View {
	v := newView(w, "former", DoneStage)
	list := part.Column(look.SpaceS)
	for _, k := range m.Keys {
		list.Add(part.Row(12, part.Icon("key", 24, look.ColorInk),
			part.Grow(part.Column(0, part.Strong(k.Purpose), part.Caption(w.T("former.until", "Date", w.Date(k.Until)))))))
	}
	options := part.Column(look.SpaceS)
	for _, o := range []struct {
		name   string
		revoke bool
	}{{"keep", false}, {"revoke", true}} {
		key := "former." + o.name
		choice := register(v, key, part.NewOption("", w.T(key), w.T(key+".text"), o.revoke == m.Revoke, func() { on.Choose(o.revoke) }))
		if v.First == nil {
			v.First = choice
		}
		options.Add(choice)
	}
	body := part.Column(look.SpaceM, part.Card(list), options)
	if m.Revoke {
		body.Add(v.askPIN(m.PIN, "former.do", on.Revoke))
	} else {
		v.setMain("former.go", on.Keep)
	}
	v.Body = body
	return v
}
