// Package document looks at pictures of identity documents: it finds a card in a frame, puts it straight, says whether the picture is
// good enough and why not, tells the sides apart and reads the machine-readable zone.
//
// [Finder.Find] gives the four corners of a card, exact to a fraction of a pixel; [Rectify] makes a picture of the card alone
// out of them, at [Density] samples a millimetre, so that everything behind works in millimetres of the card. [Measure] tells how much of the
// picture the card fills, how sharp its print is, where light is reflected and which corners are cut off. [Reader] finds and reads the
// zone of package mrz with the network of package glyph. [Examine] does all of this for one picture.
//
// The same code guides the citizen live and judges what was sent: about 20 frames a second on one core. It is plain Go, keeps
// nothing, and believes nothing but the pixels. MEASURED.md says how far it is to be trusted: it was tried on drawn specimens, not on real cards.
package document

import "math"

// Density of a rectified card, samples a millimetre: 254 dots an inch.
const Density = 10

// Shape is a size of document.
type Shape struct {
	Width, Height float64 // millimetres
}

// The sizes of ISO/IEC 7810 that citizens hold.
var (
	ID1 = Shape{85.60, 53.98} // identity cards
	ID3 = Shape{125, 88}      // data pages of passports
)

// Pixels is the size of the rectified document.
func (s Shape) Pixels() (width, height int) {
	return int(math.Round(s.Width * Density)), int(math.Round(s.Height * Density))
}

// Point is a place in a picture, in pixels: 0, 0 is the outer corner of the first pixel.
type Point struct{ X, Y float64 }

func (p Point) minus(q Point) Point { return Point{p.X - q.X, p.Y - q.Y} }

func (p Point) length() float64 { return math.Hypot(p.X, p.Y) }

// Quad are the corners of a document: where it is seen upright, top left, top right, bottom right and bottom left. Corners of a card are
// those that its sides would meet in, were they not rounded.
type Quad [4]Point

// Width is the mean length of the upper and lower side, pixels.
func (q Quad) Width() float64 {
	return (q[1].minus(q[0]).length() + q[2].minus(q[3]).length()) / 2
}

// Height is the mean length of the left and right side, pixels.
func (q Quad) Height() float64 {
	return (q[3].minus(q[0]).length() + q[2].minus(q[1]).length()) / 2
}

// Area in square pixels.
func (q Quad) Area() float64 {
	sum := 0.0
	for i, p := range q {
		next := q[(i+1)%4]
		sum += p.X*next.Y - next.X*p.Y
	}
	return math.Abs(sum) / 2
}

// Turned is the same document seen upside down.
func (q Quad) Turned() Quad { return Quad{q[2], q[3], q[0], q[1]} }
