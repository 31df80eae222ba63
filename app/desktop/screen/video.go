package screen

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// Prompt is what the citizen is asked to do.
type Prompt string

// The prompts. Left and right are the citizen's own, and those of a mirror.
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
	Prompt  Prompt
	Reached bool // the movement went far enough: the citizen may look at the screen again
	Done    int  // movements made
	Total   int
	Hint    Hint
	Live    Live
	Upload  float32 // share sent once all movements are made, 0 to 1; below 0 while still recording
	Muted   bool
}

// Live is what the analysis of the live picture helps with. The zero value is none: there is the plain oval.
type Live struct {
	Outline []fyne.Position   // round the face, as [part.Aid] has it
	Spots   [][]fyne.Position // of light on a document, likewise
	Share   float32           // how far what is waited for has come, 0 to 1
	Count   int               // of a countdown; 0 for none
}

// VideoActions are what can be done meanwhile.
type VideoActions struct {
	Stop  func()
	Sound func(on bool)
}

// Video is the video identification. Frames go to Preview.
type Video struct {
	*View
	Preview *part.Preview
	prompt  *part.Text
	ground  *part.Surface
	sign    *part.Picture
	hint    *part.Text
	steps   *fyne.Container
	bar     *part.Bar
	model   VideoModel
}

// panelWidth leaves the picture a square.
const panelWidth float32 = 380

// NewVideo builds the video identification: the picture with arrows at the oval, and beside it, to be read from a metre away, what to do and
// how far it is.
func NewVideo(w *wording.Words, m VideoModel, on VideoActions) *Video {
	c := &Video{
		View: newUntitled(w, "video", FaceStage), Preview: part.NewPreview(part.OvalGuide, true).Low(300).Square(),
		prompt: part.Far(""), hint: part.Heading("").Colored(look.ColorMuted), bar: part.NewBar(0), steps: part.Row(0),
		ground: part.NewSurface(look.ColorTint, "", 56), sign: part.Icon("ahead", 72, theme.ColorNamePrimary),
	}
	c.Wide = true
	c.Preview.SetMessage(w.T("camera.starting"))
	c.Body = beside(c.Preview, part.Space(look.SpaceXL), disc(c.ground, c.sign), c.prompt, c.hint, c.bar, c.steps)
	c.addLink("video.cancel", "video.cancel", "cross", on.Stop)
	c.addSound(m.Muted, on.Sound)
	c.Update(m)
	return c
}

// beside puts a live picture at the left, as large as the window lets it, and the words at the right.
func beside(picture *part.Preview, words ...fyne.CanvasObject) fyne.CanvasObject {
	return part.Column(0, part.Grow(part.TopRow(look.SpaceXL, part.Grow(picture), part.Grown(panelWidth, part.Column(look.SpaceM, words...)))))
}

// disc is a large sign in a round ground.
func disc(ground *part.Surface, sign *part.Picture) fyne.CanvasObject {
	return part.Row(0, part.Fixed(112, 112, part.Inset(20, 20, ground, sign)))
}

var sides = map[Prompt]part.Side{PromptLeft: part.Left, PromptRight: part.Right, PromptUp: part.Up, PromptDown: part.Down}

// Update shows the next movement, how far it has come, a hint, or how much is sent.
func (c *Video) Update(m VideoModel) {
	before := c.model
	c.model = m
	aid := part.Aid{Outline: m.Live.Outline, Side: sides[m.Prompt], Lit: m.Live.Share, Good: m.Reached}
	if m.Reached || m.Upload >= 0 {
		aid.Side, aid.Lit = part.Around, 1
	}
	c.Preview.SetAid(aid)
	m.Live, before.Live = Live{}, Live{}
	if same := m.Prompt == before.Prompt && m.Reached == before.Reached && m.Done == before.Done && m.Hint == before.Hint && m.Upload == before.Upload; same && c.prompt.Text() != "" {
		return // the picture alone has changed
	}
	sending := m.Upload >= 0
	switch {
	case sending:
		c.say("check", "video.done", c.text("video.wait"), true)
	case m.Reached:
		c.say("check", "prompt.back", "", true)
	case m.Total == 0: // not begun
		c.say(string(m.Prompt), "prompt."+string(m.Prompt), "", false)
	default:
		c.say(string(m.Prompt), "prompt."+string(m.Prompt), c.text("video.progress", "Step", min(m.Done+1, m.Total), "Total", m.Total), false)
	}
	if m.Hint != HintNone && m.Hint != HintGood && !sending {
		c.hint.SetText(c.text("hint." + string(m.Hint)))
		c.hint.Hidden = false
	}
	c.bar.Set(max(0, m.Upload))
	c.bar.Hidden = !sending
	c.steps.Objects = []fyne.CanvasObject{part.Steps(m.Done, m.Total)}
	c.settle()
}

// say puts the large words and their sign: done is another colour and another shape.
func (c *Video) say(icon, key, more string, done bool) {
	c.Title = c.text(key)
	c.prompt.SetText(c.Title)
	c.hint.SetText(more)
	c.hint.Hidden = more == ""
	if done {
		c.ground.Set(look.ColorGoodGround, theme.ColorNameSuccess)
		c.sign.Set(icon, theme.ColorNameSuccess)
		return
	}
	c.ground.Set(look.ColorTint, "")
	c.sign.Set(icon, theme.ColorNamePrimary)
}
