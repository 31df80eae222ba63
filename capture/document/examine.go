package document

import (
	"image"
	"slices"

	"qoltanba/capture/document/mrz"
)

// Side of an identity card, or the data page of a passport.
type Side string

// The sides.
const (
	Front Side = "front"
	Back  Side = "back"
	Page  Side = "data page"
)

// Examination is what one picture shows of a document.
type Examination struct {
	Found
	Side     Side
	Guessed  bool         // nothing speaks for the side, neither a zone nor a portrait: a front by default, or a back whose zone cannot be read
	Upright  *image.Gray  // the document alone, at [Density] samples a millimetre
	Measures Measures     // of the upright document
	Zone     *mrz.Reading // nil where none is seen

	grid mrz.Grid // what the reader thinks of each character of the zone
}

// Examiner examines pictures. It is for one goroutine.
type Examiner struct {
	finder Finder
	reader *Reader
	turned bool     // which way up the next glance reads first
	last   struct { // glance that read a zone whose checks hold: the next one believes it, if the document lies as it did
		zone    *mrz.Reading
		corners Quad
	}
}

// NewExaminer takes the weights of package glyph and what the caller knows of numbers.
func NewExaminer(weights []byte, o mrz.Options) (*Examiner, error) {
	reader, err := NewReader(weights)
	if err != nil {
		return nil, err
	}
	reader.Options = o
	return &Examiner{reader: reader}, nil
}

// Examine looks for an identity card and for the data page of a passport, whichever fits better. It answers false where the picture shows neither. A side
// with a zone that can be read is the back, and the zone says where up is; of a front without one that is told by where a portrait
// seems to be, which is a guess: package face would be sure.
func (e *Examiner) Examine(img image.Image) (Examination, bool) {
	r := open(img)
	lines := e.finder.look(&r)
	card, page := e.finder.search(lines, ID1), e.finder.search(lines, ID3)
	if page.Score > card.Score {
		if x, ok := e.zone(&r, e.finder.settle(&r, page), mrz.TD3, ID3, Page); ok && len(x.Zone.Failed()) <= mostFailed {
			return x, true
		}
	}
	if card.Score <= 0 {
		return Examination{}, false
	}
	card = e.finder.settle(&r, card)
	if x, ok := e.zone(&r, card, mrz.TD1, ID1, Back); ok && (len(x.Zone.Failed()) <= mostFailed || x.grid.Fits(mrz.TD1) >= leastFit) {
		return x, true
	}
	x := Examination{Found: card, Side: Front, Upright: r.rectify(ID1, card.Corners)}
	if x.Upright == nil {
		return Examination{}, false
	}
	if upsideDown(x.Upright) {
		x.turn()
	}
	x.Guessed = !hasPortrait(x.Upright)
	x.Measures = r.measure(ID1, x.Corners, x.Upright)
	return x, true
}

// Print that is taken for a zone fails nearly all of the five checks, and has letters where digits should be: more than so many may not fail, unless
// so large a part of the digits and letters are in their places.
const (
	mostFailed = 2
	leastFit   = 0.7
)

// zone reads the zone both ways up, and takes the way that fails less checks.
func (e *Examiner) zone(r *raster, found Found, f mrz.Format, s Shape, side Side) (Examination, bool) {
	x := Examination{Found: found, Side: side, Upright: r.rectify(s, found.Corners)}
	zone, ok := e.reader.Read(x.Upright, f)
	x.grid = slices.Clone(e.reader.grid)
	if !ok || len(zone.Failed()) > 0 {
		turned := x
		turned.turn()
		if other, found := e.reader.Read(turned.Upright, f); found && (!ok || mean(other.Confidence) > mean(zone.Confidence)) {
			turned.grid = slices.Clone(e.reader.grid)
			x, zone, ok = turned, other, true
		}
	}
	if !ok {
		return Examination{}, false
	}
	x.Zone = &zone
	x.Measures = r.measure(s, x.Corners, x.Upright)
	return x, true
}

func mean(v []float32) float32 {
	sum := float32(0)
	for _, x := range v {
		sum += x
	}
	return sum / float32(max(len(v), 1))
}

// turn turns the document upside down.
func (x *Examination) turn() {
	x.Corners = x.Corners.Turned()
	x.Sides = [4]float64{x.Sides[2], x.Sides[3], x.Sides[0], x.Sides[1]}
	if x.Upright != nil {
		turned := image.NewGray(x.Upright.Rect)
		for i, v := range x.Upright.Pix {
			turned.Pix[len(turned.Pix)-1-i] = v
		}
		x.Upright = turned
	}
}

// upsideDown guesses whether a front stands upside down: the portrait, on the left, has dark and light parts as large as a thumb, while print and
// patterns are even at that size.
func upsideDown(img *image.Gray) bool {
	return unrest(img, oppositeBox) > unrest(img, portraitBox)
}

// hasPortrait says whether a portrait is seen at one end, and not at the other.
func hasPortrait(img *image.Gray) bool {
	left, right := unrest(img, portraitBox), unrest(img, oppositeBox)
	return max(left, right) >= leastPortrait && max(left, right) >= clearPortrait*min(left, right)
}

// Where the portrait of a front is, and where it is on one that stands upside down.
var (
	portraitBox = Box{4, 13, 28, 43}
	oppositeBox = Box{57.6, 11, 81.6, 41}
)

// unrest is the variance of the light of squares of 3 mm, without what a lamp from one side does.
func unrest(img *image.Gray, b Box) float64 {
	const side = 3
	columns, rows := int((b.Right-b.Left)/side), int((b.Bottom-b.Top)/side)
	cells := make([]float64, columns*rows)
	var all, leanX, leanY, spreadX, spreadY float64
	for i := range cells {
		left, top := int((b.Left+side*float64(i%columns))*Density), int((b.Top+side*float64(i/columns))*Density)
		sum := 0
		for y := top; y < top+side*Density; y++ {
			for _, v := range img.Pix[img.PixOffset(left, y):][:side*Density] {
				sum += int(v)
			}
		}
		cells[i] = float64(sum) / (side * side * Density * Density)
		all += cells[i] / float64(len(cells))
	}
	place := func(i int) (x, y float64) {
		return float64(i%columns) - float64(columns-1)/2, float64(i/columns) - float64(rows-1)/2
	}
	for i, v := range cells {
		x, y := place(i)
		leanX, leanY, spreadX, spreadY = leanX+x*v, leanY+y*v, spreadX+x*x, spreadY+y*y
	}
	sum := 0.0
	for i, v := range cells {
		x, y := place(i)
		d := v - all - x*leanX/spreadX - y*leanY/spreadY
		sum += d * d
	}
	return sum / float64(len(cells))
}
