package frame

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
)

// Failure is what went wrong, in the language of the window: a sentence, what to do, and the code for support.
type Failure struct {
	Sentence string
	Remedy   string
	Facts    []string // what else is known
	Code     string
	Retry    func() // nil where trying again is senseless
	Folder   func() // chooses another folder; nil where that is no help
	Browser  func() // nil where no page of the network is to be met
}

// Fail shows a failure above the screen until it is closed or another screen comes. The text of a failure comes from outside, so the caller
// shows it again after a change of language.
func (f *Frame) Fail(x Failure) {
	f.overlay, f.failure = nil, &x
	f.arrange()
	f.drawFailure()
}

// ClearFailure takes the failure away.
func (f *Frame) ClearFailure() {
	f.failure = nil
	f.drawFailure()
}

func (f *Frame) drawFailure() {
	if f.alert == nil {
		return
	}
	f.alert.RemoveAll()
	f.alert.Hidden = f.failure == nil
	if x := f.failure; x != nil {
		buttons := part.Row(look.SpaceS)
		if x.Browser != nil {
			buttons.Add(f.own("failure.browser", part.NewButton(part.Plain, f.words.T("line.browser"), "", x.Browser)))
		}
		if x.Retry != nil {
			buttons.Add(f.own("failure.retry", part.NewButton(part.Plain, f.words.T("frame.retry"), "refresh", x.Retry)))
		}
		if x.Folder != nil {
			buttons.Add(f.own("failure.folder", part.NewButton(part.Plain, f.words.T("password.folder"), "folder", x.Folder)))
		}
		buttons.Add(f.own("failure.close", part.NewButton(part.Quiet, f.words.T("frame.close"), "cross", f.ClearFailure)))
		code := part.Caption(f.words.T("frame.code", "Code", x.Code))
		below := part.Row(look.SpaceM, part.Grow(code), buttons)
		if x.Browser != nil { // three buttons take the whole line
			below = part.Column(look.SpaceS, buttons, code)
		}
		card := part.Notice(part.Bad, x.Sentence, strings.Join(append([]string{x.Remedy}, x.Facts...), " "), below)
		f.alert.Add(part.Inset(look.SpaceXL, look.SpaceM, part.Space(0), part.Limit(980, card)))
		for _, id := range []string{"failure.browser", "failure.retry", "failure.folder", "failure.close"} {
			f.hook(f.ids[id])
		}
	}
	f.page.Refresh()
}

// overlay is a sheet over the dimmed page.
type overlay struct {
	content func() fyne.CanvasObject // built anew in each language
	confirm func()
	escape  func()
}

func (f *Frame) drawOverlay() fyne.CanvasObject {
	content := f.overlay.content()
	card := part.Inset(look.SpaceXL, look.SpaceL, part.NewSurface(look.ColorSurface, look.ColorBorder, look.RadiusCard), content)
	sheet := part.Fixed(600, part.HeightFor(card, 600), card)
	return container.NewStack(newDim(), container.NewCenter(sheet))
}

// Wait covers the page while something takes its time. share is 0 to 1, or below 0 when nobody knows; cancel may be nil.
// Call it again to move the bar; any Show, Fail or Ready ends it.
func (f *Frame) Wait(text string, share float32, cancel func()) {
	f.overlay = &overlay{confirm: func() {}, escape: func() {
		if cancel != nil {
			cancel()
		}
	}, content: func() fyne.CanvasObject {
		column := part.Column(look.SpaceM, part.Heading(text), part.NewBar(share))
		if cancel != nil {
			column.Add(part.Row(0, f.own("wait.cancel", part.NewButton(part.Quiet, f.words.T("frame.cancel"), "cross", cancel))))
		}
		return column
	}}
	f.arrange()
	f.hook(f.ids["wait.cancel"])
}

// Ready ends the wait and gives the page back.
func (f *Frame) Ready() {
	if f.overlay == nil {
		return
	}
	f.overlay = nil
	f.arrange()
	f.focus()
}

// Help opens the page that tells what this step is for and how to reach a person.
func (f *Frame) Help() {
	if f.view == nil {
		return
	}
	f.overlay = &overlay{confirm: f.Ready, escape: f.Ready, content: f.helpPage}
	f.arrange()
	closing := f.ids["help.close"]
	f.hook(closing)
	f.hook(f.ids["help.callback"])
	if b, ok := closing.(fyne.Focusable); ok {
		f.canvas.Focus(b)
	}
}

func (f *Frame) helpPage() fyne.CanvasObject {
	w := f.words
	buttons := part.Row(look.SpaceM)
	if f.options.CallBack != nil {
		buttons.Add(f.own("help.callback", part.NewButton(part.Plain, w.T("help.callback"), "call", f.options.CallBack)))
	}
	buttons.Add(part.Grow(part.Space(0)))
	buttons.Add(f.own("help.close", part.NewButton(part.Main, w.T("help.close"), "", f.Ready)))
	return part.Column(look.SpaceM, part.Title(w.T("frame.help")),
		part.Column(4, part.Strong(f.view.Title), part.Body(f.view.Help)),
		part.Item("call", w.T("help.phone"), w.T("help.phone.text")),
		part.Item("person", w.T("help.beside"), w.T("help.beside.text")),
		part.Item("lock", w.T("help.never"), w.T("help.never.text")),
		buttons)
}

const toastTime = 4 * time.Second

// Toast says a word at the lower edge and takes it away after a moment.
func (f *Frame) Toast(text string) {
	word := part.Inset(look.SpaceL, 12, part.NewSurface(look.ColorPicture, "", look.RadiusField), part.Body(text).Colored(look.ColorOnPicture))
	pop := widget.NewPopUp(word, f.canvas)
	size := word.MinSize()
	if c, ok := pop.Content.(*fyne.Container); ok {
		size = c.MinSize()
	}
	area := f.canvas.Size()
	pop.ShowAtPosition(fyne.NewPos((area.Width-size.Width)/2, area.Height-size.Height-96))
	time.AfterFunc(toastTime, func() { fyne.Do(pop.Hide) })
}

func (f *Frame) newLogo(side float32) fyne.CanvasObject {
	img := canvas.NewImageFromImage(look.Logo(int(side*f.canvas.Scale() + 0.5)))
	img.FillMode = canvas.ImageFillContain
	return part.Fixed(side, side, img)
}
