package look

import (
	"bytes"
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"qoltanba/assets/icons"
)

// Icon returns the drawing called name in the colour called ink, as the theme th shows it now.
// The resource's name tells colours apart, so that Fyne's cache never shows yesterday's theme.
func Icon(th fyne.Theme, name string, ink fyne.ThemeColorName) fyne.Resource {
	v := fyne.CurrentApp().Settings().ThemeVariant()
	places := [...]struct {
		place string
		name  fyne.ThemeColorName
	}{
		{"#010101", ink}, {"#020202", ColorTint}, {"#030303", ColorSurface}, {"#040404", ColorWarm},
	}
	svg := icons.SVG(name)
	id := name
	for _, p := range places {
		hex := hexOf(th.Color(p.name, v))
		svg = bytes.ReplaceAll(svg, []byte(p.place), []byte(hex))
		id += hex
	}
	return fyne.NewStaticResource(id+".svg", svg)
}

// AppIcon is the icon of window, dock and tray.
func AppIcon() fyne.Resource { return fyne.NewStaticResource("qoltanba.png", icons.AppPNG) }

// Foreground is the colour of body text, for callers that draw.
func Foreground(th fyne.Theme) color.Color {
	return th.Color(theme.ColorNameForeground, fyne.CurrentApp().Settings().ThemeVariant())
}

func hexOf(c color.Color) string {
	n, _ := color.NRGBAModel.Convert(c).(color.NRGBA)
	return fmt.Sprintf("#%02X%02X%02X", n.R, n.G, n.B)
}
