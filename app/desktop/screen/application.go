package screen

import (
	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// FolderCaution is why a folder is a poor place for keys.
type FolderCaution string

// The cautions.
const (
	FolderFine      FolderCaution = ""
	FolderSynced    FolderCaution = "synced"
	FolderRemovable FolderCaution = "removable"
)

// ApplicationModel is the application form. EmailProblem, FolderProblem and FolderRemedy are in the language of the window; a folder that has
// a problem is refused, one that has a caution is not.
type ApplicationModel struct {
	Name          string
	IIN           string // masked
	Email         string
	EmailProblem  string
	Tokens        []TokenPlace // that may take the keys in place of a folder
	Token         string       // serial number of the one that was chosen; "" for a folder
	Keys          string       // kind of keys in the language of the window, where it is not the usual one; else ""
	Folder        string
	Caution       FolderCaution
	FolderProblem string
	FolderRemedy  string
}

// ApplicationActions are what can be done there.
type ApplicationActions struct {
	Email  func(string)
	Folder func()              // opens the chooser
	Token  func(serial string) // chooses a token, or with "" the folder; the form is built anew
	Look   func()              // looks for tokens again; nil where none could be used
	Submit func()
	More   func() // opens further choices; nil where there are none
	Back   func()
}

// Application is the application form.
type Application struct {
	*View
	email   *part.Field
	folder  *part.Text
	caution *fyne.Container
}

// NewApplication builds the form: e-mail if wished, storage, folder.
func NewApplication(w *wording.Words, m ApplicationModel, on ApplicationActions) *Application {
	a := &Application{View: newView(w, "application", KeysStage), folder: part.Strong(m.Folder), caution: part.Column(0)}
	email := register(a.View, "application.email", part.NewEntry(m.Email, on.Email))
	email.SetPlaceHolder("name@mail.kz")
	a.email = part.NewField(w.T("application.email"), w.T("application.email.hint"), email)
	a.First = email
	storages := a.storages(m, on)
	place := part.Notice(part.Tell, w.T("application.token"), w.T("application.token.text"))
	if m.Token == "" {
		choose := a.button(part.Plain, "application.folder", "application.choose", "folder", on.Folder)
		place = part.Column(6, part.Strong(w.T("application.folder")),
			part.Card(part.Row(look.SpaceM, part.Grow(part.Column(0, a.folder, part.Caption(w.T("application.folder.hint")))), choose)), a.caution)
	} else {
		a.Lead = w.T("application.token.lead")
	}
	a.Body = part.Column(look.SpaceM,
		part.Muted(w.T("application.for", "Name", m.Name, "IIN", m.IIN)),
		part.Grid(2, look.SpaceL, a.email.Container, storages), place)
	if m.Keys != "" {
		body, _ := a.Body.(*fyne.Container)
		body.Add(part.Muted(w.T("application.keys", "Kind", m.Keys)))
	}
	a.setMain("application.submit", on.Submit)
	if on.More != nil {
		a.addLink("application.more", "application.more", "key", on.More)
	}
	a.setBack(on.Back)
	a.Update(m)
	return a
}

// storages are the computer's own and the tokens that are there.
func (a *Application) storages(m ApplicationModel, on ApplicationActions) fyne.CanvasObject {
	places := part.Column(4, part.Strong(a.text("application.storage")))
	add := func(id, title, serial string) {
		var place *part.Choice
		place = register(a.View, id, part.NewOption("", title, "", serial == m.Token, func() {
			place.SetChosen(serial == m.Token)
			if serial != m.Token {
				on.Token(serial)
			}
		}))
		places.Add(place)
	}
	add("application.storage", a.text("application.storage.pc"), "")
	for _, t := range m.Tokens {
		add("application.token."+t.Serial, a.text("application.storage.token", "Label", t.Label), t.Serial)
	}
	if on.Look != nil {
		places.Add(part.Row(0, a.button(part.Quiet, "application.look", "application.look", "refresh", on.Look)))
	}
	if m.Token == "" {
		places.Add(part.Caption(a.text("application.storage.pc.text")))
	}
	return places
}

// Update shows another folder, its caution, and what is wrong with the e-mail address.
func (a *Application) Update(m ApplicationModel) {
	a.email.SetProblem(m.EmailProblem)
	a.folder.SetText(m.Folder)
	a.caution.RemoveAll()
	switch key := "folder." + string(m.Caution); {
	case m.FolderProblem != "":
		a.caution.Add(part.Notice(part.Bad, m.FolderProblem, m.FolderRemedy))
	case m.Caution != FolderFine:
		a.caution.Add(part.Notice(part.Warn, a.text(key), a.text(key+".remedy")))
	}
	a.caution.Hidden = len(a.caution.Objects) == 0
	enable(a.Main, m.EmailProblem == "" && (m.Token != "" || m.Folder != "" && m.FolderProblem == ""))
	a.settle()
}
