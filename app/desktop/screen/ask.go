package screen

import (
	"image"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// Asker is who asks for a signature. Exactly one of Site and Program is set, or neither where the system does not tell who it is.
type Asker struct {
	Site    string // origin of a page
	Program string // path of a program's file
	Claims  string // the site a program says it is, "" for none
	// Insecure says that the page came over a line that others may have changed.
	Insecure bool
}

// who is the card that names the asker, on every page alike.
func (v *View) who(a Asker) fyne.CanvasObject {
	name, icon, kind := a.Site, "globe", "ask.site"
	switch {
	case a.Program != "":
		name, icon, kind = a.Program, "warning", "ask.program"
	case a.Site == "":
		name, icon, kind = v.text("ask.nobody"), "warning", "ask.program"
	}
	words := part.Column(0, part.Caption(v.text(kind)), part.Strong(broken(name)))
	if a.Claims != "" {
		words.Add(part.Muted(v.text("ask.claims", "Site", broken(a.Claims))))
	}
	if a.Insecure {
		words.Add(part.Body(v.text("ask.insecure")).Colored(colorWarn))
	}
	return part.Card(part.Row(look.SpaceM, part.Badge(icon, 44), part.Grow(words)))
}

// broken lets a long path or address wrap.
func broken(name string) string {
	out, run := []rune{}, 0
	for _, r := range name {
		if run++; r == ' ' || r == '\n' {
			run = 0
		} else if run > 56 {
			out, run = append(out, '\n'), 1
		}
		out = append(out, r)
	}
	return string(out)
}

// setRefuse makes the way out that Escape takes: a no.
func (v *View) setRefuse(key string, do func()) *part.Button {
	v.Back = register(v, "back", part.NewButton(part.Plain, v.text(key), "cross", do))
	return v.Back
}

// AskAllowActions are what can be answered to who asks for the first time.
type AskAllowActions struct {
	Allow, Once, Refuse, Block func()
}

// NewAskAllow asks whether somebody may ask for signatures at all. The keyboard stands on the no, and Enter alone gives no yes: who was
// typing on when the window came up has decided nothing.
func NewAskAllow(w *wording.Words, a Asker, on AskAllowActions) *View {
	v := newView(w, "askallow", NoStage)
	v.Deliberate = true
	v.Body = part.Column(look.SpaceM, v.who(a),
		part.Item("document", w.T("askallow.each"), w.T("askallow.each.text")),
		part.Item("lock", w.T("askallow.keys"), w.T("askallow.keys.text")),
		part.Item("people", w.T("askallow.later"), w.T("askallow.later.text")))
	v.First = v.setRefuse("ask.refuse", on.Refuse)
	if a.Site != "" || a.Program != "" {
		v.addLink("askallow.block", "askallow.block", "", on.Block)
		v.addLink("askallow.once", "askallow.once", "clock", on.Once)
		v.setMain("askallow.allow", on.Allow)
		return v
	}
	v.setMain("askallow.once", on.Once)
	return v
}

// AskDocument is a document that is to be signed, as it is shown.
type AskDocument struct {
	Name    string // what it is called, in the language of the window
	Kind    string // what it is
	Text    string
	Cut     bool
	Picture image.Image // nil where there is none
	Size    string
	SHA256  string
	Signed  int  // have signed it already
	Unseen  bool // nobody here can tell what it says
}

// AskLookModel is what is to be signed. Documents are walked one at a time.
type AskLookModel struct {
	Asker     Asker
	Documents []AskDocument
	At        int  // the document that is shown
	Seen      int  // how many were shown to their end
	Attached  bool // the documents travel in the signatures
	Stamped   bool
}

// AskLookActions are what can be done while the documents are looked at.
type AskLookActions struct {
	Turn   func(at int) // shows another document
	Looked func()       // the document that is shown was seen to its end
	Next   func()
	Open   func() // shows the document in the program that the system has for it; nil hides it
	Refuse func()
}

// AskLook shows what is to be signed.
type AskLook struct {
	*View
	model AskLookModel
	note  *part.Text
}

// NewAskLook builds the page that shows what is to be signed, before any key is spoken of. It leads on once the document was seen to its end;
// of several, once each was shown. The keyboard stands in the document, so that arrows and the space bar read on.
func NewAskLook(w *wording.Words, m AskLookModel, on AskLookActions) *AskLook {
	v := &AskLook{View: newView(w, "asklook", NoStage), model: m}
	d := m.Documents[m.At]
	if len(m.Documents) > 1 {
		v.Title = w.N("asklook.many", len(m.Documents))
	}
	v.note = part.Muted("")
	page := part.Column(12, v.who(m.Asker))
	if len(m.Documents) > 1 {
		page.Add(v.walk(on))
	}
	page.Add(part.TopRow(look.SpaceM, part.Grow(part.Column(0, part.Strong(d.Name), part.Muted(d.Kind+", "+d.Size))), part.Grow(v.note)))
	page.Add(part.Grow(v.sheet(d, on)))
	for _, n := range v.notices(d) {
		page.Add(n)
	}
	v.Body = page
	v.setRefuse("ask.refuse", on.Refuse)
	if on.Open != nil {
		v.addLink("asklook.open", "asklook.open", "document", on.Open)
	}
	v.setMain("asklook.next", on.Next)
	v.Update(m)
	return v
}

// Update brings the page to how much was seen.
func (v *AskLook) Update(m AskLookModel) {
	v.model = m
	ready := m.Seen >= len(m.Documents)
	enable(v.Main, ready)
	text := ""
	switch {
	case ready:
	case len(m.Documents) == 1:
		text = v.text("asklook.scroll")
	default:
		text = v.text("asklook.left", "Seen", strconv.Itoa(m.Seen), "All", strconv.Itoa(len(m.Documents)))
	}
	v.note.SetText(text)
	v.settle()
}

// walk leads from one document to the next.
func (v *AskLook) walk(on AskLookActions) fyne.CanvasObject {
	at, all := v.model.At, len(v.model.Documents)
	former := v.button(part.Plain, "asklook.former", "asklook.former", "back", func() { on.Turn(at - 1) })
	further := v.button(part.Plain, "asklook.further", "asklook.further", "", func() { on.Turn(at + 1) })
	enable(former, at > 0)
	enable(further, at+1 < all)
	return part.Row(look.SpaceM, former, part.Grow(part.Strong(v.text("asklook.at", "At", strconv.Itoa(at+1), "All", strconv.Itoa(all))).Centered()), further)
}

// sheet is the document itself.
func (v *AskLook) sheet(d AskDocument, on AskLookActions) fyne.CanvasObject {
	var content fyne.CanvasObject
	switch {
	case d.Picture != nil:
		img := canvas.NewImageFromImage(d.Picture)
		img.FillMode = canvas.ImageFillContain
		size := d.Picture.Bounds().Size()
		content = part.Inset(look.SpaceS, look.SpaceS, atLeast(min(900, 700*float32(size.Y)/float32(max(1, size.X))), img))
	case d.Text != "":
		content = part.Inset(look.SpaceM, 12, part.Body(d.Text))
	default:
		content = part.Inset(look.SpaceM, look.SpaceM, part.Muted(v.text("asklook.blind")))
	}
	reader := register(v.View, "asklook.sheet", part.NewReader(content, on.Looked))
	v.First = reader
	return reader
}

// notices say what cannot be seen in the sheet.
func (v *AskLook) notices(d AskDocument) (all []fyne.CanvasObject) {
	if d.Unseen {
		all = append(all, part.Notice(part.Warn, v.text("asklook.unseen"), v.text("asklook.unseen.text")))
	}
	if d.Cut {
		all = append(all, part.Notice(part.Warn, "", v.text("asklook.cut")))
	}
	facts := []fyne.CanvasObject{part.Caption("SHA-256  " + d.SHA256)}
	if d.Signed > 0 {
		facts = append(facts, part.Caption(v.words.N("asklook.signed", d.Signed)))
	}
	if v.model.Stamped {
		facts = append(facts, part.Caption(v.text("asklook.stamped")))
	}
	return append(all, part.Column(0, facts...))
}
