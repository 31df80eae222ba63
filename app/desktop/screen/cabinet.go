package screen

import (
	"image"
	"time"

	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// Certificate is a line of the cabinet.
type Certificate struct {
	Purpose string // in the language of the window
	Serial  string
	Until   time.Time
}

// CabinetModel is the cabinet of Digital ID.
type CabinetModel struct {
	Name         string
	Confirmed    bool
	Documents    int
	Certificates []Certificate
	KeysAllowed  bool // keys can be asked for now
}

// CabinetActions are what can be done there.
type CabinetActions struct {
	Documents func()
	Keys      func()
}

// NewCabinet builds the cabinet: the state of Digital ID, documents, certificates.
func NewCabinet(w *wording.Words, m CabinetModel, on CabinetActions) *View {
	v := newView(w, "cabinet", CheckStage)
	state, mood := "cabinet.pending", part.Tell
	if m.Confirmed {
		state, mood = "cabinet.confirmed", part.Good
	}
	documents := v.button(part.Plain, "cabinet.documents", "cabinet.open", "", on.Documents)
	certificates := part.Column(10, part.Heading(w.T("cabinet.certificates")))
	if len(m.Certificates) == 0 {
		certificates.Add(part.Muted(w.T("cabinet.certificates.none")))
	}
	for _, c := range m.Certificates {
		certificates.Add(part.Item("key", c.Purpose, w.T("cabinet.until", "Date", w.Date(c.Until), "Serial", c.Serial)))
	}
	v.Body = part.Column(look.SpaceM,
		part.Notice(mood, m.Name, w.T(state)),
		part.Card(part.Row(look.SpaceM, part.Badge("document", 44),
			part.Grow(part.Column(0, part.Strong(w.T("cabinet.documents")), part.Muted(w.N("cabinet.documents.count", m.Documents)))), documents)),
		part.Card(certificates))
	if m.KeysAllowed {
		v.setMain("cabinet.keys", on.Keys)
	}
	return v
}

// Document is a line of Documents.
type Document struct {
	ID     string
	Kind   string // in the language of the window
	Number string // masked
	At     time.Time
	State  DocumentState
	Note   string // the operator's words, if any
}

// DocumentState is how the check of a document stands.
type DocumentState string

// The states.
const (
	DocumentChecking  DocumentState = "checking"
	DocumentConfirmed DocumentState = "confirmed"
	DocumentRejected  DocumentState = "rejected"
)

// DocumentsActions are what can be done with the list.
type DocumentsActions struct {
	View func(id string)
	Back func()
}

// NewDocuments builds the list of documents.
func NewDocuments(w *wording.Words, documents []Document, on DocumentsActions) *View {
	v := newView(w, "documents", CheckStage)
	list := part.Column(12)
	for _, d := range documents {
		view := v.button(part.Plain, "documents.view."+d.ID, "documents.view", "eye", func() { on.View(d.ID) })
		list.Add(part.Card(part.Row(look.SpaceM, part.Badge("card", 44),
			part.Grow(part.Column(0, part.Strong(d.Kind), part.Muted(w.T("documents.line", "Number", d.Number, "Date", w.Date(d.At))), v.state(d.State))),
			view)))
	}
	if len(documents) == 0 {
		list.Add(part.Muted(w.T("documents.none")))
	}
	v.Body = list
	v.setBack(on.Back)
	return v
}

func (v *View) state(s DocumentState) fyne.CanvasObject {
	icon, colour := "clock", look.ColorInk
	switch s {
	case DocumentConfirmed:
		icon, colour = "check", colorGood
	case DocumentRejected:
		icon, colour = "warning", colorBad
	case DocumentChecking:
	}
	return part.Row(6, part.Icon(icon, 20, colour), part.Strong(v.text("documents."+string(s))).Colored(colour))
}

// DocumentModel is one document opened. Fields are names and values in the language of the window.
type DocumentModel struct {
	Document Document
	Fields   [][2]string
	Pictures []image.Image // nil where a picture is not at hand
}

// DocumentActions are what can be done with one document. Redo is nil unless it has to be given again.
type DocumentActions struct {
	Keys func() // nil while keys cannot be asked for
	Redo func()
	Back func()
}

// NewDocument builds the view of one document.
func NewDocument(w *wording.Words, m DocumentModel, on DocumentActions) *View {
	v := newUntitled(w, "document", CheckStage)
	v.Title = m.Document.Kind
	facts := make([]fyne.CanvasObject, 0, len(m.Fields))
	for _, f := range m.Fields {
		facts = append(facts, part.Fact(f[0], f[1]))
	}
	head := part.Column(look.SpaceS, v.state(m.Document.State))
	if m.Document.Note != "" {
		head.Add(part.Body(m.Document.Note))
	}
	pictures := part.Grid(2, look.SpaceM)
	for _, img := range m.Pictures {
		p := part.NewPreview(part.NoGuide, false).Low(170)
		if img != nil {
			p.Still(img)
		}
		pictures.Add(p)
	}
	v.Body = part.Column(look.SpaceM, head, pictures, part.Card(part.Grid(2, look.SpaceM, facts...)))
	switch {
	case on.Redo != nil:
		v.setMain("rejected.redo", on.Redo)
	case on.Keys != nil:
		v.setMain("cabinet.keys", on.Keys)
	}
	v.setBack(on.Back)
	return v
}
