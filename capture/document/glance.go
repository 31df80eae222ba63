package document

import (
	"image"
	"math"

	"qoltanba/capture/document/mrz"
)

// Glance is what a live guide is told of one frame. It costs less than an [Examination] and claims less: a side is named only where
// something speaks for it.
type Glance struct {
	Found
	Side       Side         // "" where it cannot be told: a front whose portrait is hidden, a back whose zone is
	UpsideDown bool         // it is surely held so; the corners are those of the document upright where that is known
	Measures   Measures     // but how sharp the zone is
	Zone       *mrz.Reading // nil where none was read; check digits may fail
	Tilt       float64      // how much longer a side is than the one opposite, natural logarithm; 0 for a document that lies flat before the camera
	Spots      []Quad       // of the picture, where light is reflected; the largest first
	Same       bool         // it is the side of the picture that was given to compare with
	Upright    *image.Gray  // as in Examination
}

// Of a portrait's unrest, which tells a front from a back whose zone is hidden.
const (
	leastPortrait = 900 // variance of light; fronts of specimens have 1850 to 3550, backs up to 490
	clearPortrait = 4   // times that of the other end
)

// Glance looks for the document of which the side is wanted. Where taken is not nil it is the upright document of a picture that was
// taken before, of the other side. It answers false where there is no document.
func (e *Examiner) Glance(img image.Image, want Side, taken *image.Gray) (Glance, bool) {
	shape, format := ID1, mrz.TD1
	if want == Page {
		shape, format = ID3, mrz.TD3
	}
	r := open(img)
	found, ok := e.finder.find(&r, shape)
	if !ok {
		return Glance{}, false
	}
	x := Examination{Found: found, Upright: r.rectify(shape, found.Corners)}
	if x.Upright == nil {
		return Glance{}, false
	}
	var g Glance
	if e.turned { // as the last one was held
		x.turn()
	}
	zone := e.lastZone(x.Corners)
	if zone == nil {
		zone = e.glanceZone(&x, format)
	}
	switch {
	case zone != nil:
		g.Zone, g.Side = zone, Back
	case want != Page:
		g.Side = e.portrait(&x)
	}
	if want == Page {
		g.Side = Page
	}
	g.UpsideDown = x.Corners != found.Corners && g.Side != "" && (zone != nil || want != Page)
	g.Found, g.Upright = x.Found, x.Upright
	g.Measures = r.place(shape, x.Corners)
	g.Measures.Print = sharpness(x.Upright, PrintBox)
	g.Tilt = tilt(x.Corners)
	g.Spots = spots(shape, x.Corners, g.Measures.Glare)
	g.Same = taken != nil && taken.Rect == x.Upright.Rect && same(taken, x)
	return g, true
}

// lastZone is the zone of the last glance, once, if the document has hardly moved: reading is a third of the work.
func (e *Examiner) lastZone(q Quad) *mrz.Reading {
	zone, was := e.last.zone, e.last.corners
	e.last.zone = nil
	for i := range q {
		if q[i].minus(was[i]).length() > 0.03*q.Width() {
			return nil
		}
	}
	return zone
}

// glanceZone tries to read a zone one way up, and takes the other way for the next frame where there is none.
func (e *Examiner) glanceZone(x *Examination, f mrz.Format) *mrz.Reading {
	zone, ok := e.reader.Read(x.Upright, f)
	if ok && len(zone.Failed()) == 0 {
		e.last.zone, e.last.corners = &zone, x.Corners
	}
	if ok && (len(zone.Failed()) <= mostFailed || f == mrz.TD1 && e.reader.grid.Fits(f) >= leastFit) {
		return &zone
	}
	e.turned = !e.turned
	return nil
}

// portrait says that this is a front if a portrait is seen at one end, and turns it upright.
func (e *Examiner) portrait(x *Examination) Side {
	if !hasPortrait(x.Upright) {
		return ""
	}
	if upsideDown(x.Upright) {
		x.turn()
	}
	return Front
}

// same says whether two upright documents show one side, whichever way up.
func same(taken *image.Gray, x Examination) bool {
	if correlation(taken, x.Upright) >= alike {
		return true
	}
	x.turn()
	return correlation(taken, x.Upright) >= alike
}

// tilt is how unlike opposite sides are.
func tilt(q Quad) float64 {
	ratio := func(a, b, c, d Point) float64 {
		return math.Abs(math.Log(max(a.minus(b).length(), 1) / max(c.minus(d).length(), 1)))
	}
	return max(ratio(q[0], q[1], q[3], q[2]), ratio(q[0], q[3], q[1], q[2]))
}

// spots are boxes of the document where they are in the picture.
func spots(s Shape, q Quad, boxes []Box) []Quad {
	m, ok := mapOnto(s, q)
	if !ok {
		return nil
	}
	var all []Quad
	for _, b := range boxes {
		var spot Quad
		for i, p := range [4]Point{{b.Left, b.Top}, {b.Right, b.Top}, {b.Right, b.Bottom}, {b.Left, b.Bottom}} {
			spot[i].X, spot[i].Y = m.apply(p.X, p.Y)
		}
		all = append(all, spot)
	}
	return all
}
