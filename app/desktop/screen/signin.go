package screen

import (
	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// SignInModel is what the sign-in to Digital ID knows. Phone has ten digits, without +7.
type SignInModel struct{ Phone string }

// SignInActions are what can be done there.
type SignInActions struct {
	Phone func(digits string)
	Next  func()
	Back  func()
}

// NewSignIn builds the sign-in to Digital ID: the phone number that stands in the mobile base.
func NewSignIn(w *wording.Words, m SignInModel, on SignInActions) *View {
	v := newView(w, "signin", FaceStage)
	v.setMain("signin.next", on.Next)
	v.Main.Disable()
	digits := register(v, "signin.phone", phoneBoxes(w, func(p string) {
		enable(v.Main, len(p) == 10)
		on.Phone(p)
	}))
	digits.SetValue(m.Phone)
	v.First = digits
	v.Body = part.Column(look.SpaceL,
		part.Column(look.SpaceS, part.Strong(w.T("phone.label")), part.Row(0, digits), part.Caption(w.T("signin.hint"))),
		part.Limit(620, part.Notice(part.Tell, w.T("signin.what"), w.T("signin.what.text"))))
	v.setBack(on.Back)
	return v
}
