package frame_test

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"qoltanba/app/desktop/frame"
	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
)

type pressed struct{ next, back, call int }

func iinFrame(t *testing.T) (*frame.Frame, fyne.Window, *pressed) {
	t.Helper()
	test.NewTempApp(t)
	test.ApplyTheme(t, look.New(look.Light))
	p := &pressed{}
	w := test.NewTempWindow(t, nil)
	f := frame.New(w.Canvas(), frame.Options{Language: wording.Kazakh, CallBack: func() { p.call++ }})
	w.SetContent(f.Content())
	w.Resize(fyne.NewSize(frame.Width, frame.Height))
	f.Show(func(words *wording.Words) screen.Screen {
		return screen.NewIIN(words, screen.IINModel{}, screen.IINActions{
			Check: goodIIN, Next: func() { p.next++ }, Back: func() { p.back++ },
		})
	})
	return f, w, p
}

func press(w fyne.Window, key fyne.KeyName) {
	if focused := w.Canvas().Focused(); focused != nil {
		focused.TypedKey(&fyne.KeyEvent{Name: key})
		return
	}
	w.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: key})
}

// typeIn types into whatever has the keyboard.
func typeIn(t *testing.T, w fyne.Window, s string) {
	t.Helper()
	focused := w.Canvas().Focused()
	if focused == nil {
		t.Fatal("nothing has the keyboard")
	}
	for _, r := range s {
		focused.TypedRune(r)
	}
}

func TestEnterPressesTheMainButtonOnlyWhenItIsAwake(t *testing.T) {
	_, w, p := iinFrame(t)
	press(w, fyne.KeyReturn)
	if p.next != 0 {
		t.Fatal("Enter went on without an IIN")
	}
	typeIn(t, w, "570314450127")
	press(w, fyne.KeyReturn)
	if p.next != 1 {
		t.Errorf("Enter went on %d times, want 1", p.next)
	}
	w.Canvas().Unfocus()
	press(w, fyne.KeyEnter)
	if p.next != 2 {
		t.Errorf("Enter without focus went on %d times, want 2", p.next)
	}
}

func TestEscapeClosesWhatLiesAboveAndThenGoesBack(t *testing.T) {
	f, w, p := iinFrame(t)
	f.Fail(frame.Failure{Sentence: "қате", Remedy: "қайталаңыз", Code: "x"})
	press(w, fyne.KeyF1)
	if f.Find("help.close") == nil {
		t.Fatal("F1 did not open Help")
	}
	press(w, fyne.KeyEscape)
	if p.back != 0 {
		t.Fatal("Escape went back through Help")
	}
	press(w, fyne.KeyEscape)
	if p.back != 0 {
		t.Fatal("Escape went back through the failure")
	}
	press(w, fyne.KeyEscape)
	if p.back != 1 {
		t.Errorf("Escape went back %d times, want 1", p.back)
	}
}

func TestLanguageChangesAtOnceAndKeepsWhatWasTyped(t *testing.T) {
	f, w, _ := iinFrame(t)
	typeIn(t, w, "570314")
	b, ok := f.Find("language.ru").(*part.Button)
	if !ok {
		t.Fatal("no switch to Russian")
	}
	test.Tap(b)
	if got := f.View().Title; got != "Укажите Ваш ИИН" {
		t.Errorf("the title is %q", got)
	}
	digits, ok := f.Find("iin.number").(*part.Digits)
	if !ok || digits.Value() != "570314" {
		t.Errorf("what was typed is lost: %v", f.View().Values())
	}
}

func TestHelpLeadsToAPerson(t *testing.T) {
	f, _, p := iinFrame(t)
	f.Help()
	b, ok := f.Find("help.callback").(*part.Button)
	if !ok {
		t.Fatal("Help has no road to a person")
	}
	test.Tap(b)
	if p.call != 1 {
		t.Error("the call-back was not asked for")
	}
}

func TestWaitCoversThePageAndCanBeCancelled(t *testing.T) {
	f, w, p := iinFrame(t)
	typeIn(t, w, "570314450127")
	cancelled := 0
	f.Wait("күтіңіз", -1, func() { cancelled++ })
	press(w, fyne.KeyReturn)
	if p.next != 0 {
		t.Error("Enter went through the wait")
	}
	press(w, fyne.KeyEscape)
	if cancelled != 1 {
		t.Errorf("cancelled %d times, want 1", cancelled)
	}
	f.Ready()
	press(w, fyne.KeyReturn)
	if p.next != 1 {
		t.Error("the page did not come back after the wait")
	}
}

func TestEveryScreenHasHelpAndIDs(t *testing.T) {
	test.NewTempApp(t)
	test.ApplyTheme(t, look.New(look.Light))
	for _, l := range wording.Languages() {
		words := wording.New(l)
		for _, e := range gallery() {
			v := e.build(words).Base()
			if v.Help == "" || v.Help == v.Name+".help" {
				t.Errorf("%s/%s lacks its help", l, e.name)
			}
			if v.Title == v.Name+".title" || v.Title == "" || (v.Wide || v.Bare) && !says(v.Body, v.Title) { // no frame writes it above the body
				t.Errorf("%s/%s lacks its title %q", l, e.name, v.Title)
			}
			if v.Main != nil && v.Find(v.Name+".main") != v.Main {
				t.Errorf("%s: the main button is not found as %s.main", e.name, v.Name)
			}
			seen := map[string]bool{}
			for _, id := range v.IDs() {
				if seen[id] {
					t.Errorf("%s: id %s is given twice", e.name, id)
				}
				seen[id] = true
			}
		}
	}
}

// says tells whether words stand in o, as somebody reads them who does not see the screen.
func says(o fyne.CanvasObject, words string) bool {
	if t, ok := o.(*part.Text); ok && t.Visible() && strings.Contains(t.AccessibilityLabel(), words) {
		return true
	}
	if c, ok := o.(*fyne.Container); ok {
		return slices.ContainsFunc(c.Objects, func(o fyne.CanvasObject) bool { return says(o, words) })
	}
	return false
}

func BenchmarkShow(b *testing.B) {
	test.NewTempApp(b)
	w := test.NewTempWindow(b, nil)
	f := frame.New(w.Canvas(), frame.Options{Language: wording.Russian})
	w.SetContent(f.Content())
	w.Resize(fyne.NewSize(frame.Width, frame.Height))
	for b.Loop() {
		f.Show(welcome(false))
	}
}

// TestDemonstrationWearsItsRibbon: a demonstration is told from the service at
// a glance, on every screen and in both palettes.
func TestDemonstrationWearsItsRibbon(t *testing.T) {
	test.NewTempApp(t)
	for _, mode := range []look.Mode{look.Light, look.Dark} {
		test.ApplyTheme(t, look.New(mode))
		for _, demo := range []bool{false, true} {
			w := test.NewTempWindow(t, nil)
			f := frame.New(w.Canvas(), frame.Options{Language: wording.Kazakh, Demo: demo, CallBack: func() {}})
			w.SetContent(f.Content())
			w.Resize(fyne.NewSize(frame.Width, frame.Height))
			f.Show(func(words *wording.Words) screen.Screen {
				return screen.NewIIN(words, screen.IINModel{}, screen.IINActions{Check: goodIIN, Next: func() {}, Back: func() {}})
			})
			picture, ribbon := w.Canvas().Capture(), 0
			for y := range picture.Bounds().Dy() {
				for x := range picture.Bounds().Dx() {
					if r, g, b, _ := picture.At(x, y).RGBA(); r>>8 == 0xF3 && g>>8 == 0xC3 && b>>8 == 0x5B {
						ribbon++
					}
				}
			}
			if (ribbon > 1000) != demo {
				t.Errorf("%v, demonstration %v: %d pixels of the ribbon", mode, demo, ribbon)
			}
		}
	}
}
