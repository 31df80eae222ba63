package screen

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// VideoIntroActions are what can be done before the video identification.
type VideoIntroActions struct {
	Start func()
	Back  func()
}

// NewVideoIntro builds the screen that tells what will happen in the video identification.
func NewVideoIntro(w *wording.Words, on VideoIntroActions) *View {
	v := newView(w, "videointro", FaceStage)
	v.Body = part.Column(look.SpaceM,
		part.Card(part.Column(look.SpaceM,
			part.Item("face", w.T("videointro.sit"), w.T("videointro.sit.text")),
			part.Item("right", w.T("videointro.follow"), w.T("videointro.follow.text")),
			part.Item("clock", w.T("videointro.slow"), w.T("videointro.slow.text")))),
		part.Notice(part.Tell, "", w.T("videointro.again")))
	v.setMain("videointro.start", on.Start)
	v.setBack(on.Back)
	return v
}

// Prompt is a movement that the citizen is asked to make.
type Prompt string

// The movements. Left and right are the citizen's own.
const (
	PromptAhead  Prompt = "ahead"
	PromptLeft   Prompt = "left"
	PromptRight  Prompt = "right"
	PromptUp     Prompt = "up"
	PromptDown   Prompt = "down"
	PromptCloser Prompt = "closer"
	PromptBlink  Prompt = "blink"
)

// VideoModel is what the video identification knows.
type VideoModel struct {
	Prompt Prompt
	Done   int // movements made
	Total  int
	Hint   Hint
	Upload float32 // share sent once all movements are made, 0 to 1; below 0 while still recording
}

// Video is the video identification. Frames go to Preview.
type Video struct {
	*View
	Preview *part.Preview
	prompt  *part.Text
	arrow   *part.Picture
	hint    *part.Text
	dots    *fyne.Container
	bar     *part.Bar
	sending *part.Text
}

// NewVideo builds the video identification: the picture, a prompt to be read from a metre away, and how far it is.
func NewVideo(w *wording.Words, m VideoModel, cancel func()) *Video {
	c := &Video{
		View: newUntitled(w, "video", FaceStage), Preview: part.NewPreview(part.OvalGuide, true).Low(190),
		prompt: part.Prompt(""), arrow: part.Icon("ahead", 64, theme.ColorNamePrimary), hint: part.Body(""),
		dots: part.Row(0), bar: part.NewBar(0), sending: part.Strong(w.T("video.sending")),
	}
	c.Title = w.T("video.title")
	c.Preview.SetMessage(w.T("camera.starting"))
	c.Body = part.Column(12,
		part.Inset(look.SpaceM, 12, part.NewSurface(look.ColorTint, "", look.RadiusCard),
			part.Row(look.SpaceM, c.arrow, part.Grow(part.Column(2, c.prompt, c.hint)))),
		part.Grow(c.Preview), c.dots, part.Column(6, c.sending, c.bar))
	c.addLink("video.cancel", "video.cancel", "cross", cancel)
	c.Update(m)
	return c
}

// Update shows the next movement, a hint, or how much is sent.
func (c *Video) Update(m VideoModel) {
	sending := m.Upload >= 0
	if sending {
		c.prompt.SetText(c.text("video.done"))
		c.hint.SetText(c.text("video.wait"))
		c.arrow.Set("check", colorGood)
	} else {
		c.prompt.SetText(c.text("prompt." + string(m.Prompt)))
		c.hint.SetText(c.text("video.progress", "Step", min(m.Done+1, m.Total), "Total", m.Total))
		if m.Hint != HintNone && m.Hint != HintGood {
			c.hint.SetText(c.text("hint." + string(m.Hint)))
		}
		c.arrow.Set(string(m.Prompt), theme.ColorNamePrimary)
	}
	c.dots.RemoveAll()
	c.dots.Objects = []fyne.CanvasObject{part.Grow(part.Space(0)), part.Dots(m.Done, m.Total), part.Grow(part.Space(0))}
	c.bar.Set(max(0, m.Upload))
	c.bar.Hidden, c.sending.Hidden = !sending, !sending
	c.settle()
}
