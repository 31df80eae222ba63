package part

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"qoltanba/app/desktop/look"
)

// Surface is a coloured ground, with round corners and an outline if wished.
type Surface struct {
	widget.BaseWidget
	fill   fyne.ThemeColorName
	border fyne.ThemeColorName
	radius float32
}

// NewSurface returns a ground; an empty border name means no outline.
func NewSurface(fill, border fyne.ThemeColorName, radius float32) *Surface {
	s := &Surface{fill: fill, border: border, radius: radius}
	s.ExtendBaseWidget(s)
	return s
}

// Set changes the colours.
func (s *Surface) Set(fill, border fyne.ThemeColorName) {
	if s.fill == fill && s.border == border {
		return
	}
	s.fill, s.border = fill, border
	s.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (s *Surface) CreateRenderer() fyne.WidgetRenderer {
	r := &surfaceRenderer{surface: s, plate: newPlate(s.radius)}
	r.paint()
	r.Layout(s.Size())
	return r
}

type surfaceRenderer struct {
	surface *Surface
	plate   *plate
}

func (r *surfaceRenderer) paint() {
	s := r.surface
	var edge color.Color
	if s.border != "" {
		edge = themed(s, s.border)
	}
	r.plate.paint(themed(s, s.fill), edge)
}

func (r *surfaceRenderer) Destroy()                     {}
func (r *surfaceRenderer) Layout(size fyne.Size)        { r.plate.resize(size) }
func (r *surfaceRenderer) MinSize() fyne.Size           { return fyne.NewSize(1, 1) }
func (r *surfaceRenderer) Objects() []fyne.CanvasObject { return r.plate.objects() }
func (r *surfaceRenderer) Refresh() {
	r.paint()
	r.plate.edged.Refresh()
}

// Card is content on a white sheet.
func Card(content fyne.CanvasObject) *fyne.Container {
	return Inset(look.SpaceM, look.SpaceM, NewSurface(look.ColorSurface, look.ColorBorder, look.RadiusCard), content)
}

// Mood is what a notice is about.
type Mood int

// The moods: neutral information, something done, something to heed, something wrong.
const (
	Tell Mood = iota
	Good
	Warn
	Bad
)

var moods = map[Mood]struct {
	ground, ink fyne.ThemeColorName
	icon        string
}{
	Tell: {look.ColorTint, look.ColorInk, "info"},
	Good: {look.ColorGoodGround, theme.ColorNameSuccess, "check"},
	Warn: {look.ColorWarnGround, theme.ColorNameWarning, "warning"},
	Bad:  {look.ColorBadGround, theme.ColorNameError, "warning"},
}

// Notice is a sentence or two on a coloured ground with a picture, never colour alone.
// Further objects, such as a button with the remedy, stand below the text.
func Notice(mood Mood, title, text string, more ...fyne.CanvasObject) *fyne.Container {
	m := moods[mood]
	var words []fyne.CanvasObject
	if title != "" {
		words = append(words, Strong(title))
	}
	if text != "" {
		words = append(words, Body(text))
	}
	words = append(words, more...)
	return Inset(look.SpaceM, 12, NewSurface(m.ground, "", look.RadiusCard),
		TopRow(12, Icon(m.icon, 26, m.ink), Grow(Column(look.SpaceXS, words...))))
}

// Item is a line of a list: a drawing in a tinted disc, a name, and a sentence.
func Item(icon, title, text string) *fyne.Container {
	words := []fyne.CanvasObject{Strong(title)}
	if text != "" {
		words = append(words, Muted(text))
	}
	return Row(14, Badge(icon, 44), Grow(Column(0, words...)))
}

// Badge is a drawing in a tinted disc.
func Badge(icon string, size float32) *fyne.Container {
	margin := size * 0.24
	return Inset(margin, margin, NewSurface(look.ColorTint, "", size/2), Icon(icon, size-2*margin, look.ColorInk))
}

// Fact is a named value, as in a summary. The value may wrap.
func Fact(name, value string) *fyne.Container {
	return Column(0, Caption(name), Strong(value))
}

// Line is a thin rule.
func Line() *fyne.Container {
	return Fixed(0, 1, NewSurface(theme.ColorNameSeparator, "", 0))
}

// Space is an empty stretch, height high.
func Space(height float32) fyne.CanvasObject {
	r := canvas.NewRectangle(color.Transparent)
	r.SetMinSize(fyne.NewSize(1, height))
	return r
}
