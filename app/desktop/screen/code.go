package screen

import (
	"time"

	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// CodeModel is what a screen that asks for a one-time code knows.
type CodeModel struct {
	To       string        // masked phone, empty while it must not be known; or e-mail address
	ResendIn time.Duration // until another code may be asked for; 0 means now
	Tries    int           // left; below 0 means not known
	Wrong    bool          // the last code was wrong
	Locked   bool          // too many were: none is taken for a while
}

// CodeActions are what can be done there. NoCode is the way on without a code, the call-back for that of a phone, and may be nil.
type CodeActions struct {
	Changed func(code string)
	Next    func()
	Resend  func()
	NoCode  func()
	Back    func()
}

// Code asks for the six digits that came by SMS or in a letter.
type Code struct {
	*View
	kind   string // of the words
	digits *part.Digits
	tries  *part.Text
	resend *part.Button
	wrong  *fyne.Container
}

// NewCode builds the code screen after the IIN.
func NewCode(w *wording.Words, m CodeModel, on CodeActions) *Code {
	return newCode(newView(w, "code", PhoneStage), "code", m, on)
}

// NewSignInCode builds the code screen of the sign-in to Digital ID.
func NewSignInCode(w *wording.Words, m CodeModel, on CodeActions) *Code {
	return newCode(newView(w, "signincode", FaceStage), "code", m, on)
}

// NewEmailCode builds the code screen of the e-mail address.
func NewEmailCode(w *wording.Words, m CodeModel, on CodeActions) *Code {
	return newCode(newView(w, "emailcode", KeysStage), "emailcode", m, on)
}

// noCode are the icons of the ways on without a code.
var noCode = map[string]string{"code": "call"}

func newCode(v *View, kind string, m CodeModel, on CodeActions) *Code {
	c := &Code{View: v, kind: kind, tries: part.Caption(""), wrong: part.Column(0)}
	if m.To != "" {
		v.Lead = v.text(kind+".lead.to", "To", m.To)
	}
	v.setMain("code.next", on.Next)
	v.Main.Disable()
	c.digits = register(v, v.Name+".code", part.NewDigits(v.text(kind+".label"), "", []int{6}, func(code string) {
		enable(v.Main, len(code) == 6)
		if on.Changed != nil {
			on.Changed(code)
		}
	}))
	v.First = c.digits
	c.resend = v.button(part.Plain, v.Name+".resend", "code.resend", "refresh", on.Resend)
	body := []fyne.CanvasObject{
		part.Column(look.SpaceS, part.Strong(v.text(kind+".label")), part.Row(0, c.digits), c.tries),
		c.wrong,
	}
	ways := part.Row(look.SpaceM, c.resend)
	if on.NoCode != nil {
		ways.Add(v.button(part.Quiet, v.Name+".nocode", kind+".nocode", noCode[kind], on.NoCode))
	}
	body = append(body, ways, part.Limit(620, part.Notice(part.Tell, "", v.text(kind+".secret"))))
	v.Body = part.Column(look.SpaceM, body...)
	v.setBack(on.Back)
	c.Update(m)
	return c
}

// Update shows the time until another code may be asked for, the tries left, and whether the last code was wrong.
func (c *Code) Update(m CodeModel) {
	enable(c.resend, m.ResendIn <= 0)
	c.resend.SetText(c.text("code.resend"))
	if m.ResendIn > 0 {
		c.resend.SetText(c.text("code.resend.in", "Time", c.words.Clock(m.ResendIn)))
	}
	c.tries.SetText(c.text(c.kind + ".hint"))
	if m.Tries >= 0 {
		c.tries.SetText(c.words.N("code.tries", m.Tries))
	}
	c.wrong.RemoveAll()
	switch {
	case m.Locked:
		c.digits.SetWrong(true)
		c.wrong.Add(part.Limit(620, part.Notice(part.Bad, c.text(c.kind+".locked"), c.text(c.kind+".locked.remedy"))))
	case m.Wrong:
		c.digits.SetWrong(true)
		c.wrong.Add(part.Limit(620, part.Notice(part.Bad, c.text("code.wrong"), c.text(c.kind+".wrong.remedy"))))
	}
	c.wrong.Hidden = len(c.wrong.Objects) == 0
	c.settle()
}
