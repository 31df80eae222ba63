package screen

import (
	"time"

	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// KeyCopyModel is the copying of a key file to a second place. Folder is "" until one was chosen; Copied is the path of the copy, "" before.
type KeyCopyModel struct {
	File, Folder, Copied string
}

// KeyCopyActions are what can be done there.
type KeyCopyActions struct {
	Folder func() // opens the chooser
	Copy   func(password string)
	Back   func()
}

// NewKeyCopy builds the screen that copies a key file to a second place.
func NewKeyCopy(w *wording.Words, m KeyCopyModel, on KeyCopyActions) *View {
	v := newView(w, "keycopy", NoStage)
	if m.Copied != "" {
		v.Lead = ""
		v.Body = part.Column(look.SpaceM, part.Notice(part.Good, w.T("keycopy.done"), w.T("keycopy.done.text")),
			part.Card(part.Fact(w.T("keycopy.copy"), m.Copied)))
		v.setMain("keycopy.return", on.Back)
		return v
	}
	choose := v.button(part.Plain, "keycopy.folder", "application.choose", "folder", on.Folder)
	place := part.Muted(w.T("keycopy.nowhere"))
	if m.Folder != "" {
		place = part.Strong(m.Folder)
	}
	var entry *part.Entry
	var ask fyne.CanvasObject
	v.setMain("keycopy.do", func() { on.Copy(entry.Text) })
	entry, ask = v.askPassword("keycopy", "trial.password", func(e *part.Entry) { enable(v.Main, m.Folder != "" && e.Text != "") })
	v.First = choose
	if m.Folder != "" {
		v.First = entry
	}
	v.Body = part.Column(look.SpaceM,
		part.Card(part.Fact(w.T("mykey.file"), m.File)),
		part.Column(6, part.Strong(w.T("keycopy.where")), part.Card(part.Row(look.SpaceM, part.Grow(place), choose))),
		ask, part.Notice(part.Tell, "", w.T("keycopy.why")))
	v.setBack(on.Back)
	return v
}

// askPassword is an entry for the password of a key file, with what warns of the keyboard. Changed is called now and with every key.
func (v *View) askPassword(name, label string, changed func(*part.Entry)) (*part.Entry, fyne.CanvasObject) {
	caution := part.Column(0)
	var entry *part.Entry
	tell := func(string) {
		if entry != nil {
			changed(entry)
			v.warnOfKeyboard(caution, entry)
		}
	}
	entry = register(v, name+".password", part.NewSecret(tell))
	show := v.reveal(name+".show", entry.Reveal)
	tell("")
	return entry, part.Column(look.SpaceS,
		part.Limit(620, part.Column(look.SpaceS, part.NewField(v.text(label), "", entry).Container, part.Row(0, show))), caution)
}

// RenewModel is the renewal of a key by itself. Purpose is in the language of the window; Until is the end of the present key.
type RenewModel struct {
	Purpose string
	Until   time.Time
	Folder  string // in which the new key file will lie
}

// RenewActions are what can be done there.
type RenewActions struct {
	Renew func(password string)
	Back  func()
}

// NewRenew builds the screen that renews a key: what comes of it, and the password of the present one, which signs.
func NewRenew(w *wording.Words, m RenewModel, on RenewActions) *View {
	v := newView(w, "renew", NoStage)
	var entry *part.Entry
	var ask fyne.CanvasObject
	v.setMain("renew.do", func() { on.Renew(entry.Text) })
	entry, ask = v.askPassword("renew", "renew.password", func(e *part.Entry) { enable(v.Main, e.Text != "") })
	v.First = entry
	v.Body = part.Column(look.SpaceM,
		part.Card(part.Column(12, part.Strong(m.Purpose),
			part.Item("key", w.T("renew.new"), w.T("renew.new.text")),
			part.Item("clock", w.T("renew.former"), w.T("renew.former.text", "Date", w.Date(m.Until))),
			part.Item("folder", w.T("renew.folder"), m.Folder))),
		ask)
	v.setBack(on.Back)
	return v
}

// KeyPasswordActions are what can be done where the password of a key file is changed.
type KeyPasswordActions struct {
	Change func(former, password string)
	Back   func()
}

// NewKeyPassword builds the screen that changes the password of a key file.
func NewKeyPassword(w *wording.Words, on KeyPasswordActions) *Password {
	p := newPassword(w, "keypassword", NoStage)
	var former fyne.CanvasObject
	p.setMain("keypassword.change", func() { on.Change(p.former.Text, p.first.Text) })
	p.former, former = p.askPassword("keypassword.former", "keypassword.former", func(*part.Entry) { p.check() })
	p.build(former, "keypassword.new", part.Notice(part.Warn, w.T("password.keep"), w.T("keypassword.copies")))
	p.First = p.former
	p.setBack(on.Back)
	p.check()
	return p
}

// RevokeReason is why a certificate is ended.
type RevokeReason string

// The reasons that a citizen may give.
const (
	RevokeStolen    RevokeReason = "stolen"
	RevokeReplaced  RevokeReason = "replaced"
	RevokeNotNeeded RevokeReason = "needless"
)

// RevokeReasons lists the reasons in the order in which they are shown.
func RevokeReasons() []RevokeReason {
	return []RevokeReason{RevokeStolen, RevokeReplaced, RevokeNotNeeded}
}

// RevokeModel is the ending of a certificate, by the password of its key file where there is one, or by the PIN.
type RevokeModel struct {
	Purpose string // in the language of the window
	ByPIN   bool
	Reason  RevokeReason // chosen before, "" for none
}

// RevokeActions are what can be done there. Other changes between password and PIN; nil where only the PIN serves.
type RevokeActions struct {
	Reason func(RevokeReason)
	Revoke func(reason RevokeReason, secret string)
	Other  func()
	Back   func()
}

// NewRevoke builds the screen that ends a certificate: why, what it means, and a proof that it is the citizen.
func NewRevoke(w *wording.Words, m RevokeModel, on RevokeActions) *View {
	v := newView(w, "revoke", NoStage)
	reason, secret, sure := m.Reason, func() string { return "" }, (*part.Choice)(nil)
	v.setMain("revoke.do", func() { on.Revoke(reason, secret()) })
	check := func() {
		s := secret()
		enable(v.Main, reason != "" && sure != nil && sure.Chosen() && (len(s) == PINLength || !m.ByPIN && s != ""))
	}
	var options []*part.Choice
	reasons := part.Column(look.SpaceS, part.Strong(w.T("revoke.why")))
	for i, r := range RevokeReasons() {
		key := "revoke.reason." + string(r)
		o := register(v, "revoke.reason."+string(r), part.NewOption("", w.T(key), w.T(key+".text"), r == m.Reason, func() {
			for j, other := range options {
				other.SetChosen(i == j)
			}
			reason = r
			on.Reason(r)
			check()
		}))
		options = append(options, o)
		reasons.Add(o)
	}
	v.First = options[0]
	var proof fyne.CanvasObject
	if m.ByPIN {
		digits := register(v, "revoke.pin", v.pinBoxes(func(string) { check() }))
		secret = digits.Value
		proof = part.Column(look.SpaceS, part.Strong(w.T("pin.enter")), part.Row(0, digits))
	} else {
		var entry *part.Entry
		entry, proof = v.askPassword("revoke", "trial.password", func(*part.Entry) { check() })
		secret = func() string { return entry.Text }
	}
	sure = register(v, "revoke.sure", part.NewCheck(w.T("revoke.sure"), false, func(bool) { check() }))
	v.Body = part.Column(look.SpaceM,
		part.Notice(part.Warn, m.Purpose, w.T("revoke.warning")), reasons, proof, sure)
	if on.Other != nil {
		key := "revoke.by.pin"
		if m.ByPIN {
			key = "revoke.by.key"
		}
		v.addLink("revoke.other", key, "lock", on.Other)
	}
	v.setBack(on.Back)
	check()
	return v
}
