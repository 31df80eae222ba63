package liveness

import (
	"image"
	"math"

	"qoltanba/capture/face"
)

// A head that turns shows parallax: its nose moves farther than its cheeks. A sheet of paper, turned or bent, does not. The mesh cannot tell,
// as the network lays a head's depth over a photograph too; the pixels can. So a turned picture is laid over the straight one by the homography
// that explains a plane's turn, little patches of the skin are found again in it, and what they still moved sideways is held against the
// depth that a face has there, after all that a plane or a cylinder could explain was taken out of both.
//
// Of the mesh only two things are used: where to look, and the shape of a face's depth.

// parallax is what a pair of pictures shows.
type parallax struct {
	scale   float64 // of an ideal head: 1, or 0 for a sheet
	depth   float64 // correlation of the sideways movement with depth, -1 to 1
	patches int     // that were found again
}

const (
	gridSide    = 224  // pixels of the common frame
	gridEyes    = 64.0 // in which the outer corners of the eyes are so far apart
	patchRadius = 6
	searchX     = 12
	searchY     = 6
	patchStd    = 5.0 // of grey levels: smoother skin says nothing
	patchLike   = 0.8 // correlation at which a patch counts as found
	fewestMatch = 26
	patchSide   = 2*patchRadius + 1
	patchPixels = patchSide * patchSide
)

// luma is the brightness of a picture, without copying it where it has a plane of its own.
type luma struct {
	pix           []uint8
	stride        int
	width, height int
}

func lumaOf(img image.Image) luma {
	b := img.Bounds()
	switch m := img.(type) {
	case *image.YCbCr:
		return luma{m.Y[m.YOffset(b.Min.X, b.Min.Y):], m.YStride, b.Dx(), b.Dy()}
	case *image.Gray:
		return luma{m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, b.Dx(), b.Dy()}
	}
	grey := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			grey.Set(x, y, img.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return luma{grey.Pix, grey.Stride, b.Dx(), b.Dy()}
}

// at is the brightness between pixels, 0 outside.
func (l *luma) at(p vec) float32 {
	p.x, p.y = p.x-0.5, p.y-0.5
	if !(p.x >= 0 && p.y >= 0 && p.x < float64(l.width-1) && p.y < float64(l.height-1)) {
		return 0
	}
	x, y := int(p.x), int(p.y)
	wx, wy := float32(p.x-float64(x)), float32(p.y-float64(y))
	i := y*l.stride + x
	a, b, c, d := float32(l.pix[i]), float32(l.pix[i+1]), float32(l.pix[i+l.stride]), float32(l.pix[i+l.stride+1])
	top, bottom := a+(b-a)*wx, c+(d-c)*wx
	return top + (bottom-top)*wy
}

// grid is a picture in the common frame, smoothed a little, with the mean and the standard deviation of the patch about every place.
type grid struct {
	pix       [gridSide * gridSide]float32
	mean, std [gridSide * gridSide]float32
}

func (g *grid) sample(l *luma, where func(vec) vec) {
	raw := &g.std // not needed yet
	for y := range gridSide {
		for x := range gridSide {
			raw[y*gridSide+x] = l.at(where(vec{(float64(x) - gridSide/2) / gridEyes, (float64(y) - gridSide/2) / gridEyes}))
		}
	}
	for y := 1; y < gridSide-1; y++ {
		for x := 1; x < gridSide-1; x++ {
			i := y*gridSide + x
			g.pix[i] = (raw[i-gridSide-1] + raw[i-gridSide] + raw[i-gridSide+1] + raw[i-1] + raw[i] + raw[i+1] +
				raw[i+gridSide-1] + raw[i+gridSide] + raw[i+gridSide+1]) / 9
		}
	}
	g.moments()
}

// moments slides the patch over the picture, column sums first.
func (g *grid) moments() {
	var sums, squares [gridSide]float64
	for x := range gridSide {
		for y := range 2*patchRadius + 1 {
			v := float64(g.pix[y*gridSide+x])
			sums[x] += v
			squares[x] += v * v
		}
	}
	for y := patchRadius; y < gridSide-patchRadius; y++ {
		var sum, square float64
		for x := range 2*patchRadius + 1 {
			sum += sums[x]
			square += squares[x]
		}
		for x := patchRadius; x < gridSide-patchRadius; x++ {
			mean := sum / patchPixels
			g.mean[y*gridSide+x] = float32(mean)
			g.std[y*gridSide+x] = float32(math.Sqrt(max(square/patchPixels-mean*mean, 0)))
			if x+patchRadius+1 < gridSide {
				in, out := x+patchRadius+1, x-patchRadius
				sum += sums[in] - sums[out]          //nolint:gosec // checked above
				square += squares[in] - squares[out] //nolint:gosec // checked above
			}
		}
		if y+patchRadius+1 == gridSide {
			break
		}
		for x := range gridSide {
			in, out := float64(g.pix[(y+patchRadius+1)*gridSide+x]), float64(g.pix[(y-patchRadius)*gridSide+x])
			sums[x] += in - out
			squares[x] += in*in - out*out
		}
	}
}

// patch is a piece of a grid, less its mean.
type patch struct {
	pix [patchPixels]float32
	std float32
}

func (g *grid) cut(x, y int, to *patch) {
	i := y*gridSide + x
	mean := g.mean[i]
	to.std = g.std[i]
	for v := range patchSide {
		row := g.pix[(y+v-patchRadius)*gridSide+x-patchRadius:][:patchSide:patchSide]
		for u, e := range row {
			to.pix[v*patchSide+u] = e - mean
		}
	}
}

// like is the correlation of a patch with the one about a place, -1 to 1.
func (g *grid) like(p *patch, x, y int) float32 {
	var sum float32
	for v := range patchSide {
		row := g.pix[(y+v-patchRadius)*gridSide+x-patchRadius:][:patchSide:patchSide]
		part := p.pix[v*patchSide:][:patchSide:patchSide]
		for u, e := range row {
			sum += part[u] * e
		}
	}
	return sum / (patchPixels * (p.std*g.std[y*gridSide+x] + 1e-6))
}

// find looks for the patch of a about (x, y) in b, at every second place first, and returns how far it moved, in pixels of the common frame
// and between them.
func find(a, b *grid, x, y int) (moved vec, ok bool) {
	var p patch
	if a.std[y*gridSide+x] < patchStd {
		return vec{}, false
	}
	a.cut(x, y, &p)
	u, v, best := 0, 0, float32(-2)
	for dv := -searchY; dv <= searchY; dv += 2 {
		for du := -searchX; du <= searchX; du += 2 {
			if like := b.like(&p, x+du, y+dv); like > best {
				u, v, best = du, dv, like
			}
		}
	}
	coarseU, coarseV := u, v
	for dv := coarseV - 1; dv <= coarseV+1; dv++ {
		for du := coarseU - 1; du <= coarseU+1; du++ {
			if like := b.like(&p, x+du, y+dv); like > best {
				u, v, best = du, dv, like
			}
		}
	}
	if best < patchLike || max(u, -u) >= searchX || max(v, -v) >= searchY {
		return vec{}, false
	}
	left, right := b.like(&p, x+u-1, y+v), b.like(&p, x+u+1, y+v)
	above, below := b.like(&p, x+u, y+v-1), b.like(&p, x+u, y+v+1)
	return vec{float64(u) + between(left, best, right), float64(v) + between(above, best, below)}, true
}

// between is where a parabola through three neighbours has its peak, from the middle one.
func between(left, middle, right float32) float64 {
	curve := float64(left - 2*middle + right)
	if curve >= 0 {
		return 0
	}
	return min(max(0.5*float64(left-right)/curve, -0.5), 0.5)
}

// view is a picture with its mesh, in the frame that pairs share: the origin amid the rigid landmarks, the unit the distance of the eyes.
type view struct {
	luma   luma
	centre vec
	points [len(rigid)]vec
	depth  [len(rigid)]float64
}

func (w *view) set(img image.Image, m *face.Mesh, unit float64) {
	w.luma = lumaOf(img)
	w.centre = vec{}
	for _, i := range rigid {
		w.centre.x += float64(m[i].X) / float64(len(rigid))
		w.centre.y += float64(m[i].Y) / float64(len(rigid))
	}
	for k, i := range rigid {
		w.points[k] = vec{(float64(m[i].X) - w.centre.x) / unit, (float64(m[i].Y) - w.centre.y) / unit}
		w.depth[k] = float64(m[i].Z) / unit
	}
}

// eyeDistance is that of the outer corners of the eyes.
func eyeDistance(m *face.Mesh) float64 {
	l, r := m[face.EyeLeftOuter], m[face.EyeRightOut]
	return math.Hypot(float64(r.X-l.X), float64(r.Y-l.Y))
}

// solidity looks at pairs of pictures. It holds the memory that they need, about a megabyte.
type solidity struct {
	straight, turned view
	a, b             grid
	unit             float64
	from, to         []vec
	depths           []float64
}

// setStraight takes the straight picture that the next turned ones are held against.
func (s *solidity) setStraight(img image.Image, m *face.Mesh) bool {
	if s.unit = eyeDistance(m); !(s.unit > 8) {
		return false
	}
	s.straight.set(img, m, s.unit)
	c := s.straight.centre
	s.a.sample(&s.straight.luma, func(p vec) vec { return vec{c.x + p.x*s.unit, c.y + p.y*s.unit} })
	return true
}

// axis is about which a head is turned: to the sides, or up and down.
type axis int

const (
	turning axis = iota
	nodding
)

// along is the coordinate in which a turn about the axis moves things.
func (a axis) along(v vec) float64 {
	if a == nodding {
		return v.y
	}
	return v.x
}

// measure holds a picture turned by some degrees about an axis, with the sign of face.Angles, against the straight one. It reports false where
// too little of the skin was found again.
func (s *solidity) measure(img image.Image, m *face.Mesh, a axis, degrees float64) (parallax, bool) {
	s.turned.set(img, m, s.unit)
	h, ok := fitHomography(s.straight.points[:], s.turned.points[:])
	if !ok {
		return parallax{}, false
	}
	c := s.turned.centre
	s.b.sample(&s.turned.luma, func(p vec) vec {
		q := h.at(p)
		return vec{c.x + q.x*s.unit, c.y + q.y*s.unit}
	})
	s.match()
	if len(s.from) < fewestMatch {
		return parallax{patches: len(s.from)}, false
	}
	slope, correlation, ok := s.regress(a)
	sign := math.Copysign(1, degrees)
	return parallax{
		scale: -slope * sign / math.Sin(math.Abs(degrees)*math.Pi/180), depth: -correlation * sign, patches: len(s.from),
	}, ok
}

// match finds the patches again.
func (s *solidity) match() {
	const marginX, marginY = patchRadius + searchX + 2, patchRadius + searchY + 2
	s.from, s.to, s.depths = s.from[:0], s.to[:0], s.depths[:0]
	for k, p := range s.straight.points {
		x, y := int(math.Round(p.x*gridEyes))+gridSide/2, int(math.Round(p.y*gridEyes))+gridSide/2
		if x < marginX || y < marginY || x >= gridSide-marginX || y >= gridSide-marginY {
			continue
		}
		if moved, ok := find(&s.a, &s.b, x, y); ok {
			s.from = append(s.from, p)
			s.to = append(s.to, vec{p.x + moved.x/gridEyes, p.y + moved.y/gridEyes})
			s.depths = append(s.depths, s.straight.depth[k])
		}
	}
}

// regress fits the homography anew to what was found, and holds what is left of the movement across the axis against the depth. From both is
// taken what 1, x, y, xy and the square of that coordinate explain: a plane in perspective, and most of a cylinder.
func (s *solidity) regress(a axis) (slope, correlation float64, ok bool) {
	h, ok := fitHomography(s.from, s.to)
	if !ok {
		return 0, 0, false
	}
	terms := func(p vec) []float64 { return []float64{1, p.x, p.y, a.along(p) * a.along(p), p.x * p.y} }
	var forDepth, forMove equations
	moves := make([]float64, len(s.from))
	for i, p := range s.from {
		moves[i] = a.along(s.to[i]) - a.along(h.at(p))
		forDepth.add(terms(p), s.depths[i])
		forMove.add(terms(p), moves[i])
	}
	cd, ok1 := forDepth.solve(5)
	cm, ok2 := forMove.solve(5)
	if !ok1 || !ok2 {
		return 0, 0, false
	}
	var dd, dm, mm float64
	for i, p := range s.from {
		d, m := s.depths[i], moves[i]
		for k, v := range terms(p) {
			d -= cd[k] * v
			m -= cm[k] * v
		}
		dd += d * d
		dm += d * m
		mm += m * m
	}
	if dd < 1e-9 {
		return 0, 0, false
	}
	return dm / dd, dm / math.Sqrt(dd*mm+1e-12), true
}
