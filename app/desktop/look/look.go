// Package look is the appearance of the citizen's window: colours for light and dark, type, spacing, icons.
//
// It is quiet on purpose. One accent marks what can be pressed, a warm ring marks what has the keyboard, and body text is never
// smaller than 16 units, for tired eyes. Every pair of text and ground in the palette keeps the contrast of 4.5:1 that
// WCAG 2.2 (1.4.3, level AA) asks for; a test says so.
//
// Install with app.Settings().SetTheme(look.New(look.System)).
package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"qoltanba/assets/fonts"
)

// Mode says which of the two palettes is shown.
type Mode int

// System follows the desktop's own setting; the other two do not.
const (
	System Mode = iota
	Light
	Dark
)

// Distances, in Fyne's device-independent units. Everything on screen keeps to this scale.
const (
	SpaceXS float32 = 4
	SpaceS  float32 = 8
	SpaceM  float32 = 16
	SpaceL  float32 = 24
	SpaceXL float32 = 32
)

// Radii of corners.
const (
	RadiusField float32 = 10
	RadiusCard  float32 = 14
)

// Text sizes.
const (
	TextCaption float32 = 15
	TextBody    float32 = 17
	TextLead    float32 = 18
	TextHeading float32 = 20
	TextTitle   float32 = 28
	TextDigits  float32 = 28
	TextPrompt  float32 = 34
	TextFar     float32 = 40
	TextNumber  float32 = 56
)

// Theme is a fyne.Theme.
type Theme struct{ mode Mode }

// New returns the theme in the given mode.
func New(mode Mode) Theme { return Theme{mode: mode} }

var styles = [...]fyne.Resource{
	fyne.NewStaticResource("NotoSans-Regular.ttf", fonts.Regular),
	fyne.NewStaticResource("NotoSans-Bold.ttf", fonts.Bold),
	fyne.NewStaticResource("NotoSans-Italic.ttf", fonts.Italic),
	fyne.NewStaticResource("NotoSans-BoldItalic.ttf", fonts.BoldItalic),
}

// Color returns the colour called name; names it does not know come from Fyne's own theme.
func (t Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	switch t.mode {
	case Light:
		variant = theme.VariantLight
	case Dark:
		variant = theme.VariantDark
	case System:
	}
	p := light
	if variant == theme.VariantDark {
		p = dark
	}
	if c, ok := p[name]; ok {
		return c
	}
	return theme.DefaultTheme().Color(name, variant)
}

// Font returns Noto Sans in the style asked for; monospace and symbols come from Fyne.
func (t Theme) Font(style fyne.TextStyle) fyne.Resource {
	if style.Monospace || style.Symbol {
		return theme.DefaultTheme().Font(style)
	}
	i := 0
	if style.Bold {
		i++
	}
	if style.Italic {
		i += 2
	}
	return styles[i]
}

// Icon returns Fyne's own icons, which only its dialogs use.
func (t Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(name) }

// Size returns a size of the scale above.
func (t Theme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameText:
		return TextBody
	case theme.SizeNameCaptionText:
		return TextCaption
	case theme.SizeNameHeadingText:
		return TextTitle
	case theme.SizeNameSubHeadingText:
		return TextHeading
	case theme.SizeNamePadding:
		return 6
	case theme.SizeNameInnerPadding:
		return 11
	case theme.SizeNameInlineIcon:
		return 22
	case theme.SizeNameInputBorder:
		return 2
	case theme.SizeNameInputRadius, theme.SizeNameButtonRadius, theme.SizeNameSelectionRadius:
		return RadiusField
	case theme.SizeNameScrollBar:
		return 14
	case theme.SizeNameScrollBarSmall:
		return 6
	default:
		return theme.DefaultTheme().Size(name)
	}
}
