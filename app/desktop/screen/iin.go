package screen

import (
	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// IINModel is what the IIN screen knows.
type IINModel struct {
	IIN string // digits typed so far
}

// IINActions are what can be done on the IIN screen. Check tells whether twelve digits form an IIN.
type IINActions struct {
	Changed func(iin string)
	Check   func(iin string) bool
	Next    func()
	Back    func()
}

// NewIIN builds the screen that asks for the individual identification number. Its form is checked as soon as it is complete.
func NewIIN(w *wording.Words, m IINModel, on IINActions) *View {
	v := newView(w, "iin", PhoneStage)
	verdict := part.Caption(w.T("iin.hint"))
	v.setMain("iin.next", on.Next)
	v.Main.Disable()
	var digits *part.Digits
	digits = part.NewDigits(w.T("iin.label"), "", []int{4, 4, 4}, func(iin string) {
		if on.Changed != nil {
			on.Changed(iin)
		}
		good := digits.Complete() && on.Check(iin)
		enable(v.Main, good)
		switch {
		case good:
			verdict.Colored(colorGood).SetText(w.T("iin.good"))
		case digits.Complete():
			digits.SetWrong(true)
			verdict.Colored(colorBad).SetText(w.T("iin.bad"))
		default:
			verdict.Colored(look.ColorMuted).SetText(w.T("iin.hint"))
		}
		verdict.Refresh()
	})
	register(v, "iin.number", digits)
	v.First = digits
	v.Body = part.Column(look.SpaceL,
		part.Column(look.SpaceS, part.Strong(w.T("iin.label")), part.Row(0, digits), verdict),
		part.Limit(620, part.Notice(part.Tell, w.T("iin.where"), w.T("iin.where.text"))))
	v.setBack(on.Back)
	digits.SetValue(m.IIN)
	return v
}
