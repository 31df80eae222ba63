package guide

import (
	"image/color"
	"time"
)

// Glow is the series of colours that the window shows at the end of a recording: white, the colours, white again. The zero value is white.
type Glow struct {
	Began   time.Time
	Colours []color.NRGBA
	Slot    time.Duration // of each
}

// Times of the series. WCAG 2.2, success criterion 2.3.1, allows three flashes a second; whatever the backend may ask for, the window changes
// its colour less often than that.
const (
	Lead      = 500 * time.Millisecond // of white before the first colour
	shortest  = 340 * time.Millisecond // slot
	blendOver = 100 * time.Millisecond // from colour to colour: no edge in time
)

var white = color.NRGBA{R: 255, G: 255, B: 255, A: 255}

// At returns the colour of a moment. over says that the series is done and white stays.
func (g *Glow) At(now time.Time) (c color.NRGBA, over bool) {
	slot := max(g.Slot, shortest)
	at := now.Sub(g.Began) - Lead
	if at < 0 || len(g.Colours) == 0 {
		return white, len(g.Colours) == 0
	}
	i := int(at / slot)
	from, to := g.colour(i-1), g.colour(i)
	into := at - time.Duration(i)*slot
	return blend(from, to, float64(into)/float64(blendOver)), i > len(g.Colours) || i == len(g.Colours) && into >= blendOver
}

func (g *Glow) colour(i int) color.NRGBA {
	if i < 0 || i >= len(g.Colours) {
		return white
	}
	return g.Colours[i]
}

func blend(a, b color.NRGBA, share float64) color.NRGBA {
	share = min(1, share)
	mix := func(x, y uint8) uint8 { return uint8(float64(x)*(1-share) + float64(y)*share + 0.5) }
	return color.NRGBA{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: 255}
}
