package frame

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
)

const railWidth float32 = 232

// header has the name of the product, the demonstration ribbon, the languages and Help.
func (f *Frame) header() fyne.CanvasObject {
	logo := part.Row(10, f.newLogo(36), part.Heading("Qoltanba"))
	middle := part.Row(0)
	if f.options.Demo {
		middle = part.Row(0, part.Inset(14, 5, part.NewSurface(look.ColorRibbon, "", 8),
			part.Caption(f.words.T("frame.demo")).Colored(look.ColorOnRibbon)))
	}
	languages := part.Row(2)
	for _, l := range wording.Languages() {
		languages.Add(f.languageButton(l))
	}
	help := f.own("help", part.NewButton(part.Plain, f.words.T("frame.help"), "help", f.Help))
	bar := part.Inset(look.SpaceL, 10, part.NewSurface(look.ColorSurface, "", 0),
		part.Row(look.SpaceL, logo, part.Grow(middle), languages, help))
	return part.Column(0, bar, part.Line())
}

func (f *Frame) languageButton(l wording.Language) fyne.CanvasObject {
	b := f.own("language."+string(l), part.NewButton(part.Quiet, l.Short(), "", func() { f.SetLanguage(l) }))
	if l != f.words.Language() {
		return b
	}
	return part.Inset(0, 0, part.NewSurface(look.ColorTint, "", look.RadiusField), b)
}

// rail shows the stages of the way; the step is named below the stage that is under way.
func (f *Frame) rail() fyne.CanvasObject {
	list := part.Column(4)
	for _, s := range screen.Stages() {
		list.Add(f.stage(s))
	}
	ground := part.NewSurface(theme.ColorNameHeaderBackground, "", 0)
	return part.Grown(railWidth, part.Inset(14, look.SpaceL, ground, list))
}

func (f *Frame) stage(s screen.Stage) fyne.CanvasObject {
	name := f.words.T(s.Key())
	at := f.view.Stage
	switch {
	case s < at:
		return railRow(disc("check", theme.ColorNameSuccess, look.ColorGoodGround), part.Body(name), nil)
	case s == at:
		return part.Inset(0, 0, part.NewSurface(look.ColorSurface, look.ColorBorder, look.RadiusField),
			railRow(number(s, theme.ColorNamePrimary, theme.ColorNameForegroundOnPrimary), part.Strong(name), part.Caption(f.view.Step)))
	default:
		return railRow(number(s, theme.ColorNameSeparator, look.ColorMuted), part.Muted(name), nil)
	}
}

func railRow(mark fyne.CanvasObject, name, step *part.Text) fyne.CanvasObject {
	words := part.Column(0, name)
	if step != nil {
		words.Add(step)
	}
	return part.Inset(10, 9, part.Space(0), part.Row(12, mark, part.Grow(words)))
}

func disc(icon string, ink, ground fyne.ThemeColorName) fyne.CanvasObject {
	return part.Fixed(30, 30, part.Inset(6, 6, part.NewSurface(ground, "", 15), part.Icon(icon, 18, ink)))
}

func number(s screen.Stage, ground, ink fyne.ThemeColorName) fyne.CanvasObject {
	digit := part.Caption(strconv.Itoa(int(s))).Centered().Colored(ink)
	return part.Fixed(30, 30, container.NewStack(part.NewSurface(ground, "", 15), container.NewCenter(part.Fixed(30, 21, digit))))
}

// footer has the way back and quiet ways out at the left, the main button at the right.
func (f *Frame) footer() fyne.CanvasObject {
	v := f.view
	if v.Main == nil && v.Back == nil && len(v.Links) == 0 {
		return part.Space(0)
	}
	left := part.Row(look.SpaceS)
	if v.Back != nil {
		left.Add(v.Back)
	}
	for _, l := range v.Links {
		left.Add(l)
	}
	row := part.Row(look.SpaceM, part.Grow(left))
	if v.Main != nil {
		row.Add(v.Main)
	}
	bar := part.Inset(look.SpaceL, 12, part.NewSurface(look.ColorSurface, "", 0), row)
	return part.Column(0, part.Line(), bar)
}

// own registers a piece of the frame itself.
func (f *Frame) own(id string, b *part.Button) *part.Button {
	f.ids[id] = b
	return b
}
