package screen

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// AskKey is a key that may be chosen. Against tells, in the language of the window, why it may not; "" where it may.
type AskKey struct {
	Name     string // owner, or the file where the owner is not known yet
	About    string // kind, or where it lies
	Until    time.Time
	State    KeyState
	Against  string
	Unlocked bool
}

// AskKeyModel is the choice of a key and the password.
type AskKeyModel struct {
	Asker   Asker
	Look    bool // the certificate is wanted, nothing is signed
	Many    int  // documents
	Keys    []AskKey
	Chosen  int    // -1 for none
	Problem string // why the last choice did not serve, "" at first
	Keep    bool   // the choice to leave it unlocked may be made: the asker is known
	Busy    bool   // the key is being opened
}

// AskKeyActions are what can be done there.
type AskKeyActions struct {
	Choose func(at int)
	File   func() // looks for a key file elsewhere; nil hides it
	Sign   func(password string, keep bool)
	Back   func() // to the documents; nil where there are none
	Refuse func()
}

// AskChoice asks for key and password.
type AskChoice struct {
	*View
	model  AskKeyModel
	secret *part.Entry
	keep   *part.Choice
}

// NewAskKey builds the page on which a key is chosen and its password given. Where the key is unlocked there is no password to type, so Enter
// alone signs nothing: the button has to be pressed.
func NewAskKey(w *wording.Words, m AskKeyModel, on AskKeyActions) *AskChoice {
	v := &AskChoice{View: newView(w, "askkey", NoStage), model: m}
	main := "askkey.sign"
	if m.Look {
		v.Title, v.Lead, main = w.T("askkey.show.title"), w.T("askkey.show.lead"), "askkey.show"
	}
	unlocked := m.Chosen >= 0 && m.Keys[m.Chosen].Unlocked
	v.Deliberate = unlocked
	page := part.Column(12, v.who(m.Asker))
	if m.Problem != "" {
		page.Add(part.Notice(part.Bad, m.Problem, ""))
	}
	page.Add(v.list(on))
	v.setRefuse("ask.refuse", on.Refuse)
	v.setMain(main, func() {
		if !m.Busy {
			on.Sign(v.password(), v.keep != nil && v.keep.Chosen())
		}
	})
	if m.Chosen >= 0 {
		page.Add(v.lock(unlocked))
	}
	if on.Back != nil {
		v.addLink("askkey.look", "askkey.look", "document", on.Back)
	}
	if on.File != nil {
		v.addLink("askkey.file", "askkey.file", "folder", on.File)
	}
	v.Body = page
	if v.First == nil {
		v.First = v.Back
	}
	v.check()
	return v
}

func (v *AskChoice) password() string {
	if v.secret == nil {
		return ""
	}
	return v.secret.Text
}

func (v *AskChoice) check() {
	m := v.model
	enable(v.Main, !m.Busy && m.Chosen >= 0 && (m.Keys[m.Chosen].Unlocked || v.password() != ""))
}

// lock asks for the password, or says that none is needed.
func (v *AskChoice) lock(unlocked bool) fyne.CanvasObject {
	if unlocked {
		return part.Notice(part.Tell, v.text("askkey.unlocked"), v.text("askkey.unlocked.text"))
	}
	ask := part.Column(look.SpaceS)
	var entry fyne.CanvasObject
	v.secret, entry = v.askPassword("askkey", "trial.password", func(e *part.Entry) {
		v.secret = e
		v.check()
	})
	ask.Add(entry)
	if v.model.Keep && !v.model.Look {
		v.keep = register(v.View, "askkey.keep", part.NewCheck(v.text("askkey.keep"), false, func(bool) {}))
		ask.Add(v.keep)
	}
	v.First = v.secret
	return ask
}

// list has the keys, those that may serve first.
func (v *AskChoice) list(on AskKeyActions) fyne.CanvasObject {
	list := part.Column(look.SpaceS)
	if len(v.model.Keys) == 0 {
		list.Add(part.Notice(part.Warn, v.text("askkey.none"), v.text("askkey.none.text")))
	}
	for i, k := range v.model.Keys {
		if k.Against != "" {
			list.Add(part.Card(part.Row(look.SpaceM, part.Badge("key", 36),
				part.Grow(part.Column(0, part.Muted(broken(k.Name)), part.Muted(broken(k.About)), part.Body(k.Against).Colored(colorWarn))))))
			continue
		}
		about := broken(k.About)
		if !k.Until.IsZero() {
			about += "\n" + v.text("askkey.until", "Date", v.words.Date(k.Until)) + ". " + v.text("mykeys.state."+string(k.State))
		}
		option := register(v.View, "askkey.key."+strconv.Itoa(i), part.NewOption("key", broken(k.Name), about, i == v.model.Chosen, func() { on.Choose(i) }))
		if v.First == nil {
			v.First = option
		}
		list.Add(option)
	}
	return list
}

// AskFileModel is the asking for a path.
type AskFileModel struct {
	Asker  Asker
	Folder bool
	Path   string // chosen, "" before
}

// AskFileActions are what can be done there.
type AskFileActions struct {
	Choose, Give, Refuse func()
}

// NewAskFile builds the page on which a path is chosen that the asker hears of. The content of the file stays here.
func NewAskFile(w *wording.Words, m AskFileModel, on AskFileActions) *View {
	v := newView(w, "askfile", NoStage)
	name := w.T("askfile.none")
	if m.Path != "" {
		name = broken(m.Path)
	}
	if m.Folder {
		v.Title = w.T("askfile.folder")
	}
	choose := v.button(part.Plain, "askfile.choose", "askfile.choose", "folder", on.Choose)
	v.Body = part.Column(look.SpaceM, v.who(m.Asker), part.Card(part.Row(look.SpaceM, part.Grow(part.Strong(name)), choose)))
	v.First = choose
	v.setRefuse("ask.refuse", on.Refuse)
	enable(v.setMain("askfile.give", on.Give), m.Path != "")
	return v
}
