package screen

import (
	"unicode/utf8"

	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// Starting is shown from the first instant until the program knows where the citizen is.
type Starting struct {
	*View
	slow *fyne.Container
}

// NewStarting builds the screen that stands while the program opens what it keeps on this computer.
func NewStarting(w *wording.Words, slow bool) *Starting {
	s := &Starting{View: newView(w, "start", NoStage)}
	s.slow = part.Column(0, part.Notice(part.Tell, w.T("start.slow"), w.T("start.slow.text")))
	s.Body = part.Column(look.SpaceM, part.Drawing("waiting", 200, 120, look.ColorInk), part.NewBar(-1), s.slow)
	s.Update(slow)
	return s
}

// Update tells of a system that may be asking the citizen something.
func (s *Starting) Update(slow bool) {
	s.slow.Hidden = !slow
	s.settle()
}

// MinPassphrase is how many characters a passphrase has at least.
const MinPassphrase = 8

// PassphraseActions are what can be done where the passphrase is asked. Keyring asks the system's own store again.
type PassphraseActions struct {
	Next    func(passphrase string)
	Keyring func()
}

// NewPassphrase builds the screen that asks for a new passphrase, twice, where the system's own store of secrets does not answer.
func NewPassphrase(w *wording.Words, on PassphraseActions) *View {
	v := newView(w, "passphrase", NoStage)
	verdict := part.Caption("")
	var first, second *part.Entry
	check := func(string) {
		if first == nil || second == nil {
			return
		}
		key, colour, good := "passphrase.hint", look.ColorMuted, false
		long := utf8.RuneCountInString(first.Text) >= MinPassphrase
		switch {
		case second.Text != "" && first.Text != second.Text:
			key, colour = "passphrase.differ", colorBad
		case long && second.Text != "":
			key, colour, good = "passphrase.good", colorGood, true
		}
		verdict.Colored(colour).SetText(w.T(key))
		verdict.Refresh()
		enable(v.Main, good)
	}
	v.setMain("passphrase.next", func() { on.Next(first.Text) })
	first = register(v, "passphrase.first", part.NewSecret(check))
	second = register(v, "passphrase.second", part.NewSecret(check))
	show := v.reveal("passphrase.show", func(shown bool) { first.Reveal(shown); second.Reveal(shown) })
	v.First = first
	v.Body = part.Column(look.SpaceM,
		part.Notice(part.Tell, w.T("passphrase.why"), w.T("passphrase.why.text")),
		part.TopRow(look.SpaceL,
			part.Grow(part.NewField(w.T("passphrase.first"), "", first).Container),
			part.Grow(part.NewField(w.T("passphrase.second"), "", second).Container)),
		part.Row(look.SpaceM, show, part.Grow(verdict)),
		part.Notice(part.Warn, w.T("passphrase.keep"), w.T("passphrase.keep.text")))
	v.addLink("passphrase.keyring", "passphrase.keyring", "refresh", on.Keyring)
	check("")
	return v
}

// Unlock asks for the passphrase chosen before.
type Unlock struct {
	*View
	entry   *part.Entry
	note    *part.Text
	refused string
}

// NewUnlock builds the screen that asks for the passphrase; refused is the one that was not it, if one was given.
func NewUnlock(w *wording.Words, refused string, next func(passphrase string)) *Unlock {
	u := &Unlock{View: newView(w, "unlock", NoStage), note: part.Caption("")}
	u.setMain("unlock.next", func() { next(u.entry.Text) })
	u.entry = register(u.View, "unlock.phrase", part.NewSecret(func(text string) {
		enable(u.Main, text != "")
		u.tell()
	}))
	u.Main.Disable()
	u.First = u.entry
	show := u.reveal("unlock.show", u.entry.Reveal)
	u.Body = part.Column(look.SpaceM,
		part.Limit(620, part.Column(look.SpaceS, part.NewField(w.T("unlock.phrase"), "", u.entry).Container,
			part.Row(look.SpaceM, show, part.Grow(u.note)))),
		part.Limit(620, part.Notice(part.Tell, w.T("unlock.forgotten"), w.T("unlock.forgotten.text"))))
	u.Update(refused)
	return u
}

// Update says which passphrase was refused. It stays there to be corrected, and is called wrong as long as it is the same.
func (u *Unlock) Update(refused string) {
	u.refused = refused
	u.tell()
}

func (u *Unlock) tell() {
	u.note.Colored(look.ColorMuted).SetText(u.text("unlock.hint"))
	if u.refused != "" && u.entry.Text == u.refused {
		u.note.Colored(colorBad).SetText(u.text("unlock.wrong"))
	}
	u.note.Refresh()
	u.settle()
}

// RetryActions are what can be done where the program could not begin.
type RetryActions struct {
	Retry func()
	Close func()
	Anew  func() // goes on under a new passphrase, leaving what the closed store keeps; nil hides it
}

// NewAlreadyOpen builds the screen of a second window of the program.
func NewAlreadyOpen(w *wording.Words, on RetryActions) *View {
	v := newView(w, "already", NoStage)
	v.Body = part.Column(look.SpaceM, part.Card(part.Column(look.SpaceM,
		part.Item("info", w.T("already.look"), w.T("already.look.text")),
		part.Item("refresh", w.T("already.retry"), w.T("already.retry.text")))))
	v.retryOrClose(on)
	return v
}

// StartFailureModel is why the program could not begin, in the language of the window, and the code for support.
type StartFailureModel struct{ Sentence, Remedy, Code string }

// NewStartFailure builds the screen that tells why the program could not begin and what to do.
func NewStartFailure(w *wording.Words, m StartFailureModel, on RetryActions) *View {
	v := newView(w, "startfailure", NoStage)
	v.Body = part.Column(look.SpaceM,
		part.Notice(part.Bad, m.Sentence, m.Remedy, part.Caption(w.T("frame.code", "Code", m.Code))),
		part.Card(part.Item("call", w.T("help.phone"), w.T("help.phone.text"))))
	v.retryOrClose(on)
	if on.Anew != nil {
		v.addLink("startfailure.anew", "startfailure.anew", "", on.Anew)
	}
	return v
}

func (v *View) retryOrClose(on RetryActions) {
	v.setMain("frame.retry", on.Retry)
	v.addLink(v.Name+".close", "frame.close", "cross", on.Close)
}
