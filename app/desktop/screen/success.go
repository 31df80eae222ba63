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
	Folder string
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
	open := v.button(part.Plain, "success.open", "success.open", "folder", on.Open)
	printing := v.button(part.Plain, "success.print", "success.print", "print", on.Print)
	files := part.Column(10, part.Fact(w.T("success.folder"), m.Folder))
	for _, f := range m.Files {
		files.Add(part.Row(12, part.Icon("key", 24, look.ColorInk), part.Grow(part.Column(0, part.Strong(f.Purpose), part.Caption(f.Name)))))
	}
	files.Add(part.Row(12, open, printing))
	files.Add(part.Row(0, v.button(part.Plain, "success.try", "success.try", "check", on.Try)))
	v.Body = part.Column(look.SpaceM,
		part.Notice(part.Good, w.T("success.ready"), w.T("success.until", "Date", w.Date(m.Until))),
		part.Card(files),
		part.Card(part.Column(look.SpaceM, part.Heading(w.T("success.next")),
			part.Item("phone", w.T("success.mobile"), w.T("success.mobile.text")),
			part.Item("globe", w.T("success.portal"), w.T("success.portal.text")),
			part.Item("lock", w.T("success.copy"), w.T("success.copy.text")))))
	v.setMain("success.finish", on.Finish)
	if on.Keys != nil {
		v.addLink("success.keys", "success.keys", "key", on.Keys)
	}
	return v
}
