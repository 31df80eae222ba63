package screen

import (
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// TrialModel is what the trial of a signature knows: the text that will be signed, and the password that did not open the key file, if one
// was given.
type TrialModel struct{ Text, Refused string }

// TrialActions are what can be done there.
type TrialActions struct {
	Sign func(password string)
	Back func()
}

// Trial lets the citizen sign a sample text.
type Trial struct {
	*View
	entry   *part.Entry
	note    *part.Text
	caution *fyne.Container
	refused string
}

// NewTrial builds the screen: the text, and the password of the key file.
func NewTrial(w *wording.Words, m TrialModel, on TrialActions) *Trial {
	t := &Trial{View: newView(w, "trial", DoneStage), note: part.Caption(""), caution: part.Column(0)}
	t.setMain("trial.sign", func() { on.Sign(t.entry.Text) })
	t.entry = register(t.View, "trial.password", part.NewSecret(func(string) { t.tell() }))
	t.First = t.entry
	show := t.reveal("trial.show", t.entry.Reveal)
	t.Body = part.Column(look.SpaceM,
		part.Card(part.Column(look.SpaceXS, part.Caption(w.T("trial.text")), part.Body(m.Text))),
		part.Limit(620, part.Column(look.SpaceS, part.NewField(w.T("trial.password"), "", t.entry).Container,
			part.Row(look.SpaceM, show, part.Grow(t.note)))),
		t.caution,
		part.Notice(part.Tell, w.T("trial.only"), w.T("trial.only.text")))
	t.setBack(on.Back)
	t.refused = m.Refused
	t.tell()
	return t
}

// Update says which password was refused. It stays there to be corrected, and is called wrong as long as it is the same.
func (t *Trial) Update(m TrialModel) {
	if m.Refused != t.refused {
		t.refused = m.Refused
		t.tell()
	}
}

func (t *Trial) tell() {
	enable(t.Main, t.entry.Text != "")
	t.note.Colored(look.ColorMuted).SetText(t.text("trial.hint"))
	if t.refused != "" && t.entry.Text == t.refused {
		t.note.Colored(colorBad).SetText(t.text("trial.wrong"))
	}
	t.note.Refresh()
	t.warnOfKeyboard(t.caution, t.entry)
}

// TrialVerdict is what verifying the trial signature came to.
type TrialVerdict string

// The verdicts. Unchecked is good as far as can be said without knowing who issued the certificate.
const (
	TrialGood      TrialVerdict = "good"
	TrialUnchecked TrialVerdict = "unchecked"
	TrialExpired   TrialVerdict = "expired"
	TrialUntrusted TrialVerdict = "untrusted"
	TrialBroken    TrialVerdict = "broken"
)

// TrialResultModel is a signature that was made: by whom, as the certificate has it, and what was found. IIN is masked. Saved is where it was
// written, "" before.
type TrialResultModel struct {
	Verdict   TrialVerdict
	Text      string
	Name, IIN string
	At        time.Time
	Issuer    string
	Until     time.Time
	Saved     string
}

// TrialResultActions are what can be done there. Return goes back to the last screen.
type TrialResultActions struct {
	Save   func()
	Return func()
}

// NewTrialResult builds the screen that tells what came of the trial, and lets the citizen keep it unless it is broken.
func NewTrialResult(w *wording.Words, m TrialResultModel, on TrialResultActions) *View {
	v := newUntitled(w, "trialresult", DoneStage)
	v.Title = w.T("trial.verdict." + string(m.Verdict))
	facts := part.Card(part.Column(look.SpaceS,
		part.Column(0, part.Caption(w.T("trial.signed")), part.Body(m.Text)),
		part.Fact(w.T("trial.who"), m.Name),
		part.Grid(3, look.SpaceM, part.Fact(w.T("trial.iin"), m.IIN), part.Fact(w.T("trial.when"), w.Moment(m.At)),
			part.Fact(w.T("trial.until"), w.Date(m.Until))),
		part.Fact(w.T("trial.issuer"), m.Issuer)))
	mood := trialMoods[m.Verdict]
	page := part.Column(look.SpaceM)
	if m.Saved != "" {
		page.Add(part.Notice(part.Good, w.T("trial.saved"), w.T("trial.saved.text", "File", filepath.Base(m.Saved), "Folder", filepath.Dir(m.Saved))))
	}
	if m.Saved == "" || mood != part.Good { // what is good is said by the title
		page.Add(part.Notice(mood, "", w.T("trial.remark."+string(m.Verdict))))
	}
	page.Add(facts)
	v.Body = page
	if m.Saved != "" || m.Verdict == TrialBroken {
		v.setMain("trial.return", on.Return)
		return v
	}
	page.Add(part.Muted(w.T("trial.save.text")))
	v.setMain("trial.save", on.Save)
	v.setBack(on.Return)
	return v
}

var trialMoods = map[TrialVerdict]part.Mood{
	TrialGood: part.Good, TrialUnchecked: part.Good, TrialExpired: part.Warn, TrialUntrusted: part.Warn, TrialBroken: part.Bad,
}
