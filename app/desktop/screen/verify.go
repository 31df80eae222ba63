package screen

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// CheckAnswer is what is known of a question about a signature.
type CheckAnswer string

// The answers. What is not known never looks good.
const (
	CheckYes     CheckAnswer = "yes"
	CheckNo      CheckAnswer = "no"
	CheckUnknown CheckAnswer = "unknown"
)

// CheckVerdict sums a signature up.
type CheckVerdict string

// The verdicts.
const (
	CheckSound    CheckVerdict = "sound"
	CheckOpen     CheckVerdict = "open"
	CheckBroken   CheckVerdict = "broken"
	CheckDoubtful CheckVerdict = "doubtful"
)

// CheckedCert is a certificate as it is explained.
type CheckedCert struct {
	Owner, Company string // Company is "" for a person
	Issuer         string
	From, Until    time.Time
	Valid, Trusted CheckAnswer
	Standing       CheckAnswer // yes: not revoked; no: revoked or suspended
	RevokedAt      time.Time   // zero where it was not
}

// CheckedSigner is one signature as it is explained. Cert is nil where the signer cannot be told.
type CheckedSigner struct {
	Verdict     CheckVerdict
	Cert        *CheckedCert
	Whole, Good CheckAnswer
	Claims      time.Time // when the signer says to have signed; zero where nothing is said
	Proven      time.Time // by a trusted time stamp; zero where there is none
}

// VerifyModel is a file and what was found in it. File is "" before one was chosen.
type VerifyModel struct {
	File     string
	Kind     string // signature, xml, timestamp, certificate, keyfile, plain; "" before
	Signers  []CheckedSigner
	Certs    []CheckedCert
	Missing  bool // the signed file is wanted, which lies elsewhere
	Password bool // the password of a key file would tell more
	Wrong    bool // the password does not open it
	Asked    bool // the authority was asked whether certificates were revoked
	CanAsk   bool
	Problem  string
}

// VerifyActions are what can be done there.
type VerifyActions struct {
	Choose  func() // another file
	Content func() // the file that was signed
	Open    func(password string)
	Ask     func() // asks the authority
	Back    func()
}

// NewVerify explains a file that has to do with signatures: who, when, whether it is whole, trusted, revoked.
func NewVerify(w *wording.Words, m VerifyModel, on VerifyActions) *View {
	v := newView(w, "verify", NoStage)
	choose := v.button(part.Plain, "verify.choose", "verify.choose", "folder", on.Choose)
	v.First = choose
	page := part.Column(look.SpaceM)
	v.Body = page
	v.setBack(on.Back)
	if m.File == "" {
		page.Add(part.Card(part.Column(look.SpaceM, part.Item("upload", w.T("verify.drop"), w.T("verify.drop.text")), part.Row(0, choose))))
		page.Add(part.Notice(part.Tell, "", w.T("verify.private")))
		return v
	}
	page.Add(part.Card(part.Row(look.SpaceM, part.Badge("document", 44),
		part.Grow(part.Column(0, part.Strong(broken(m.File)), part.Muted(w.T("verify.kind."+m.Kind)))), choose)))
	if m.Problem != "" {
		page.Add(part.Notice(part.Bad, m.Problem, ""))
	}
	if m.Missing {
		give := v.button(part.Plain, "verify.content", "verify.content", "folder", on.Content)
		page.Add(part.Notice(part.Warn, w.T("verify.missing"), w.T("verify.missing.text"), part.Row(0, give)))
	}
	if m.Password {
		page.Add(v.openKeyFile(m, on))
	}
	for i, s := range m.Signers {
		page.Add(v.signer(i, len(m.Signers), s))
	}
	for _, c := range m.Certs {
		page.Add(part.Card(part.Column(look.SpaceS, v.certificate(c)...)))
	}
	if m.Kind == "plain" {
		page.Add(part.Notice(part.Warn, w.T("verify.plain"), w.T("verify.plain.text")))
	}
	if m.CanAsk && !m.Asked {
		v.setMain("verify.ask", on.Ask)
	}
	return v
}

func (v *View) openKeyFile(m VerifyModel, on VerifyActions) fyne.CanvasObject {
	open := v.button(part.Plain, "verify.open", "verify.open", "lock", nil)
	entry, ask := v.askPassword("verify", "trial.password", func(e *part.Entry) { enable(open, e.Text != "") })
	open.OnTapped(func() { on.Open(entry.Text) })
	column := part.Column(look.SpaceS, part.Body(v.text("verify.closed")), ask, part.Row(0, open))
	if m.Wrong {
		column.Add(part.Notice(part.Bad, v.text("askkey.problem.password"), ""))
	}
	return part.Card(column)
}

var verdictMoods = map[CheckVerdict]part.Mood{CheckSound: part.Good, CheckOpen: part.Warn, CheckBroken: part.Bad, CheckDoubtful: part.Bad}

// signer is a verdict in a sentence, then who and when, then each question.
func (v *View) signer(at, all int, s CheckedSigner) fyne.CanvasObject {
	key := "verify.verdict." + string(s.Verdict)
	column := part.Column(look.SpaceS)
	if all > 1 {
		column.Add(part.Heading(v.text("verify.signer", "At", strconv.Itoa(at+1), "All", strconv.Itoa(all))))
	}
	column.Add(part.Notice(verdictMoods[s.Verdict], v.text(key), v.text(key+".text")))
	if s.Cert == nil {
		column.Add(part.Fact(v.text("verify.who"), v.text("verify.who.unknown")))
	} else {
		column.Add(v.person(*s.Cert))
	}
	column.Add(part.Fact(v.text("verify.when"), v.when(s)))
	column.Add(v.question("whole", s.Whole))
	column.Add(v.question("good", s.Good))
	if s.Cert != nil {
		for _, q := range v.certificate(*s.Cert)[1:] {
			column.Add(q)
		}
	}
	return part.Card(column)
}

func (v *View) when(s CheckedSigner) string {
	switch {
	case !s.Proven.IsZero():
		return v.text("verify.when.proven", "Moment", v.words.Moment(s.Proven))
	case !s.Claims.IsZero():
		return v.text("verify.when.claimed", "Moment", v.words.Moment(s.Claims))
	}
	return v.text("verify.when.unknown")
}

func (v *View) person(c CheckedCert) fyne.CanvasObject {
	name := c.Owner
	if c.Company != "" {
		name += "\n" + c.Company
	}
	return part.Fact(v.text("verify.who"), broken(name))
}

// certificate is whose it is and what is known of it.
func (v *View) certificate(c CheckedCert) []fyne.CanvasObject {
	standing := v.question("standing", c.Standing)
	if !c.RevokedAt.IsZero() {
		standing = v.fact(CheckNo, v.text("verify.standing.since", "Date", v.words.Date(c.RevokedAt)))
	}
	return []fyne.CanvasObject{
		v.person(c), part.Fact(v.text("verify.issuer"), broken(c.Issuer)),
		v.fact(c.Valid, v.text("verify.valid."+string(c.Valid), "From", v.words.Date(c.From), "Until", v.words.Date(c.Until))),
		v.question("trusted", c.Trusted), standing,
	}
}

func (v *View) question(name string, a CheckAnswer) fyne.CanvasObject {
	return v.fact(a, v.text("verify."+name+"."+string(a)))
}

// fact is an answer by sign and word, never by colour alone.
func (v *View) fact(a CheckAnswer, text string) fyne.CanvasObject {
	icon, colour := "help", look.ColorMuted
	switch a {
	case CheckYes:
		icon, colour = "check", colorGood
	case CheckNo:
		icon, colour = "cross", colorBad
	case CheckUnknown:
	}
	return part.Row(10, part.Icon(icon, 22, colour), part.Grow(part.Body(text)))
}
