package screen

import (
	"time"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// KeyFile is a key file that was written. Purpose is in the language of the window.
type KeyFile struct {
	Name    string
	Purpose string
}

// SuccessModel is what was obtained.
type SuccessModel struct {
	Folder string // "" where the keys are in a token
	Token  string // label of that; "" otherwise
	Files  []KeyFile
	Until  time.Time
}

// SuccessActions are what can be done at the end.
type SuccessActions struct {
	Open   func()
	Print  func()
	Try    func()
	Keys   func() // shows all keys of the citizen
	Finish func()
}

// NewSuccess builds the last screen: where the files are, until when they hold, and what to do with them.
func NewSuccess(w *wording.Words, m SuccessModel, on SuccessActions) *View {
	v := newView(w, "success", DoneStage)
	files := part.Column(10)
	if m.Token != "" {
		files.Add(part.Fact(w.T("token.label"), m.Token))
	} else {
		files.Add(part.Fact(w.T("success.folder"), m.Folder))
	}
	open := v.button(part.Plain, "success.open", "success.open", "folder", on.Open)
	printing := v.button(part.Plain, "success.print", "success.print", "print", on.Print)
	for _, f := range m.Files {
		files.Add(part.Row(12, part.Icon("key", 24, look.ColorInk), part.Grow(part.Column(0, part.Strong(f.Purpose), part.Caption(f.Name)))))
	}
	if m.Token == "" {
		files.Add(part.Row(12, open, printing))
		files.Add(part.Row(0, v.button(part.Plain, "success.try", "success.try", "check", on.Try)))
	}
	next := part.Column(look.SpaceM, part.Heading(w.T("success.next")),
		part.Item("phone", w.T("success.mobile"), w.T("success.mobile.text")),
		part.Item("globe", w.T("success.portal"), w.T("success.portal.text")))
	if m.Token == "" {
		next.Add(part.Item("lock", w.T("success.copy"), w.T("success.copy.text")))
	}
	v.Body = part.Column(look.SpaceM,
		part.Notice(part.Good, w.T("success.ready"), w.T("success.until", "Date", w.Date(m.Until))),
		part.Card(files),
		part.Card(next))
	v.setMain("success.finish", on.Finish)
	if on.Keys != nil {
		v.addLink("success.keys", "success.keys", "key", on.Keys)
	}
	return v
}
