package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colour names of our own, beside those of Fyne. Widgets ask for them through the theme like any other.
const (
	// ColorMuted is for text of second rank: leads, hints, captions.
	ColorMuted fyne.ThemeColorName = "qoltanba.muted"
	// ColorSurface is the ground of cards, the header and fields.
	ColorSurface fyne.ThemeColorName = "qoltanba.surface"
	// ColorTint is the ground of what belongs to the accent: illustrations, chosen rows, quiet buttons.
	ColorTint fyne.ThemeColorName = "qoltanba.tint"
	// ColorInk is the accent as a text colour.
	ColorInk fyne.ThemeColorName = "qoltanba.ink"
	// ColorWarm is the second accent in drawings; no text has it.
	ColorWarm fyne.ThemeColorName = "qoltanba.warm"
	// ColorRing is the frame of whatever has the keyboard.
	ColorRing fyne.ThemeColorName = "qoltanba.ring"
	// ColorBorder outlines cards and fields.
	ColorBorder fyne.ThemeColorName = "qoltanba.border"
	// ColorGoodGround, ColorWarnGround and ColorBadGround lie under notices.
	ColorGoodGround fyne.ThemeColorName = "qoltanba.good.ground"
	ColorWarnGround fyne.ThemeColorName = "qoltanba.warn.ground"
	ColorBadGround  fyne.ThemeColorName = "qoltanba.bad.ground"
	// ColorRibbon is the ground of the demonstration ribbon, ColorOnRibbon its text.
	ColorRibbon   fyne.ThemeColorName = "qoltanba.ribbon"
	ColorOnRibbon fyne.ThemeColorName = "qoltanba.ribbon.text"
	// ColorPicture is the ground behind a live picture, ColorOnPicture words on it; ColorGuide and ColorGuideGood are the lines that
	// show where face or card belongs.
	ColorPicture   fyne.ThemeColorName = "qoltanba.picture"
	ColorOnPicture fyne.ThemeColorName = "qoltanba.picture.text"
	ColorGuide     fyne.ThemeColorName = "qoltanba.guide"
	ColorGuideGood fyne.ThemeColorName = "qoltanba.guide.good"
	// ColorGuideRest is for what of a guide is not lit yet.
	ColorGuideRest fyne.ThemeColorName = "qoltanba.guide.rest"
	// ColorGuideSpot marks what is to be mended on a picture.
	ColorGuideSpot fyne.ThemeColorName = "qoltanba.guide.spot"
)

type palette map[fyne.ThemeColorName]color.NRGBA

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff} //nolint:gosec // three bytes of a literal
}

func veil(v uint32, alpha uint8) color.NRGBA {
	c := rgb(v)
	c.A = alpha
	return c
}

// light is paper and steppe: warm ground, white cards, the blue-green of a far horizon.
var light = palette{
	theme.ColorNameBackground:          rgb(0xF7F4EE),
	theme.ColorNameForeground:          rgb(0x1B2A33),
	theme.ColorNamePrimary:             rgb(0x0B5C6E),
	theme.ColorNameForegroundOnPrimary: rgb(0xFFFFFF),
	theme.ColorNameHyperlink:           rgb(0x0B5C6E),
	theme.ColorNameFocus:               veil(0x0B5C6E, 0x40),
	theme.ColorNameSelection:           veil(0x0B5C6E, 0x40),
	theme.ColorNameHover:               veil(0x0B5C6E, 0x14),
	theme.ColorNamePressed:             veil(0x1B2A33, 0x22),
	theme.ColorNameButton:              rgb(0xE3EEEF),
	theme.ColorNameDisabledButton:      rgb(0xE4E0D8),
	theme.ColorNameDisabled:            rgb(0x6B6F70),
	theme.ColorNamePlaceHolder:         rgb(0x66727A),
	theme.ColorNameInputBackground:     rgb(0xFFFFFF),
	theme.ColorNameInputBorder:         rgb(0x7D8A91),
	theme.ColorNameMenuBackground:      rgb(0xFFFFFF),
	theme.ColorNameOverlayBackground:   rgb(0xFFFFFF),
	theme.ColorNameHeaderBackground:    rgb(0xEFEBE2),
	theme.ColorNameSeparator:           rgb(0xDDD7CB),
	theme.ColorNameShadow:              veil(0x1B2A33, 0x33),
	theme.ColorNameScrollBar:           rgb(0x8A959B),
	theme.ColorNameSuccess:             rgb(0x1F6B43),
	theme.ColorNameWarning:             rgb(0x7A4B00),
	theme.ColorNameError:               rgb(0xA32119),
	ColorMuted:                         rgb(0x4D5A62),
	ColorSurface:                       rgb(0xFFFFFF),
	ColorTint:                          rgb(0xE3EEEF),
	ColorInk:                           rgb(0x0B5C6E),
	ColorWarm:                          rgb(0xD9902B),
	ColorRing:                          rgb(0xB35C00),
	ColorBorder:                        rgb(0xDDD7CB),
	ColorGoodGround:                    rgb(0xE4F1E8),
	ColorWarnGround:                    rgb(0xFDF0D5),
	ColorBadGround:                     rgb(0xFBE6E3),
	ColorRibbon:                        rgb(0xF3C35B),
	ColorOnRibbon:                      rgb(0x3A2600),
	ColorPicture:                       rgb(0x10181C),
	ColorOnPicture:                     rgb(0xEDF1F2),
	ColorGuide:                         rgb(0xFFFFFF),
	ColorGuideGood:                     rgb(0x58D68D),
	ColorGuideRest:                     veil(0xFFFFFF, 0x66),
	ColorGuideSpot:                     rgb(0xFFB020),
}

// dark is the same room in the evening.
var dark = palette{
	theme.ColorNameBackground:          rgb(0x12191D),
	theme.ColorNameForeground:          rgb(0xEDF1F2),
	theme.ColorNamePrimary:             rgb(0x6CC5D3),
	theme.ColorNameForegroundOnPrimary: rgb(0x06262D),
	theme.ColorNameHyperlink:           rgb(0x7FD0DD),
	theme.ColorNameFocus:               veil(0x6CC5D3, 0x40),
	theme.ColorNameSelection:           veil(0x6CC5D3, 0x55),
	theme.ColorNameHover:               veil(0x6CC5D3, 0x1C),
	theme.ColorNamePressed:             veil(0xFFFFFF, 0x22),
	theme.ColorNameButton:              rgb(0x23383F),
	theme.ColorNameDisabledButton:      rgb(0x2A3338),
	theme.ColorNameDisabled:            rgb(0x9BA6AB),
	theme.ColorNamePlaceHolder:         rgb(0x9AA6AC),
	theme.ColorNameInputBackground:     rgb(0x172126),
	theme.ColorNameInputBorder:         rgb(0x77868E),
	theme.ColorNameMenuBackground:      rgb(0x1E292F),
	theme.ColorNameOverlayBackground:   rgb(0x1E292F),
	theme.ColorNameHeaderBackground:    rgb(0x172126),
	theme.ColorNameSeparator:           rgb(0x34424A),
	theme.ColorNameShadow:              veil(0x000000, 0x88),
	theme.ColorNameScrollBar:           rgb(0x6C7A82),
	theme.ColorNameSuccess:             rgb(0x7FD3A2),
	theme.ColorNameWarning:             rgb(0xF0C06A),
	theme.ColorNameError:               rgb(0xFF9D92),
	ColorMuted:                         rgb(0xB3BFC5),
	ColorSurface:                       rgb(0x1E292F),
	ColorTint:                          rgb(0x23383F),
	ColorInk:                           rgb(0x7FD0DD),
	ColorWarm:                          rgb(0xE6A94B),
	ColorRing:                          rgb(0xFFC163),
	ColorBorder:                        rgb(0x34424A),
	ColorGoodGround:                    rgb(0x1B3328),
	ColorWarnGround:                    rgb(0x3A2E17),
	ColorBadGround:                     rgb(0x3F2422),
	ColorRibbon:                        rgb(0xF3C35B),
	ColorOnRibbon:                      rgb(0x3A2600),
	ColorPicture:                       rgb(0x10181C),
	ColorOnPicture:                     rgb(0xEDF1F2),
	ColorGuide:                         rgb(0xFFFFFF),
	ColorGuideGood:                     rgb(0x58D68D),
	ColorGuideRest:                     veil(0xFFFFFF, 0x66),
	ColorGuideSpot:                     rgb(0xFFB020),
}
