package part

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"qoltanba/app/desktop/look"
)

// TestReveal goes through a form of twenty entries, down and up, in a window that shows some of them.
func TestReveal(t *testing.T) {
	test.NewTempApp(t)
	test.ApplyTheme(t, look.New(look.Light))
	form, entries := Column(8), make([]*Entry, 20)
	for i := range entries {
		entries[i] = NewEntry("", func(string) {})
		form.Add(NewField("Аты", "", entries[i]).Container)
	}
	page := Page(0, 0, form)
	root := Column(0, Strong("Деректер"), Grow(page))
	w := test.NewTempWindow(t, nil)
	w.SetPadded(false)
	w.SetContent(root)
	w.Resize(fyne.NewSize(500, 400))
	scroll, ok := page.Objects[0].(*container.Scroll)
	if !ok {
		t.Fatal("the page does not scroll")
	}
	at := func(o fyne.CanvasObject) float32 {
		return fyne.CurrentApp().Driver().AbsolutePositionForObject(o).Y
	}
	check := func(i int) {
		t.Helper()
		Reveal(root, entries[i])
		top := at(entries[i]) - at(scroll)
		if top < 0 || top+entries[i].Size().Height > scroll.Size().Height {
			t.Errorf("entry %d stands at %v of %v", i, top, scroll.Size().Height)
		}
	}
	for i := range entries {
		check(i)
	}
	if scroll.Offset.Y == 0 || scroll.Offset.Y > scroll.Content.Size().Height-scroll.Size().Height {
		t.Errorf("scrolled to %v", scroll.Offset.Y)
	}
	before := scroll.Offset
	check(len(entries) - 2) // can be seen
	Reveal(root, NewEntry("", func(string) {}))
	if scroll.Offset != before {
		t.Error("scrolled for what can be seen, or is not there")
	}
	for i := range entries {
		check(len(entries) - 1 - i)
	}
	if scroll.Offset.Y != 0 {
		t.Errorf("the first entry's name is hidden: scrolled by %v", scroll.Offset.Y)
	}
}
