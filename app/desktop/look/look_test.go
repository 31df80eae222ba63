package look

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// luminance is WCAG 2.2's relative luminance.
func luminance(c color.NRGBA) float64 {
	part := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

func TestContrastOfEveryTextOnItsGround(t *testing.T) {
	t.Parallel()
	text := []struct {
		ink     fyne.ThemeColorName
		grounds []fyne.ThemeColorName
	}{
		{theme.ColorNameForeground, []fyne.ThemeColorName{
			theme.ColorNameBackground, ColorSurface, ColorTint, theme.ColorNameButton, theme.ColorNameInputBackground,
			ColorGoodGround, ColorWarnGround, ColorBadGround, theme.ColorNameHeaderBackground, theme.ColorNameOverlayBackground,
		}},
		{ColorMuted, []fyne.ThemeColorName{
			theme.ColorNameBackground, ColorSurface, ColorTint, theme.ColorNameHeaderBackground,
			ColorGoodGround, ColorWarnGround, ColorBadGround,
		}},
		{ColorInk, []fyne.ThemeColorName{theme.ColorNameBackground, ColorSurface, ColorTint, theme.ColorNameHeaderBackground}},
		{theme.ColorNameHyperlink, []fyne.ThemeColorName{theme.ColorNameBackground, ColorSurface}},
		{theme.ColorNameForegroundOnPrimary, []fyne.ThemeColorName{theme.ColorNamePrimary}},
		{theme.ColorNameSuccess, []fyne.ThemeColorName{ColorGoodGround, ColorSurface, theme.ColorNameBackground}},
		{theme.ColorNameWarning, []fyne.ThemeColorName{ColorWarnGround, ColorSurface, theme.ColorNameBackground}},
		{theme.ColorNameError, []fyne.ThemeColorName{ColorBadGround, ColorSurface, theme.ColorNameBackground}},
		{theme.ColorNamePlaceHolder, []fyne.ThemeColorName{theme.ColorNameInputBackground}},
		{ColorOnPicture, []fyne.ThemeColorName{ColorPicture}},
		{ColorOnRibbon, []fyne.ThemeColorName{ColorRibbon}},
	}
	for name, p := range map[string]palette{"light": light, "dark": dark} {
		for _, pair := range text {
			for _, ground := range pair.grounds {
				if got := contrast(p[pair.ink], p[ground]); got < 4.5 {
					t.Errorf("%s: %s on %s is %.2f:1, want 4.5:1", name, pair.ink, ground, got)
				}
			}
		}
		// WCAG 1.4.11: what shows a control's edge or state needs 3:1.
		for _, edge := range []fyne.ThemeColorName{ColorRing, theme.ColorNameInputBorder, theme.ColorNamePrimary} {
			if got := contrast(p[edge], p[theme.ColorNameBackground]); got < 3 {
				t.Errorf("%s: edge %s on background is %.2f:1, want 3:1", name, edge, got)
			}
		}
	}
}

func TestBothPalettesNameTheSameColours(t *testing.T) {
	t.Parallel()
	for name := range light {
		if _, ok := dark[name]; !ok {
			t.Errorf("dark lacks %s", name)
		}
	}
	if len(light) != len(dark) {
		t.Errorf("light has %d colours, dark %d", len(light), len(dark))
	}
}
