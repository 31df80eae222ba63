package document

import (
	"image"
	"math"
)

// Finder finds documents in pictures. It uses its memory again, so a stream of frames allocates little; it is for one goroutine. The zero
// Finder is ready.
type Finder struct {
	width, height                         int // of the reduced picture
	strength, across, down, small, passed []float32
	votes                                 []float32
	found                                 []edge
}

// Found is a document in a picture.
type Found struct {
	// Corners from the upper left on, a long side above; whether that side is the document's upper or lower one is not known yet.
	Corners Quad
	// Score is how well the corners explain what is seen, up to 1.3.
	Score float64
	// Sides are the shares of the upper, right, lower and left side that show as an edge within the picture.
	Sides [4]float64
}

// Of what passes for a document.
const (
	leastSide  = 0.35 // of a side that shows as an edge
	leastMean  = 0.60 // of all sides
	leastShare = 0.03 // of the picture's area
	mostBeyond = 0.02 // of the picture's width, how far a corner may lie beyond its edge
	cornerPart = 0.06 // of a side at each end, where it is rounded
	beyondPart = 0.12 // of a side, how far it is looked at beyond its corners
	offShape   = 0.16 // natural logarithm of the ratio of sides, how far it may be off
	offSquare  = 0.16 // cosine of the corner, how far it may be off
	// focal is the distance of the lens in widths of the picture: cameras of computers and telephones lie between 0.75 and 1.3.
	focal = 1.0
)

// Find looks for a document of the shape. It answers false where there is none.
func (f *Finder) Find(img image.Image, s Shape) (Found, bool) {
	r := open(img)
	return f.find(&r, s)
}

func (f *Finder) find(r *raster, s Shape) (Found, bool) {
	best := f.search(f.look(r), s)
	return f.settle(r, best), best.Score > 0
}

// look finds the lines of a picture; none in one that is too small for a document.
func (f *Finder) look(r *raster) []line {
	const smallest = 32
	if r.width < smallest || r.height < smallest {
		return nil
	}
	f.width = min(searchWidth, r.width)
	f.height = max(r.height*f.width/r.width, 8)
	return f.lines(f.edges(r))
}

// settle takes what search found to the full size of the picture and makes it exact.
func (f *Finder) settle(r *raster, found Found) Found {
	if found.Score <= 0 {
		return Found{}
	}
	scale := float64(r.width) / float64(f.width)
	for i := range found.Corners {
		found.Corners[i].X *= scale
		found.Corners[i].Y *= float64(r.height) / float64(f.height)
	}
	found.Corners = r.refine(found.Corners, scale)
	return found
}

// search tries all pairs of lines of the one direction with all of the other.
func (f *Finder) search(lines []line, s Shape) Found {
	var level, upright []*line
	for i := range lines {
		if lines[i].upright {
			upright = append(upright, &lines[i])
		} else {
			level = append(level, &lines[i])
		}
	}
	var best Found
	for i, a := range level {
		for _, b := range level[i+1:] {
			for k, c := range upright {
				for _, d := range upright[k+1:] {
					if found := f.judge(a, b, c, d, s); found.Score > best.Score {
						best = found
					}
				}
			}
		}
	}
	return best
}

// judge holds a quadrilateral of two level and two upright lines against what a document looks like; its score is 0 where it
// cannot be one.
func (f *Finder) judge(top, bottom, left, right *line, s Shape) Found {
	q, ok := f.corners(&top, &bottom, &left, &right)
	if !ok {
		return Found{}
	}
	sides := [4]*line{top, right, bottom, left}
	if q.Width() < q.Height() { // it stands on a short side
		q = Quad{q[3], q[0], q[1], q[2]}
		sides = [4]*line{left, top, right, bottom}
	}
	area := q.Area() / float64(f.width*f.height)
	if area < leastShare {
		return Found{}
	}
	ratio, square := f.shape(q)
	off := math.Abs(math.Log(ratio * s.Height / s.Width))
	if off > offShape || square > offSquare {
		return Found{}
	}
	found := Found{Corners: q}
	least, mean, strong, beyond := 1.0, 0.0, 0.0, 0.0
	for i, l := range sides {
		from, to := l.along(q[i]), l.along(q[(i+1)%4])
		inset := cornerPart * (to - from)
		share, strength, seen := l.visible(from+inset, to-inset, f.width, f.height)
		if share < leastSide || seen < 0.5 {
			return Found{}
		}
		reach := beyondPart * (to - from)
		outward := (overrun(l, from-reach, from-inset/3, f) + overrun(l, to+inset/3, to+reach, f)) / 2
		found.Sides[i] = share
		least, mean, strong, beyond = min(least, share), mean+share/4, strong+strength/4, beyond+outward/4
	}
	if mean < leastMean {
		return Found{}
	}
	found.Score = 0.5*mean + 0.4*least + 0.3*strong + 0.1*min(1, area/0.3) - 0.25*beyond - 0.8*max(0, off-0.03) - 0.5*max(0, square-0.03)
	return found
}

// corners puts the lines in order and lets them meet. False where they make no convex quadrilateral within the picture.
func (f *Finder) corners(top, bottom, left, right **line) (Quad, bool) {
	middleX, middleY := float64(f.width)/2, float64(f.height)/2
	height := func(l *line) float64 { return (l.rho - middleX*l.cos) / l.sin }
	reach := func(l *line) float64 { return (l.rho - middleY*l.sin) / l.cos }
	if height(*top) > height(*bottom) {
		*top, *bottom = *bottom, *top
	}
	if reach(*left) > reach(*right) {
		*left, *right = *right, *left
	}
	var q Quad
	for i, pair := range [4][2]*line{{*top, *left}, {*top, *right}, {*bottom, *right}, {*bottom, *left}} {
		p, ok := pair[0].meet(pair[1])
		slack := mostBeyond * float64(f.width)
		if !ok || p.X < -slack || p.Y < -slack || p.X > float64(f.width)+slack || p.Y > float64(f.height)+slack {
			return q, false
		}
		q[i] = p
	}
	for i := range q {
		a, b := q[(i+1)%4].minus(q[i]), q[(i+2)%4].minus(q[(i+1)%4])
		if a.X*b.Y-a.Y*b.X <= 0 {
			return q, false
		}
	}
	return q, true
}

// shape is the ratio of the sides of the rectangle that is seen as the quadrilateral, and the cosine of its corners, which is
// 0 for a rectangle: the columns of the mapping, taken back through the lens, are its sides (Zhang and He, whiteboard scanning,
// doi:10.1016/j.dsp.2006.05.006).
func (f *Finder) shape(q Quad) (ratio, square float64) {
	distance := focal * float64(max(f.width, f.height))
	var centred Quad
	for i, p := range q {
		centred[i] = Point{(p.X - float64(f.width)/2) / distance, (p.Y - float64(f.height)/2) / distance}
	}
	m, ok := mapOnto(Shape{1, 1}, centred)
	if !ok {
		return 0, 1
	}
	a, b := [3]float64{m[0], m[3], m[6]}, [3]float64{m[1], m[4], m[7]}
	var aa, bb, ab float64
	for i := range a {
		aa, bb, ab = aa+a[i]*a[i], bb+b[i]*b[i], ab+a[i]*b[i]
	}
	if aa == 0 || bb == 0 {
		return 0, 1
	}
	return math.Sqrt(aa / bb), math.Abs(ab) / math.Sqrt(aa*bb)
}

// visible is the support of the part of the line that lies in the picture, and how large that part is.
func (l *line) visible(from, to float64, width, height int) (share, strength, part float64) {
	const steps = 16
	first, last := -1, -1
	for i := range steps + 1 {
		t := from + (to-from)*float64(i)/steps
		x, y := l.rho*l.cos-t*l.sin, l.rho*l.sin+t*l.cos
		if x >= 2 && y >= 2 && x <= float64(width)-2 && y <= float64(height)-2 {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if last <= first {
		return 0, 0, 0
	}
	share, strength = l.support(from+(to-from)*float64(first)/steps, from+(to-from)*float64(last)/steps)
	return share, strength, float64(last-first) / steps
}

// overrun is the support beyond a corner, where a document's side has ended.
func overrun(l *line, from, to float64, f *Finder) float64 {
	share, _, part := l.visible(from, to, f.width, f.height)
	return share * part
}
