package screen_test

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
)

func words(t *testing.T) *wording.Words {
	t.Helper()
	test.NewTempApp(t)
	test.ApplyTheme(t, look.New(look.Light))
	return wording.New(wording.Kazakh)
}

func find[T any](t *testing.T, v *screen.View, id string) T {
	t.Helper()
	o, ok := v.Find(id).(T)
	if !ok {
		t.Fatalf("%s is %T", id, v.Find(id))
	}
	return o
}

func TestPasswordRules(t *testing.T) {
	t.Parallel()
	cases := []struct {
		password string
		broken   []screen.PasswordRule
	}{
		{"Steppe2026", nil},
		{"Aa1~ !", nil},
		{"", []screen.PasswordRule{screen.RuleLength, screen.RuleUpper, screen.RuleLower, screen.RuleDigit, screen.RuleLatin, screen.RuleSame}},
		{"Aa1bc", []screen.PasswordRule{screen.RuleLength}},
		{"Aa1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", []screen.PasswordRule{screen.RuleLength}},
		{"steppe2026", []screen.PasswordRule{screen.RuleUpper}},
		{"STEPPE2026", []screen.PasswordRule{screen.RuleLower}},
		{"SteppeWind", []screen.PasswordRule{screen.RuleDigit}},
		{"Құпия1Aa", []screen.PasswordRule{screen.RuleLatin}},
		{"Steppe\t2026", []screen.PasswordRule{screen.RuleLatin}},
	}
	for _, c := range cases {
		broken := map[screen.PasswordRule]bool{}
		for _, r := range c.broken {
			broken[r] = true
		}
		for _, r := range screen.PasswordRules() {
			if got := r.Kept(c.password, c.password); got == broken[r] {
				t.Errorf("case %d characters long: rule %s kept is %v", len(c.password), r, got)
			}
		}
	}
	if screen.RuleSame.Kept("Steppe2026", "Steppe2027") {
		t.Error("two different entries count as the same")
	}
}

func TestPasswordLeadsOnOnlyWhenAllRulesAreKept(t *testing.T) {
	w := words(t)
	got := ""
	p := screen.NewPassword(w, screen.PasswordActions{Download: func(s string) { got = s }})
	find[*part.Entry](t, p.View, "password.first").SetText("Steppe2026")
	if !p.Main.Disabled() {
		t.Fatal("one entry was enough")
	}
	find[*part.Entry](t, p.View, "password.second").SetText("Steppe2026")
	test.Tap(p.Main)
	if got != "Steppe2026" {
		t.Error("the password did not arrive")
	}
}

func TestPINMustBeEnteredTwiceAndNotBeWeak(t *testing.T) {
	w := words(t)
	set := ""
	v := screen.NewPIN(w, screen.NewPINActions{Weak: func(s string) bool { return s == "123456" }, Set: func(s string) { set = s }})
	first, second := find[*part.Digits](t, v, "pin.first"), find[*part.Digits](t, v, "pin.second")
	first.SetValue("123456")
	second.SetValue("123456")
	if !v.Main.Disabled() {
		t.Error("a weak PIN was taken")
	}
	first.SetValue("275081")
	if !v.Main.Disabled() {
		t.Error("two different PINs were taken")
	}
	second.SetValue("275081")
	test.Tap(v.Main)
	if set != "275081" {
		t.Error("the PIN did not arrive")
	}
}

func TestCodeResendsOnlyAfterTheWait(t *testing.T) {
	w := words(t)
	sent := 0
	c := screen.NewCode(w, screen.CodeModel{ResendIn: 30 * time.Second, Tries: -1}, screen.CodeActions{Resend: func() { sent++ }})
	again := find[*part.Button](t, c.View, "code.resend")
	test.Tap(again)
	if sent != 0 {
		t.Error("a code was asked for during the wait")
	}
	c.Update(screen.CodeModel{Tries: 2})
	test.Tap(again)
	if sent != 1 {
		t.Errorf("asked %d times, want 1", sent)
	}
}

func TestIINIsCheckedWhenComplete(t *testing.T) {
	w := words(t)
	good := "570314450127"
	v := screen.NewIIN(w, screen.IINModel{}, screen.IINActions{Check: func(s string) bool { return s == good }, Next: func() {}})
	digits := find[*part.Digits](t, v, "iin.number")
	for value, awake := range map[string]bool{"57031445012": false, "570314450128": false, good: true} {
		digits.SetValue(value)
		if v.Main.Disabled() == awake {
			t.Errorf("with %d digits the main button is awake: %v, want %v", len(value), !awake, awake)
		}
	}
}

func TestKazakhLetterKeysTypeIntoTheLastField(t *testing.T) {
	w := words(t)
	values := map[screen.FieldName]string{}
	f := screen.NewFields(w, screen.FieldsModel{}, screen.FieldsActions{
		Changed: func(n screen.FieldName, s string) { values[n] = s }, Confirmed: func(bool) {},
	})
	window := test.NewTempWindow(t, f.Body)
	window.Canvas().Focus(find[*part.Entry](t, f.View, "fields.name"))
	for _, letter := range []string{"Қ", "Ә", "І"} {
		test.Tap(find[*part.Button](t, f.View, "fields.letter."+letter))
	}
	if values[screen.FieldGivenName] != "ҚӘІ" {
		t.Errorf("the name became %q", values[screen.FieldGivenName])
	}
}

func TestFieldsAreSentOnlyWhenConfirmed(t *testing.T) {
	w := words(t)
	f := screen.NewFields(w, screen.FieldsModel{}, screen.FieldsActions{Changed: func(screen.FieldName, string) {}, Confirmed: func(bool) {}})
	if !f.Main.Disabled() {
		t.Error("data can be sent without confirmation")
	}
	test.Tap(find[*part.Choice](t, f.View, "fields.confirm"))
	if f.Main.Disabled() {
		t.Error("confirmed data cannot be sent")
	}
}

func TestFolderThatCannotBeWrittenStopsTheApplication(t *testing.T) {
	w := words(t)
	m := screen.ApplicationModel{Folder: "/ro", FolderProblem: "read-only"}
	a := screen.NewApplication(w, m, screen.ApplicationActions{})
	if !a.Main.Disabled() {
		t.Error("an unwritable folder was taken")
	}
	m.FolderProblem, m.Caution = "", screen.FolderSynced
	a.Update(m)
	if a.Main.Disabled() {
		t.Error("a synced folder should only warn")
	}
}

func TestLockOpensWhenTimeIsOver(t *testing.T) {
	w := words(t)
	l := screen.NewLocked(w, screen.LockedModel{Left: time.Second}, screen.LockedActions{})
	if !l.Main.Disabled() {
		t.Error("a lock can be passed")
	}
	l.Update(screen.LockedModel{})
	if l.Main.Disabled() {
		t.Error("a lock that is over still locks")
	}
}

func TestUnfinishedWayIsResumedByTheMainButton(t *testing.T) {
	w := words(t)
	resumed, begun := 0, 0
	v := screen.NewWelcome(w, screen.WelcomeModel{Unfinished: true}, screen.WelcomeActions{Begin: func() { begun++ }, Resume: func() { resumed++ }})
	test.Tap(v.Main)
	test.Tap(find[*part.Button](t, v, "welcome.anew"))
	if resumed != 1 || begun != 1 {
		t.Errorf("resumed %d, begun %d, want 1 and 1", resumed, begun)
	}
}

func TestPasswordThatWasRefusedIsCalledWrongUntilItChanges(t *testing.T) {
	w := words(t)
	signed := ""
	trial := screen.NewTrial(w, screen.TrialModel{Text: "мәтін"}, screen.TrialActions{Sign: func(s string) { signed = s }})
	window := test.NewTempWindow(t, trial.Body)
	says := func(key string) bool { return strings.Contains(shown(window.Content()), w.T(key)) }
	if !trial.Main.Disabled() || !says("trial.hint") || !strings.Contains(shown(window.Content()), "мәтін") {
		t.Error("before a password: the text and a hint are awaited, and no way on")
	}
	entry := find[*part.Entry](t, trial.View, "trial.password")
	entry.SetText("Steppe2027")
	test.Tap(trial.Main)
	if trial.Update(screen.TrialModel{Refused: "Steppe2027"}); signed != "Steppe2027" || !says("trial.wrong") {
		t.Error("the password was not given, or not called wrong")
	}
	entry.SetText("Steppe2026")
	if says("trial.wrong") || says("password.layout") {
		t.Error("another password is called wrong")
	}
	if entry.SetText("Құпия"); !says("password.layout") {
		t.Error("a keyboard that is not Latin goes unnoticed")
	}
}

func TestTrialResultLeadsToSavingOnce(t *testing.T) {
	w := words(t)
	saved, left := 0, 0
	on := screen.TrialResultActions{Save: func() { saved++ }, Return: func() { left++ }}
	for _, m := range []screen.TrialResultModel{{Verdict: screen.TrialGood}, {Verdict: screen.TrialGood, Saved: "/k/a.cms"}, {Verdict: screen.TrialBroken}} {
		test.Tap(screen.NewTrialResult(w, m, on).Main)
	}
	if saved != 1 || left != 2 {
		t.Errorf("saved %d times, left %d times, want 1 and 2", saved, left)
	}
}

// shown is every text in o that can be read.
func shown(o fyne.CanvasObject) string {
	switch v := o.(type) {
	case *part.Text:
		if v.Visible() {
			return v.Text() + "\n"
		}
	case *fyne.Container:
		all := ""
		for _, c := range v.Objects {
			all += shown(c)
		}
		return all
	}
	return ""
}
