package look

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"

	"fyne.io/fyne/v2"
	"golang.org/x/image/draw"

	"qoltanba/assets/icons"
)

// Icon returns the drawing called name in the colour called ink, as the theme th shows it now.
// The resource's name tells colours apart, so that Fyne's cache never shows yesterday's theme.
func Icon(th fyne.Theme, name string, ink fyne.ThemeColorName) fyne.Resource {
	places := [...]struct {
		place string
		name  fyne.ThemeColorName
	}{
		{"#010101", ink}, {"#020202", ColorTint}, {"#030303", ColorSurface}, {"#040404", ColorWarm},
	}
	svg := icons.SVG(name)
	id := name
	for _, p := range places {
		hex := hexOf(Color(th, p.name))
		svg = bytes.ReplaceAll(svg, []byte(p.place), []byte(hex))
		id += hex
	}
	return fyne.NewStaticResource(id+".svg", svg)
}

// AppIcon is the icon of window, dock and tray.
func AppIcon() fyne.Resource { return fyne.NewStaticResource("qoltanba.png", icons.AppPNG) }

// Color returns the colour called name as th shows it now; where th does not know one of our own names, ours is taken.
func Color(th fyne.Theme, name fyne.ThemeColorName) color.Color {
	variant := fyne.CurrentApp().Settings().ThemeVariant()
	if _, ours := th.(Theme); !ours {
		if _, named := light[name]; named && strings.HasPrefix(string(name), "qoltanba.") {
			return New(System).Color(name, variant)
		}
	}
	return th.Color(name, variant)
}

// logos are those made so far, by their side in pixels. They belong to the interface's goroutine.
var logos = map[int]image.Image{}

// Logo is the application's icon, so many pixels wide and high. Every screen shows it; made by the toolkit it would be decoded and reduced from
// the large icon each time.
func Logo(side int) image.Image {
	if logo, ok := logos[side]; ok {
		return logo
	}
	logo := image.NewNRGBA(image.Rect(0, 0, side, side))
	if icon, err := png.Decode(bytes.NewReader(icons.AppPNG)); err == nil { // it is embedded, and a test decodes it
		draw.CatmullRom.Scale(logo, logo.Rect, icon, icon.Bounds(), draw.Over, nil)
	}
	logos[side] = logo
	return logo
}

func hexOf(c color.Color) string {
	n, _ := color.NRGBAModel.Convert(c).(color.NRGBA)
	return fmt.Sprintf("#%02X%02X%02X", n.R, n.G, n.B)
}
