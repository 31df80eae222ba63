package screen

import (
	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// VideoIntroModel is what is known before the video identification.
type VideoIntroModel struct {
	Reason       string // why the last one has to be repeated, in the language of the window; "" where there was none
	Remedy       string // what to do better
	MovementOnly bool   // the citizen does without the colours of the screen
	Muted        bool
}

// VideoIntroActions are what can be done before the video identification.
type VideoIntroActions struct {
	MovementOnly func(bool)
	Sound        func(on bool)
	Cannot       func() // "I can't do this"
	Start        func()
	Back         func()
}

// NewVideoIntro builds the screen that tells what will happen in the video identification, and where one repeats it, why.
func NewVideoIntro(w *wording.Words, m VideoIntroModel, on VideoIntroActions) *View {
	v := newView(w, "videointro", FaceStage)
	var body []fyne.CanvasObject
	if m.Reason != "" {
		v.Title, v.Lead = w.T("videointro.again.title"), w.T("videointro.again.lead")
		body = append(body, part.Notice(part.Warn, m.Reason, m.Remedy))
	}
	without := register(v, "videointro.movement", part.NewCheck(w.T("videointro.movement"), m.MovementOnly, on.MovementOnly))
	items := []fyne.CanvasObject{
		part.Item("face", w.T("videointro.sit"), w.T("videointro.sit.text")),
		part.Item("right", w.T("videointro.follow"), w.T("videointro.follow.text")),
		part.Column(2, part.Item("colours", w.T("videointro.colours"), w.T("videointro.colours.text")), without),
	}
	if m.Reason != "" {
		items = items[2:]
	}
	body = append(body, part.Card(part.Column(look.SpaceM, items...)))
	if m.Reason == "" {
		body = append(body, part.Notice(part.Tell, "", w.T("videointro.again")))
	}
	cannot := v.button(part.Quiet, "videointro.cannot", "videointro.cannot", "person", on.Cannot)
	body = append(body, part.Row(0, cannot))
	v.Body = part.Column(look.SpaceM, body...)
	v.setMain("videointro.start", on.Start)
	v.setBack(on.Back)
	v.addSound(m.Muted, on.Sound)
	return v
}

// addSound adds the switch for sounds and spoken words.
func (v *View) addSound(muted bool, turn func(on bool)) {
	if turn == nil {
		return
	}
	label := func() (key, icon string) {
		if muted {
			return "sound.off", "mute"
		}
		return "sound.on", "sound"
	}
	key, icon := label()
	var b *part.Button
	b = v.addLink("sound", key, icon, func() {
		muted = !muted
		key, icon := label()
		b.SetText(v.text(key))
		b.SetIcon(icon)
		turn(!muted)
	})
}

// CannotActions are what can be done by those who cannot do the movements.
type CannotActions struct {
	Next func()
	Back func()
}

// NewCannot builds the screen that leads to an operator in place of the video identification.
func NewCannot(w *wording.Words, on CannotActions) *View {
	v := newView(w, "cannot", FaceStage)
	v.Body = part.Column(0, part.Card(part.Column(look.SpaceM,
		part.Item("person", w.T("cannot.operator"), w.T("cannot.operator.text")),
		part.Item("clock", w.T("cannot.when"), w.T("cannot.when.text")),
		part.Item("check", w.T("cannot.try"), w.T("cannot.try.text")))))
	v.setMain("cannot.next", on.Next)
	v.setBack(on.Back)
	return v
}
