package screen

import (
	"slices"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// PasswordRule is a rule for the password of the key files, as the certification authority states them; printable ASCII only, because
// Java programs refuse a key file with any other password.
type PasswordRule string

// The rules.
const (
	RuleLength PasswordRule = "length" // 6 to 32 characters
	RuleUpper  PasswordRule = "upper"
	RuleLower  PasswordRule = "lower"
	RuleDigit  PasswordRule = "digit"
	RuleLatin  PasswordRule = "latin"
	RuleSame   PasswordRule = "same"
)

// PasswordRules lists the rules in the order in which they are shown.
func PasswordRules() []PasswordRule {
	return []PasswordRule{RuleLength, RuleUpper, RuleLower, RuleDigit, RuleLatin, RuleSame}
}

// Kept tells whether password, entered again as repeat, keeps rule r.
func (r PasswordRule) Kept(password, repeat string) bool {
	between := func(low, high rune) bool {
		return strings.ContainsFunc(password, func(c rune) bool { return c >= low && c <= high })
	}
	switch r {
	case RuleLength:
		return len(password) >= 6 && len(password) <= 32
	case RuleUpper:
		return between('A', 'Z')
	case RuleLower:
		return between('a', 'z')
	case RuleDigit:
		return between('0', '9')
	case RuleLatin:
		return password != "" && !strings.ContainsFunc(password, func(c rune) bool { return c < ' ' || c > '~' })
	default:
		return password != "" && password == repeat
	}
}

// PasswordActions are what can be done there.
type PasswordActions struct {
	Download func(password string)
	Folder   func() // chooses another folder; nil hides it
	Back     func()
}

// Password asks for a new password for the key files.
type Password struct {
	*View
	former        *part.Entry // nil where there is none
	first, second *part.Entry
	ticks         map[PasswordRule]*part.Picture
	caution       *fyne.Container
}

// NewPassword builds the screen: two entries, the rules ticked while typing, warnings about CapsLock and the keyboard's layout.
func NewPassword(w *wording.Words, on PasswordActions) *Password {
	p := newPassword(w, "password", KeysStage)
	p.setMain("password.download", func() { on.Download(p.first.Text) })
	p.build(nil, "password.first", part.Notice(part.Warn, w.T("password.keep"), w.T("password.keep.text")))
	p.First = p.first
	if on.Folder != nil {
		p.addLink("password.folder", "password.folder", "folder", on.Folder)
	}
	p.setBack(on.Back)
	p.check()
	return p
}

func newPassword(w *wording.Words, name string, stage Stage) *Password {
	return &Password{View: newView(w, name, stage), ticks: map[PasswordRule]*part.Picture{}, caution: part.Column(0)}
}

// build fills the page: what stands above the new password, the two entries beside the rules, and what stands below. Label is that of the
// first entry.
func (p *Password) build(above fyne.CanvasObject, label string, below fyne.CanvasObject) {
	p.first = register(p.View, p.Name+".first", part.NewSecret(func(string) { p.check() }))
	p.second = register(p.View, p.Name+".second", part.NewSecret(func(string) { p.check() }))
	rules := make([]fyne.CanvasObject, 0, 6)
	for _, r := range PasswordRules() {
		p.ticks[r] = part.Icon("ring", 22, look.ColorMuted)
		rules = append(rules, part.Row(10, p.ticks[r], part.Grow(part.Body(p.text("password.rule."+string(r))))))
	}
	show := p.reveal(p.Name+".show", func(shown bool) { p.first.Reveal(shown); p.second.Reveal(shown) })
	left := part.Column(12, part.NewField(p.text(label), "", p.first).Container,
		part.NewField(p.text("password.second"), "", p.second).Container, part.Row(0, show))
	right := part.Card(part.Column(look.SpaceS, append([]fyne.CanvasObject{part.Strong(p.text("password.rules"))}, rules...)...))
	page := part.Column(look.SpaceM)
	if above != nil {
		page.Add(above)
	}
	page.Add(part.TopRow(look.SpaceL, part.Grow(left), part.Grow(right)))
	page.Add(p.caution)
	page.Add(below)
	p.Body = page
}

func (p *Password) check() {
	if p.second == nil {
		return
	}
	all := true
	for rule, tick := range p.ticks {
		kept := rule.Kept(p.first.Text, p.second.Text)
		all = all && kept
		if kept {
			tick.Set("check", colorGood)
		} else {
			tick.Set("ring", look.ColorMuted)
		}
	}
	enable(p.Main, all && (p.former == nil || p.former.Text != ""))
	p.warnOfKeyboard(p.caution, p.first, p.second)
}

// warnOfKeyboard fills caution with what stands in the way of typing a password into entries: a keyboard that is not Latin, or CapsLock.
func (v *View) warnOfKeyboard(caution *fyne.Container, entries ...*part.Entry) {
	caution.RemoveAll()
	foreign := func(e *part.Entry) bool {
		return strings.ContainsFunc(e.Text, func(c rune) bool { return c > unicode.MaxASCII })
	}
	switch {
	case slices.ContainsFunc(entries, foreign):
		caution.Add(part.Notice(part.Warn, v.text("password.layout"), v.text("password.layout.remedy")))
	case slices.ContainsFunc(entries, (*part.Entry).CapsLock):
		caution.Add(part.Notice(part.Warn, v.text("password.caps"), v.text("password.caps.remedy")))
	}
	caution.Hidden = len(caution.Objects) == 0
	v.settle()
}
