// Package screen holds every screen of the citizen's way as a pure view: a function from words, a model and actions to a View.
//
// A model is plain values, actions are functions; nothing here knows of HTTP, cameras or keys. A screen says what it is (Name, Stage, Title,
// Lead), what stands in its middle (Body), and which buttons lead on; the frame around it draws header, rail and footer. Screens that change
// while they stand embed View and have an Update method. Everything that can be pressed or filled in has an id, found by Find:
// the main button of screen "iin" is "iin.main", going back is "back".
//
// All functions are called on the interface's goroutine.
package screen

import (
	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// Stage is a part of the way, as the rail shows it.
type Stage int

// The stages in order. NoStage hides the rail.
const (
	NoStage Stage = iota
	PhoneStage
	FaceStage
	CardStage
	CheckStage
	KeysStage
	DoneStage
)

// Stages lists the stages that the rail shows, in order.
func Stages() []Stage {
	return []Stage{PhoneStage, FaceStage, CardStage, CheckStage, KeysStage, DoneStage}
}

// Key is the word of the stage: stage.phone, and so on.
func (s Stage) Key() string {
	return "stage." + [...]string{"none", "phone", "face", "card", "check", "keys", "done"}[s]
}

// Screen is a View or something that embeds one.
type Screen interface{ Base() *View }

// View is a built screen, ready to be framed.
type View struct {
	Name  string // the screen's stable name, such as "iin"
	Stage Stage
	Title string
	Lead  string // one sentence: what is asked of the citizen now
	Step  string // the step's name in the rail
	Help  string // what this step is for
	Body  fyne.CanvasObject
	Main  *part.Button   // the one button that leads on; nil where there is none
	Back  *part.Button   // nil where going back is impossible
	Links []*part.Button // quiet ways out
	// Deliberate says that Enter alone does not press Main: it has to be meant.
	Deliberate bool
	Wide       bool           // the body takes the window's whole width and has title and lead in it: the citizen sits a metre away
	Bare       bool           // the body is all that the window shows; it has its own way to Back
	First      fyne.Focusable // gets the keyboard when the screen appears; Enter presses Main even where it is nil
	lead       *part.Text
	// Settle lays the page out anew after the body has changed; the frame sets it.
	Settle func()
	words  *wording.Words
	ids    map[string]fyne.CanvasObject
	order  []string
	tied   map[string]bool // follow the window's language, so that a change of it must not restore them
}

// Base implements Screen.
func (v *View) Base() *View { return v }

func newView(w *wording.Words, name string, stage Stage) *View {
	v := newUntitled(w, name, stage)
	v.Title, v.Lead = w.T(name+".title"), w.T(name+".lead")
	return v
}

// newUntitled is for screens whose title depends on the model.
func newUntitled(w *wording.Words, name string, stage Stage) *View {
	v := &View{Name: name, Stage: stage, words: w, ids: map[string]fyne.CanvasObject{}}
	v.Help = w.T(name + ".help")
	if stage != NoStage {
		v.Step = w.T("step." + name)
	}
	return v
}

// Find returns the object with the id, or nil.
func (v *View) Find(id string) fyne.CanvasObject { return v.ids[id] }

// IDs lists the ids in the order in which the objects stand.
func (v *View) IDs() []string { return v.order }

// Values returns what has been entered, by id.
func (v *View) Values() map[string]string {
	out := map[string]string{}
	for id, o := range v.ids {
		if in, ok := o.(part.Valued); ok && !v.tied[id] {
			out[id] = in.Value()
		}
	}
	return out
}

// Restore enters values again, after the screen was built anew.
func (v *View) Restore(values map[string]string) {
	for _, id := range v.order {
		in, ok := v.ids[id].(part.Valued)
		if !ok {
			continue
		}
		if value, kept := values[id]; kept && value != in.Value() {
			in.SetValue(value)
		}
	}
}

// register gives o its id and returns it.
func register[T fyne.CanvasObject](v *View, id string, o T) T {
	v.ids[id] = o
	v.order = append(v.order, id)
	return o
}

func (v *View) text(key string, pairs ...any) string { return v.words.T(key, pairs...) }

// setMain makes the button that leads on, named by key.
func (v *View) setMain(key string, do func()) *part.Button {
	v.Main = register(v, v.Name+".main", part.NewButton(part.Main, v.text(key), "", do))
	return v.Main
}

func (v *View) setBack(do func()) {
	if do != nil {
		v.Back = register(v, "back", part.NewButton(part.Quiet, v.text("frame.back"), "back", do))
	}
}

func (v *View) addLink(id, key, icon string, do func()) *part.Button {
	b := register(v, id, part.NewButton(part.Quiet, v.text(key), icon, do))
	v.Links = append(v.Links, b)
	return b
}

func (v *View) button(rank part.Rank, id, key, icon string, do func()) *part.Button {
	return register(v, id, part.NewButton(rank, v.text(key), icon, do))
}

// LeadText is the sentence as it stands on the page.
func (v *View) LeadText() *part.Text {
	if v.lead == nil {
		v.lead = part.Lead(v.Lead)
		v.lead.Hidden = v.Lead == ""
	}
	return v.lead
}

// setLead changes the sentence below the title.
func (v *View) setLead(s string) {
	v.Lead = s
	t := v.LeadText()
	t.Hidden = s == ""
	t.SetText(s)
}

// settle is called by whatever changes the height of the body.
func (v *View) settle() {
	if v.Settle != nil {
		v.Settle()
	}
}

func enable(b *part.Button, on bool) {
	if on {
		b.Enable()
		return
	}
	b.Disable()
}
