package screen

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// AgreementModel is a text to be agreed to, with the version that is agreed to. The text is in the language of the window.
type AgreementModel struct {
	Text    string
	Version string
	Agreed  bool
}

// ConsentActions are what can be done with the consent to biometrics.
type ConsentActions struct {
	Changed func(agreed bool)
	Accept  func()
	Refuse  func()
	Back    func()
}

// NewConsent builds the consent to biometrics. Nothing is taken before it is given; who refuses is led to a service centre.
func NewConsent(w *wording.Words, m AgreementModel, on ConsentActions) *View {
	v := newView(w, "consent", FaceStage)
	v.agreement(m, "consent.agree", "consent.accept", on.Changed, on.Accept)
	v.addLink("consent.refuse", "consent.refuse", "", on.Refuse)
	v.setBack(on.Back)
	return v
}

// NewRefused builds the screen for those who do not consent: the other road.
func NewRefused(w *wording.Words, back func()) *View {
	v := newView(w, "refused", FaceStage)
	v.Body = part.Column(look.SpaceM,
		part.Card(part.Column(look.SpaceM,
			part.Item("person", w.T("refused.centre"), w.T("refused.centre.text")),
			part.Item("card", w.T("refused.bring"), w.T("refused.bring.text")),
			part.Item("call", w.T("refused.call"), w.T("refused.call.text")))),
		part.Notice(part.Tell, "", w.T("refused.nothing")))
	v.setBack(back)
	return v
}

// AgreementActions are what can be done with the agreement of the certification authority.
type AgreementActions struct {
	Changed func(agreed bool)
	Confirm func()
	Back    func()
}

// NewAgreement builds the screen with the user agreement of the certification authority.
func NewAgreement(w *wording.Words, m AgreementModel, on AgreementActions) *View {
	v := newView(w, "agreement", KeysStage)
	v.agreement(m, "agreement.agree", "agreement.confirm", on.Changed, on.Confirm)
	v.setBack(on.Back)
	return v
}

func (v *View) agreement(m AgreementModel, agreeKey, mainKey string, changed func(bool), accept func()) {
	v.setMain(mainKey, accept)
	enable(v.Main, m.Agreed)
	check := register(v, v.Name+".agree", part.NewCheck(v.text(agreeKey), m.Agreed, func(agreed bool) {
		enable(v.Main, agreed)
		if changed != nil {
			changed(agreed)
		}
	}))
	v.First = check
	text := part.Page(look.SpaceM, look.SpaceM, part.Body(m.Text))
	sheet := part.Inset(2, 2, part.NewSurface(look.ColorSurface, look.ColorBorder, look.RadiusCard), atLeast(200, text))
	v.Body = part.Column(look.SpaceS, part.Grow(sheet), part.Caption(v.text("agreement.version", "Version", m.Version)), check)
}

// atLeast lets o be no lower than height.
func atLeast(height float32, o fyne.CanvasObject) *fyne.Container {
	return container.NewStack(part.Space(height), o)
}
