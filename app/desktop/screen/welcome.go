package screen

import (
	"strconv"

	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// WelcomeModel is what the first screen knows.
type WelcomeModel struct {
	Reached    string // name of the step at which it stopped; "" where that is not known
	Unfinished bool   // a way that was begun waits; the main button resumes it, Begin becomes a quiet link
}

// WelcomeActions are what can be done on the first screen.
type WelcomeActions struct {
	Begin    func()
	Resume   func()
	Keys     func() // shows keys that were obtained before; nil where there are none
	Language func(wording.Language)
}

// NewWelcome builds the first screen: what this is, what is needed, and the way in five pictures.
func NewWelcome(w *wording.Words, m WelcomeModel, on WelcomeActions) *View {
	v := newView(w, "welcome", NoStage)
	body := []fyne.CanvasObject{guide(w), needs(w)}
	if m.Unfinished {
		text := w.T("welcome.unfinished.text")
		if m.Reached != "" {
			text = w.T("reached", "Step", m.Reached) + " " + text
		}
		body = append([]fyne.CanvasObject{part.Notice(part.Tell, w.T("welcome.unfinished"), text)}, body...)
		v.setMain("welcome.resume", on.Resume)
		v.addLink("welcome.anew", "welcome.over", "", on.Begin)
	} else {
		v.setMain("welcome.begin", on.Begin)
	}
	if on.Keys != nil {
		v.addLink("welcome.keys", "welcome.keys", "key", on.Keys)
	}
	v.Body = part.Column(look.SpaceM, body...)
	for _, l := range wording.Languages() {
		b := register(v, "welcome.language."+string(l), part.NewButton(part.Quiet, l.Own(), "", func() { on.Language(l) }))
		v.Links = append(v.Links, b)
	}
	return v
}

func guide(w *wording.Words) fyne.CanvasObject {
	cards := make([]fyne.CanvasObject, 0, 5)
	for i, name := range []string{"phone", "face", "card", "check", "key"} {
		picture := part.Drawing("guide-"+name, 120, 78, look.ColorInk)
		cards = append(cards, part.Inset(12, 12, part.NewSurface(look.ColorSurface, look.ColorBorder, look.RadiusCard),
			part.Column(6, picture, part.Strong(strconv.Itoa(i+1)+". "+w.T("guide."+name)), part.Caption(w.T("guide."+name+".text")))))
	}
	return part.Grid(5, 12, cards...)
}

func needs(w *wording.Words) fyne.CanvasObject {
	item := func(icon, key string) fyne.CanvasObject {
		return part.Row(12, part.Badge(icon, 40), part.Grow(part.Body(w.T(key))))
	}
	return part.Column(10, part.Heading(w.T("welcome.needs")), part.Grid(2, 12,
		item("camera", "welcome.needs.camera"), item("phone", "welcome.needs.phone"),
		item("card", "welcome.needs.card"), item("clock", "welcome.needs.time")))
}
