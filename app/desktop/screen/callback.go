package screen

import (
	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// CallBackState is how a request to be called back stands.
type CallBackState string

// The states: being filled in, waiting for the operator, phone registered.
const (
	CallBackAsk        CallBackState = "ask"
	CallBackWaiting    CallBackState = "waiting"
	CallBackRegistered CallBackState = "registered"
)

// CallBackModel is what the call-back screen knows. Phone has ten digits, without +7.
type CallBackModel struct {
	State    CallBackState
	Phone    string
	Language wording.Language
}

// CallBackActions are what can be done there.
type CallBackActions struct {
	Phone    func(digits string)
	Language func(wording.Language)
	Request  func()
	Again    func() // back to the IIN once the phone is registered
	Refresh  func()
	Back     func()
}

// NewCallBack builds the screen on which a citizen whose phone is not in the mobile base asks the operator to call.
func NewCallBack(w *wording.Words, m CallBackModel, on CallBackActions) *View {
	v := newView(w, "callback", PhoneStage)
	switch m.State {
	case CallBackWaiting:
		v.Body = part.Column(look.SpaceM, part.Drawing("waiting", 200, 120, look.ColorInk),
			part.Notice(part.Tell, w.T("callback.waiting"), w.T("callback.waiting.text", "Phone", readable(m.Phone))))
		v.setMain("callback.refresh", on.Refresh)
	case CallBackRegistered:
		v.Body = part.Notice(part.Good, w.T("callback.registered"), w.T("callback.registered.text"))
		v.setMain("callback.again", on.Again)
	default:
		v.askPhone(m, w.T("callback.what.text"), on)
	}
	v.setBack(on.Back)
	return v
}

func (v *View) askPhone(m CallBackModel, what string, on CallBackActions) {
	w := v.words
	v.setMain("callback.request", on.Request)
	digits := register(v, v.Name+".phone", phoneBoxes(w, func(p string) {
		enable(v.Main, len(p) == 10)
		on.Phone(p)
	}))
	enable(v.Main, false)
	digits.SetValue(m.Phone)
	v.First = digits
	var options []*part.Choice
	var row []fyne.CanvasObject
	v.tied = map[string]bool{}
	for i, l := range []wording.Language{wording.Kazakh, wording.Russian} {
		id := v.Name + ".language." + string(l)
		v.tied[id] = true
		o := register(v, id, part.NewOption("", l.Own(), "", l == m.Language, func() {
			for j, other := range options {
				other.SetChosen(i == j)
			}
			on.Language(l)
		}))
		options = append(options, o)
		row = append(row, o)
	}
	v.Body = part.Column(look.SpaceM,
		part.Column(look.SpaceS, part.Strong(w.T("callback.phone")), part.Row(0, digits)),
		part.Column(look.SpaceS, part.Strong(w.T("callback.language")), part.Limit(480, part.Grid(2, 12, row...))),
		part.Notice(part.Tell, w.T("callback.what"), what))
}

func phoneBoxes(w *wording.Words, changed func(string)) *part.Digits {
	return part.NewDigits(w.T("phone.label"), "+7", []int{3, 3, 2, 2}, changed)
}

// readable writes ten digits as people write them: +7 701 123 45 67.
func readable(phone string) string {
	if len(phone) != 10 {
		return phone
	}
	const space = "\u00a0"
	return "+7" + space + phone[:3] + space + phone[3:6] + space + phone[6:8] + space + phone[8:]
}
