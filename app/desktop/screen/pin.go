package screen

import (
	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// PINLength is how many digits a PIN of Digital ID has here.
const PINLength = 6

// NewPINActions are what can be done where the PIN is set. Weak tells whether a PIN is too easy to guess.
type NewPINActions struct {
	Weak func(pin string) bool
	Set  func(pin string)
	Back func()
}

// NewPIN builds the screen that sets the PIN, entered twice.
func NewPIN(w *wording.Words, on NewPINActions) *View {
	v := newView(w, "pin", FaceStage)
	verdict := part.Caption(w.T("pin.hint"))
	var first, second *part.Digits
	v.setMain("pin.set", func() { on.Set(first.Value()) })
	check := func(string) {
		if first == nil || second == nil {
			return
		}
		key, colour := "pin.hint", look.ColorMuted
		weak := first.Complete() && on.Weak != nil && on.Weak(first.Value())
		same := first.Value() == second.Value()
		switch {
		case weak:
			key, colour = "pin.weak", colorBad
		case second.Complete() && !same:
			key, colour = "pin.differ", colorBad
		case first.Complete() && same:
			key, colour = "pin.good", colorGood
		}
		verdict.Colored(colour).SetText(w.T(key))
		verdict.Refresh()
		second.SetWrong(second.Complete() && !same)
		enable(v.Main, first.Complete() && same && !weak)
	}
	first = register(v, "pin.first", v.pinBoxes(check))
	second = register(v, "pin.second", v.pinBoxes(check))
	v.Main.Disable()
	v.First = first
	v.Body = part.Column(look.SpaceM,
		part.Column(look.SpaceS, part.Strong(w.T("pin.first")), part.Row(0, first)),
		part.Column(look.SpaceS, part.Strong(w.T("pin.second")), part.Row(0, second), verdict),
		part.Row(0, v.reveal("pin.show", func(shown bool) { first.SetMasked(!shown); second.SetMasked(!shown) })),
		part.Limit(620, part.Notice(part.Warn, "", w.T("pin.remember"))))
	v.setBack(on.Back)
	return v
}

func (v *View) pinBoxes(changed func(string)) *part.Digits {
	d := part.NewDigits(v.text("pin.label"), "", []int{PINLength}, changed)
	d.SetMasked(true)
	return d
}

// reveal is the link that shows and hides what secret boxes hold.
func (v *View) reveal(id string, show func(shown bool)) fyne.CanvasObject {
	shown := false
	var b *part.Button
	b = v.button(part.Quiet, id, "secret.show", "eye", func() {
		shown = !shown
		key, icon := "secret.show", "eye"
		if shown {
			key, icon = "secret.hide", "eyeoff"
		}
		b.SetIcon(icon)
		b.SetText(v.text(key))
		show(shown)
	})
	return b
}

// PINModel is what a screen that asks for the PIN knows.
type PINModel struct {
	Tries   int // left; below 0 means not known
	Wrong   bool
	Reached string // name of the step that waits; "" where it is not told
}

// PINActions are what can be done there. Forgotten may be nil.
type PINActions struct {
	Next      func(pin string)
	Forgotten func()
	Back      func()
}

// NewResume builds the screen that asks for the PIN before an unfinished way goes on.
func NewResume(w *wording.Words, m PINModel, on PINActions) *View {
	v := newView(w, "resume", NoStage)
	if m.Reached != "" {
		v.Lead = w.T("reached", "Step", m.Reached) + " " + v.Lead
	}
	v.Body = part.Column(look.SpaceL, v.askPIN(m, "resume.next", on.Next),
		part.Limit(620, part.Notice(part.Tell, "", w.T("resume.why"))))
	if on.Forgotten != nil {
		v.addLink("resume.forgotten", "pin.forgotten", "", on.Forgotten)
	}
	v.setBack(on.Back)
	return v
}

// NewTakeOver builds the screen that asks for the PIN of the citizen's unfinished way on another computer, which ends with it.
func NewTakeOver(w *wording.Words, m PINModel, on PINActions) *View {
	v := newView(w, "takeover", FaceStage)
	v.Body = part.Column(look.SpaceL, v.askPIN(m, "takeover.next", on.Next),
		part.Limit(700, part.Notice(part.Tell, w.T("takeover.what"), w.T("takeover.what.text"))),
		part.Limit(700, part.Muted(w.T("takeover.forgotten"))))
	v.setBack(on.Back)
	return v
}

// KeysLostModel is the application whose keys cannot be opened any more.
type KeysLostModel struct {
	Number string // of the application
	PIN    PINModel
}

// NewKeysLost builds the screen that tells of lost keys, what becomes of the application, and asks for the PIN to go on.
func NewKeysLost(w *wording.Words, m KeysLostModel, on PINActions) *View {
	v := newView(w, "keyslost", KeysStage)
	v.Body = part.Column(look.SpaceM,
		part.Card(part.Column(12,
			part.Item("cross", w.T("keyslost.cancelled", "Number", m.Number), w.T("keyslost.cancelled.text")),
			part.Item("check", w.T("keyslost.kept"), w.T("keyslost.kept.text")))),
		v.askPIN(m.PIN, "keyslost.next", on.Next))
	v.setBack(on.Back)
	return v
}

// GrantModel is what Digital ID passes on, and the state of the PIN.
type GrantModel struct {
	Name string
	IIN  string // masked
	PIN  PINModel
}

// NewGrant builds the screen on which Digital ID asks whether it may pass data to the certification authority, and for the PIN.
func NewGrant(w *wording.Words, m GrantModel, on PINActions) *View {
	v := newView(w, "grant", KeysStage)
	v.Body = part.Column(look.SpaceM,
		part.Card(part.Column(12, part.Strong(w.T("grant.what")),
			part.Grid(2, look.SpaceM, part.Fact(w.T("grant.name"), m.Name), part.Fact(w.T("grant.iin"), m.IIN),
				part.Fact(w.T("grant.card"), w.T("grant.card.text")), part.Fact(w.T("grant.to"), w.T("grant.to.text"))))),
		v.askPIN(m.PIN, "grant.next", on.Next))
	if on.Forgotten != nil {
		v.addLink("grant.forgotten", "pin.forgotten", "", on.Forgotten)
	}
	v.setBack(on.Back)
	return v
}

func (v *View) askPIN(m PINModel, mainKey string, next func(pin string)) fyne.CanvasObject {
	note := part.Caption(v.text("pin.yours"))
	switch {
	case m.Wrong && m.Tries >= 0:
		note.Colored(colorBad).SetText(v.words.N("pin.wrong", m.Tries))
	case m.Wrong:
		note.Colored(colorBad).SetText(v.text("pin.wrong.plain"))
	}
	var digits *part.Digits
	v.setMain(mainKey, func() { next(digits.Value()) })
	digits = register(v, v.Name+".pin", v.pinBoxes(func(string) { enable(v.Main, digits.Complete()) }))
	digits.SetWrong(m.Wrong)
	v.Main.Disable()
	v.First = digits
	return part.Column(look.SpaceS, part.Strong(v.text("pin.enter")),
		part.Row(look.SpaceM, digits, v.reveal(v.Name+".show", func(shown bool) { digits.SetMasked(!shown) })), note)
}
