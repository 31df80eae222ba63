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
	Phone    string        // masked, empty while it must not be known
	ResendIn time.Duration // until another code may be asked for; 0 means now
	Tries    int           // left; below 0 means not known
	Wrong    bool          // the last code was wrong
}

// CodeActions are what can be done there. NoCode leads to the call-back and may be nil.
type CodeActions struct {
	Changed func(code string)
	Next    func()
	Resend  func()
	NoCode  func()
	Back    func()
}

// Code asks for the six digits that came by SMS.
type Code struct {
	*View
	digits *part.Digits
	tries  *part.Text
	resend *part.Button
	wrong  *fyne.Container
}

// NewCode builds the code screen after the IIN.
func NewCode(w *wording.Words, m CodeModel, on CodeActions) *Code {
	return newCode(newView(w, "code", PhoneStage), m, on)
}

// NewSignInCode builds the code screen of the sign-in to Digital ID.
func NewSignInCode(w *wording.Words, m CodeModel, on CodeActions) *Code {
	return newCode(newView(w, "signincode", FaceStage), m, on)
}

func newCode(v *View, m CodeModel, on CodeActions) *Code {
	c := &Code{View: v, tries: part.Caption(""), wrong: part.Column(0)}
	if m.Phone != "" {
		v.Lead = v.text("code.lead.phone", "Phone", m.Phone)
	}
	v.setMain("code.next", on.Next)
	v.Main.Disable()
	c.digits = register(v, v.Name+".code", part.NewDigits(v.text("code.label"), "", []int{6}, func(code string) {
		enable(v.Main, len(code) == 6)
		if on.Changed != nil {
			on.Changed(code)
		}
	}))
	v.First = c.digits
	c.resend = v.button(part.Plain, v.Name+".resend", "code.resend", "refresh", on.Resend)
	body := []fyne.CanvasObject{
		part.Column(look.SpaceS, part.Strong(v.text("code.label")), part.Row(0, c.digits), c.tries),
		c.wrong,
	}
	ways := part.Row(look.SpaceM, c.resend)
	if on.NoCode != nil {
		ways.Add(v.button(part.Quiet, v.Name+".nocode", "code.nocode", "call", on.NoCode))
	}
	body = append(body, ways, part.Limit(620, part.Notice(part.Tell, "", v.text("code.secret"))))
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
	c.tries.SetText(c.text("code.hint"))
	if m.Tries >= 0 {
		c.tries.SetText(c.words.N("code.tries", m.Tries))
	}
	c.wrong.RemoveAll()
	if m.Wrong {
		c.digits.SetWrong(true)
		c.wrong.Add(part.Limit(620, part.Notice(part.Bad, c.text("code.wrong"), c.text("code.wrong.remedy"))))
	}
	c.wrong.Hidden = !m.Wrong
	c.settle()
}
