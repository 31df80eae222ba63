package screen

import (
	"image/color"

	"fyne.io/fyne/v2/canvas"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// Light is the end of the video identification: the whole window takes a colour, whose light falls on the face. Frames go to Preview.
type Light struct {
	*View
	Preview *part.Preview
	ground  *canvas.Image
}

// NewLight builds it in a colour. Escape and the button end the recording at once.
func NewLight(w *wording.Words, c color.Color, stop func()) *Light {
	l := &Light{View: newUntitled(w, "light", FaceStage), Preview: part.NewPreview(part.OvalGuide, true).Low(300).Cut(), ground: part.NewFill(c, 0)}
	l.Bare, l.Title = true, w.T("prompt.light")
	l.Back = register(l.View, "light.stop", part.NewButton(part.Plain, w.T("video.cancel"), "cross", stop))
	words := part.Row(0, part.Grow(part.Space(0)), part.Inset(look.SpaceXL, 12, part.NewSurface(look.ColorSurface, look.ColorBorder, look.RadiusCard),
		part.Prompt(l.Title)), part.Grow(part.Space(0)))
	end := part.Row(0, part.Grow(part.Space(0)), l.Back, part.Grow(part.Space(0)))
	page := part.Inset(look.SpaceL, look.SpaceL, part.Column(look.SpaceM, words, part.Grow(l.Preview), end))
	l.Body = part.Inset(0, 0, l.ground, page)
	l.Preview.SetAid(part.Aid{})
	return l
}

// Shine changes the colour.
func (l *Light) Shine(c color.Color) { part.SetFill(l.ground, c) }

// JudgingModel is what is known while the recording is judged.
type JudgingModel struct {
	Share float32 // of the usual time that is over, 0 to 1; below 0 where nobody knows
}

// Judging is the wait for the verdict on the recording.
type Judging struct {
	*View
	bar *part.Bar
}

// NewJudging builds the wait.
func NewJudging(w *wording.Words, m JudgingModel) *Judging {
	j := &Judging{View: newView(w, "judging", FaceStage), bar: part.NewBar(m.Share)}
	j.Body = part.Column(look.SpaceM, part.Drawing("waiting", 200, 120, look.ColorInk), j.bar, part.Muted(w.T("judging.wait")))
	return j
}

// Update moves the bar.
func (j *Judging) Update(m JudgingModel) { j.bar.Set(m.Share) }
