package desktop

import (
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"go.uber.org/goleak"

	"qoltanba/app/api"
	"qoltanba/app/journey"
)

// The toolkit begins goroutines with the program, which end with it.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) }

func TestLanguageKeepsWhatWasTyped(t *testing.T) {
	d, _ := atIIN(t)
	d.write("iin.number", "900417")
	for _, l := range []string{"language.ru", "language.en", "language.kk"} {
		d.press(l)
		if got := d.written("iin.number"); got != "900417" {
			t.Errorf("after %s there stands %q", l, got)
		}
	}
	if got := d.app.Preferences().String(languageKey); got != "kk" {
		t.Errorf("the next window will begin in %q", got)
	}
}

func TestFailureSpeaksTheLanguageOfTheWindow(t *testing.T) {
	d, c := atIIN(t)
	c.service.fail(api.StartEnrolment.ID, api.Fail(api.Overloaded, "busy"))
	d.write("iin.number", sampleIIN)
	d.press("iin.main")
	f := api.FailureOf(api.Overloaded)
	told := func(sentence, remedy string) func() bool {
		return func() bool { return d.says(sentence) && d.says(remedy) && d.says(string(api.Overloaded)) }
	}
	d.until("the failure in Kazakh", told(f.Sentence.KK, f.Remedy.KK))
	d.press("language.ru")
	d.until("the failure in Russian", told(f.Sentence.RU, f.Remedy.RU))
	d.press("language.en")
	d.until("the failure in English", told(f.Sentence.EN, f.Remedy.EN))
	d.press("failure.close")
	d.press("language.kk")
	d.until("the journey to speak Kazakh", func() bool { return d.State().Language == api.Kazakh })
	d.runLine()
	if d.says(f.Sentence.KK) || d.says(f.Sentence.EN) {
		t.Error("a failure that was put away comes back with another language")
	}
}

func TestWrongCodeIsToldOnItsScreen(t *testing.T) {
	d, _ := atCode(t)
	d.write("code.code", "000000")
	d.press("code.main")
	d.until("the wrong code to be told of", func() bool { return d.says(d.frame.Words().N("code.tries", 2)) })
	if d.frame.Find("failure.close") != nil {
		t.Error("what the screen says itself stands above it once more")
	}
}

func TestCloseAsksWhileSomethingIsOnItsWay(t *testing.T) {
	for stage, matter := range map[journey.Stage]string{
		journey.StageRecording: "closing.recording", journey.StageSubmit: "closing.submit", journey.StagePassword: "closing.keys",
	} {
		t.Run(string(stage), func(t *testing.T) {
			c := newComputer(t)
			d := show(t, Config{Open: c.open})
			d.untilScreen("welcome")
			d.state = journey.State{Stage: stage, Busy: true}
			d.askClose()
			d.askClose()
			if d.closed || len(d.window.Canvas().Overlays().List()) != 1 {
				t.Fatal("the window does not ask, or asks twice")
			}
			if question := d.window.Canvas().Overlays().Top(); !saysIn(question, d.frame.Words().T(matter+".text")) {
				t.Error("the question does not say what is on its way")
			}
			d.apply(journey.State{Stage: journey.StageWelcome})
			if d.closing != nil || d.closed {
				t.Error("the question outlives what it asks about")
			}
			d.state = journey.State{Stage: stage, Busy: true}
			d.askClose()
			d.closing.Confirm()
			if !d.closed {
				t.Error("the window does not close on wish")
			}
		})
	}
}

func TestCloseEndsEverything(t *testing.T) {
	before := goleak.IgnoreCurrent()
	d, c := atCode(t)
	release := c.service.hold(api.CheckCode.ID)
	d.write("code.code", sampleCode)
	d.press("code.main")
	d.until("the journey to be busy", func() bool { return d.state.Busy })
	d.close()
	d.runLine()
	release()
	goleak.VerifyNone(t, before)
}

func TestFolderAtFaultLeadsToTheChoiceOfAnother(t *testing.T) {
	d, _ := atIIN(t)
	var last fyne.CanvasObject
	offered := func() bool { // each failure has buttons of its own
		before := last
		last = d.frame.Find("failure.folder")
		return last != before
	}
	for code := range api.Failures() {
		d.state.Stage = journey.StagePassword
		d.fail(api.Fail(code, "x"))
		if got, want := offered(), inFolder(code); got != want {
			t.Errorf("%s offers another folder: %v", code, got)
		}
	}
	if d.fail(api.Fail(api.FolderGone, "x")); !offered() {
		t.Fatal("no other folder is offered")
	}
	d.press("failure.folder")
	if d.window.Canvas().Overlays().Top() == nil {
		t.Error("no chooser opens")
	}
	d.state.Stage = journey.StageSubmit
	if d.fail(api.Fail(api.FolderFull, "x")); offered() {
		t.Error("another folder is offered where it cannot be chosen")
	}
}

func TestPageReplacesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "Qoltanba.html"), []byte("басқа"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "absent"), filepath.Join(dir, "Qoltanba-2.html")); err != nil {
		t.Skipf("links cannot be made here: %v", err)
	}
	for range 2 {
		path, err := writePage(dir, []byte("парақ"))
		if err != nil || filepath.Base(path) != "Qoltanba-3.html" {
			t.Fatalf("%s, %v", path, err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 3 {
		t.Errorf("the folder has %v", entries)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "Qoltanba.html")); string(text) != "басқа" {
		t.Error("a stranger's page was replaced")
	}
	if _, err := writePage(filepath.Join(dir, "absent"), []byte("парақ")); journey.Problem(err).Code != api.FolderGone {
		t.Errorf("without the folder: %v", err)
	}
}

// The window learns of a stage before the action that led there has ended. What the stage begins by itself was refused then, and the citizen
// looked at the making of keys for ever.
func TestAStageBeginsOnceTheActionBeforeHasEnded(t *testing.T) {
	d, _ := atCode(t)
	s := d.state
	s.Stage, s.Busy = journey.StageCompanion, true
	d.apply(s)
	if d.due == nil {
		t.Fatal("what the stage begins was given up")
	}
	s.Busy = false
	d.apply(s)
	if d.due != nil {
		t.Error("what the stage begins was put off for ever")
	}
	d.runLine()
}
