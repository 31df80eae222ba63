package document

import (
	"cmp"
	"math"
	"slices"
)

// Of the search for sides, in samples of the reduced picture unless said otherwise.
const (
	searchWidth = 480
	leastEdge   = 12  // strength of an edge; steps of 2 in light or 1.2 in colour
	strongEdge  = 200 // beyond which strength counts no more
	spread      = 3   // degrees to which an edge's direction is trusted
	leastVotes  = 20  // of a line
	mostLines   = 18  // of each direction
	apart       = 4.0 // degrees or samples between two lines
	nearLine    = 2.0 // of an edge to the line that it is part of
)

var planeWeights = [3]float32{1, 1.6, 1.6}

// edge is a place where light or colour changes most, and the direction across.
type edge struct {
	x, y   float32
	degree int // of the normal, 0 to 179
	weight float32
}

// line is a straight line x·cos + y·sin = rho and where along it edges were found.
type line struct {
	cos, sin, rho float64
	upright       bool // nearer to vertical
	votes         float32
	found         []int32   // sums of the samples along the line on which there is an edge, from -len/2
	strong        []float32 // sums of how strong the edges are, 0 to 1 each
}

// edges finds the edges of the picture at its reduced size.
func (f *Finder) edges(r *raster) []edge {
	w, h := f.width, f.height
	n := w * h
	f.strength, f.across, f.down = room(f.strength, n), room(f.across, n), room(f.down, n)
	f.small, f.passed = room(f.small, n), room(f.passed, n)
	clear(f.strength)
	for i := range r.planes {
		r.planes[i].reduce(w, h, f.small)
		smooth(f.small, f.passed, w, h)
		f.gradient(planeWeights[i])
	}
	f.found = f.found[:0]
	for y := 2; y < h-2; y++ {
		for x := 2; x < w-2; x++ {
			i := y*w + x
			s := f.strength[i]
			if s < leastEdge*leastEdge {
				continue
			}
			dx, dy := f.across[i], f.down[i]
			step := neighbour(dx, dy, w)
			if s < f.strength[i+step] || s <= f.strength[i-step] {
				continue
			}
			degree := (int(math.Round(math.Atan2(float64(dy), float64(dx))*180/math.Pi)) + 360) % 180
			strength := math.Sqrt(float64(s))
			f.found = append(f.found, edge{float32(x) + 0.5, float32(y) + 0.5, degree, float32(1 + min(strength/strongEdge, 1))})
		}
	}
	return f.found
}

// room is a slice of n elements in the memory given, or in new memory where that is too small.
func room[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// gradient keeps, for each sample, the strongest gradient of the planes seen so far (Sobel), squared.
func (f *Finder) gradient(weight float32) {
	w, a := f.width, f.small
	for y := 1; y < f.height-1; y++ {
		up, here, below := a[(y-1)*w:][:w], a[y*w:][:w], a[(y+1)*w:][:w]
		for x := 1; x < w-1; x++ {
			dx := weight * (up[x+1] + 2*here[x+1] + below[x+1] - up[x-1] - 2*here[x-1] - below[x-1])
			dy := weight * (below[x-1] + 2*below[x] + below[x+1] - up[x-1] - 2*up[x] - up[x+1])
			if s := dx*dx + dy*dy; s > f.strength[y*w+x] {
				f.strength[y*w+x], f.across[y*w+x], f.down[y*w+x] = s, dx, dy
			}
		}
	}
}

// neighbour is how far the next sample in the direction lies.
func neighbour(dx, dy float32, width int) int {
	const tan = 0.4142 // of 22.5 degrees
	ax, ay := max(dx, -dx), max(dy, -dy)
	switch {
	case ay < tan*ax:
		return 1
	case ax < tan*ay:
		return width
	case dx*dy > 0:
		return width + 1
	}
	return width - 1
}

// smooth applies 1 4 6 4 1 in both directions, in place.
func smooth(a, passed []float32, w, h int) {
	copy(passed, a)
	for y := range h {
		in, out := a[y*w:][:w], passed[y*w:][:w]
		for x := 2; x < w-2; x++ {
			out[x] = (in[x-2] + in[x+2] + 4*(in[x-1]+in[x+1]) + 6*in[x]) / 16
		}
	}
	for y := 2; y < h-2; y++ {
		p2, p1, p0, n1, n2 := passed[(y-2)*w:][:w], passed[(y-1)*w:][:w], passed[y*w:][:w], passed[(y+1)*w:][:w], passed[(y+2)*w:][:w]
		out := a[y*w:][:w]
		for x := range out {
			out[x] = (p2[x] + n2[x] + 4*(p1[x]+n1[x]) + 6*p0[x]) / 16
		}
	}
}

// lines finds the straight lines on which most edges lie (Duda and Hart, doi:10.1145/361237.361242; each edge votes for the directions
// near its own only).
func (f *Finder) lines(edges []edge) []line {
	diagonal := int(math.Hypot(float64(f.width), float64(f.height))) + 2
	columns := 2 * diagonal
	f.votes = room(f.votes, 180*columns)
	clear(f.votes)
	for _, e := range edges {
		for d := e.degree - spread; d <= e.degree+spread; d++ {
			t := (d + 180) % 180
			rho := float64(e.x)*cosines[t] + float64(e.y)*sines[t]
			f.votes[t*columns+int(math.Round(rho))+diagonal] += e.weight
		}
	}
	var all []line
	for t := range 180 {
		row := f.votes[t*columns:][:columns]
		for i := 1; i < columns-1; i++ {
			if votes := row[i] + (row[i-1]+row[i+1])/2; votes > leastVotes && row[i] >= row[i-1] && row[i] >= row[i+1] {
				all = append(all, line{cos: cosines[t], sin: sines[t], rho: float64(i - diagonal), upright: t < 45 || t >= 135, votes: votes})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b line) int { return cmp.Compare(b.votes, a.votes) })
	var kept []line
	counts := map[bool]int{}
	for i := range all {
		l := &all[i]
		if counts[l.upright] >= mostLines || slices.ContainsFunc(kept, l.near) {
			continue
		}
		counts[l.upright]++
		kept = append(kept, *l)
	}
	for i := range kept {
		kept[i].fit(edges, diagonal)
	}
	return kept
}

var cosines, sines = func() (c, s [180]float64) {
	for t := range c {
		s[t], c[t] = math.Sincos(float64(t) * math.Pi / 180)
	}
	return c, s
}()

// near says whether two lines are hardly different. Normals that point opposite ways are the same line with rho negated.
func (l *line) near(o line) bool {
	cosine := l.cos*o.cos + l.sin*o.sin
	rho := o.rho
	if cosine < 0 {
		rho = -rho
	}
	return math.Abs(cosine) > math.Cos(apart*math.Pi/180) && math.Abs(l.rho-rho) < apart
}

// fit lays the line through its edges by least squares, and notes where along it they are.
func (l *line) fit(edges []edge, diagonal int) {
	for range 2 {
		var n, sx, sy, sxx, sxy, syy float64
		for i := range edges {
			if e := &edges[i]; l.holds(e) {
				x, y, w := float64(e.x), float64(e.y), float64(e.weight)
				n, sx, sy = n+w, sx+w*x, sy+w*y
				sxx, sxy, syy = sxx+w*x*x, sxy+w*x*y, syy+w*y*y
			}
		}
		if n < leastVotes/2 {
			break
		}
		sxx, sxy, syy = sxx-sx*sx/n, sxy-sx*sy/n, syy-sy*sy/n
		along := math.Atan2(2*sxy, sxx-syy) / 2 // of the line; its normal stands across
		sin, cos := math.Sincos(along + math.Pi/2)
		if cos*l.cos+sin*l.sin < 0 {
			cos, sin = -cos, -sin
		}
		l.cos, l.sin, l.rho = cos, sin, (sx*cos+sy*sin)/n
	}
	l.found, l.strong = make([]int32, 2*diagonal+1), make([]float32, 2*diagonal+1)
	for i := range edges {
		if e := &edges[i]; l.holds(e) {
			at := int(l.along(Point{float64(e.x), float64(e.y)})) + diagonal
			for k := max(at-1, 0); k <= min(at+1, 2*diagonal-1); k++ {
				l.found[k+1], l.strong[k+1] = 1, max(l.strong[k+1], e.weight-1)
			}
		}
	}
	for i := 1; i < len(l.found); i++ {
		l.found[i] += l.found[i-1]
		l.strong[i] += l.strong[i-1]
	}
}

// holds says whether the edge is part of the line.
func (l *line) holds(e *edge) bool {
	if d := float64(e.x)*l.cos + float64(e.y)*l.sin - l.rho; d > nearLine || d < -nearLine {
		return false
	}
	const same = 0.97 // cosine of 14 degrees
	cosine := l.cos*cosines[e.degree] + l.sin*sines[e.degree]
	return cosine > same || cosine < -same
}

// along is how far along the line a place lies.
func (l *line) along(p Point) float64 { return p.Y*l.cos - p.X*l.sin }

// support is the share of the line between two places, given by how far along they lie, on which there are edges, and how strong they are, 0 to 1.
func (l *line) support(from, to float64) (share, strength float64) {
	if from > to {
		from, to = to, from
	}
	middle := len(l.found) / 2
	a, b := min(max(int(from)+middle, 0), len(l.found)-1), min(max(int(to)+middle, 0), len(l.found)-1)
	if b-a < 4 {
		return 0, 0
	}
	return float64(l.found[b]-l.found[a]) / float64(b-a), float64(l.strong[b]-l.strong[a]) / float64(b-a)
}

// meet is where two lines cross; false where they hardly do.
func (l *line) meet(o *line) (Point, bool) {
	det := l.cos*o.sin - l.sin*o.cos
	if math.Abs(det) < 0.3 {
		return Point{}, false
	}
	return Point{(l.rho*o.sin - o.rho*l.sin) / det, (o.rho*l.cos - l.rho*o.cos) / det}, true
}
