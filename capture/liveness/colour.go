package liveness

import "slices"

// Colour is one of the colours that the screen shows. The values go over the wire.
type Colour string

// The colours: those of the screen's three lights alone, and two of them together.
const (
	Red     Colour = "red"
	Green   Colour = "green"
	Blue    Colour = "blue"
	Cyan    Colour = "cyan"
	Magenta Colour = "magenta"
	Yellow  Colour = "yellow"
)

// The light prompt: a white screen for at least LeadMillis from the moment it is told, then the colours, then white again until it is over.
// Colours change 1.9 times a second: WCAG 2.2, success criterion 2.3.1, allows up to three flashes.
const (
	SlotMillis  = 530  // of each colour
	LeadMillis  = 500  // of white before the first, and after the last
	LightMillis = 6000 // of the whole prompt, with time for the line
)

var colours = [...]Colour{Red, Green, Blue, Cyan, Magenta, Yellow}

// RGB returns which of the screen's lights are on, each 0 or 1.
func (c Colour) RGB() (r, g, b float64) {
	v := c.rgb()
	return v[0], v[1], v[2]
}

func (c Colour) rgb() [3]float64 {
	switch c {
	case Red:
		return [3]float64{1, 0, 0}
	case Green:
		return [3]float64{0, 1, 0}
	case Blue:
		return [3]float64{0, 0, 1}
	case Cyan:
		return [3]float64{0, 1, 1}
	case Magenta:
		return [3]float64{1, 0, 1}
	case Yellow:
		return [3]float64{1, 1, 0}
	}
	return [3]float64{}
}

// NewColours chooses the order of the colours: every one once. pick(k) returns a uniform number below k and must be unpredictable: use crypto/rand.
func NewColours(pick func(k int) int) []Colour {
	series := slices.Clone(colours[:])
	shuffle(series, pick)
	return series
}

// shuffle is Fisher and Yates's.
func shuffle[T any](s []T, pick func(k int) int) {
	for i := len(s) - 1; i > 0; i-- {
		j := pick(i + 1)
		s[i], s[j] = s[j], s[i]
	}
}
