package frame

import (
	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
)

// Hold is a wait for the line, in the language of the window: why, what to do, when it is tried again.
type Hold struct {
	Sentence string
	Remedy   string
	Facts    []string // what else is known: who stands between, what the clock says
	Next     string   // when the next try is
	Code     string
	Try      func()
	Return   func() // gives the step back
	Browser  func() // nil where no page of the network is to be met

	next *part.Text // Next as it stands on the page
}

// Hold covers the page while the line is down, until any Show, Fail or Ready.
func (f *Frame) Hold(h Hold) {
	f.hold = &h
	f.overlay = &overlay{confirm: h.Try, escape: h.Return, content: func() fyne.CanvasObject {
		h.next = part.Strong(h.Next)
		return f.holdPage(&h)
	}}
	f.arrange()
	for _, id := range []string{"line.try", "line.return", "line.browser"} {
		f.hook(f.ids[id])
	}
	first := f.ids["line.try"]
	if h.Browser != nil {
		first = f.ids["line.browser"]
	}
	if b, ok := first.(fyne.Focusable); ok {
		f.canvas.Focus(b)
	}
}

func (f *Frame) holdPage(h *Hold) fyne.CanvasObject {
	words := []fyne.CanvasObject{part.Body(h.Remedy)}
	for _, fact := range h.Facts {
		words = append(words, part.Body(fact))
	}
	buttons, rank := part.Row(look.SpaceS), part.Main
	if h.Browser != nil {
		buttons.Add(f.own("line.browser", part.NewButton(part.Main, f.words.T("line.browser"), "", h.Browser)))
		rank = part.Plain
	}
	buttons.Add(f.own("line.try", part.NewButton(rank, f.words.T("line.try"), "refresh", h.Try)))
	back := f.own("line.return", part.NewButton(part.Quiet, f.words.T("line.return"), "back", h.Return))
	code := part.Caption(f.words.T("frame.code", "Code", h.Code))
	return part.Column(look.SpaceM, part.Heading(h.Sentence), part.Column(look.SpaceS, words...),
		part.Notice(part.Tell, "", f.words.T("line.kept"), h.next),
		buttons, part.Row(look.SpaceM, part.Grow(code), back))
}

// HoldNext says anew when the next try is, while the line is waited for.
func (f *Frame) HoldNext(text string) {
	if f.hold != nil && f.overlay != nil {
		f.hold.Next = text
		f.hold.next.SetText(text)
	}
}

// Covered says that something lies over the page.
func (f *Frame) Covered() bool { return f.overlay != nil }
