package document

import (
	"math"
	"slices"
)

// Of the exact place of the sides.
const (
	profiles     = 56   // across each side
	leastProfile = 0.07 // of a side left out at each end, where it is rounded
	leastStep    = 14   // in light and colour across an edge, to count
	mostMoved    = 0.03 // of the picture's width, how far a corner may move
)

// refine lays the sides of a quadrilateral through the steepest places of profiles across them, at the full size of the
// picture; scale is the number of its pixels for a sample of the search. Corners that would move far are left as they are.
func (r *raster) refine(q Quad, scale float64) Quad {
	var sides [4]side
	for i := range q {
		sides[i] = r.side(q[i], q[(i+1)%4], 2.5*scale+2)
	}
	var out Quad
	for i := range q {
		p, ok := sides[(i+3)%4].meet(sides[i])
		if !ok || p.minus(q[i]).length() > mostMoved*float64(r.width) {
			return q
		}
		out[i] = p
	}
	return out
}

// side is a straight line ax + by = c.
type side struct{ a, b, c float64 }

func (s side) meet(o side) (Point, bool) {
	det := s.a*o.b - s.b*o.a
	if math.Abs(det) < 1e-6 {
		return Point{}, false
	}
	return Point{(s.c*o.b - o.c*s.b) / det, (s.a*o.c - o.a*s.c) / det}, true
}

// side fits the line from one corner to the next, looking so many pixels to either side.
func (r *raster) side(from, to Point, reach float64) side {
	d := to.minus(from)
	length := d.length()
	along := Point{d.X / length, d.Y / length}
	normal := Point{-along.Y, along.X}
	var us, vs []float64 // along and across
	for i := range profiles {
		u := length * (leastProfile + (1-2*leastProfile)*float64(i)/(profiles-1))
		if v, ok := r.step(Point{from.X + u*along.X, from.Y + u*along.Y}, along, normal, reach); ok {
			us, vs = append(us, u), append(vs, v)
		}
	}
	slope, offset := robust(us, vs)
	a, b := normal.X-slope*along.X, normal.Y-slope*along.Y
	return side{a, b, a*from.X + b*from.Y + offset}
}

// step is how far across, in pixels, light and colour change most at a place; false where they hardly do. Three profiles side by side
// are taken together, against noise.
func (r *raster) step(at, along, normal Point, reach float64) (float64, bool) {
	fine := max(0.5, reach/16)
	n := 2*int(reach/fine) + 1
	var profile, change [96]float32
	n = min(n, len(profile)-4)
	for i := range r.planes {
		for k := range n + 4 {
			v := float64(k-2-n/2) * fine
			sum := float32(0)
			for _, u := range [3]float64{-1.5, 0, 1.5} {
				x, y := at.X+v*normal.X+u*along.X, at.Y+v*normal.Y+u*along.Y
				sum += r.planes[i].at(x, y)
			}
			profile[k] = sum / 3
		}
		for k := range n {
			c := profile[k+3] + profile[k+4] - profile[k] - profile[k+1]
			change[k] += max(c, -c) * planeWeights[i]
		}
	}
	best := 0
	for k, c := range change[:n] {
		if c > change[best] {
			best = k
		}
	}
	if change[best] < leastStep || best == 0 || best == n-1 {
		return 0, false
	}
	before, here, after := float64(change[best-1]), float64(change[best]), float64(change[best+1])
	peak := 0.0
	if bend := before - 2*here + after; bend < 0 {
		peak = (before - after) / (2 * bend)
	}
	return (float64(best-n/2) + peak) * fine, true
}

// robust is the line v = slope·u + offset through most of the points: five times the worst are left out, those off by more than 2.2 times
// the median.
func robust(us, vs []float64) (slope, offset float64) {
	const fewest = 10
	keep := make([]bool, len(us))
	for i := range keep {
		keep[i] = true
	}
	off := make([]float64, len(us))
	for range 5 {
		var n, u, v, uu, uv float64
		for i := range us {
			if keep[i] {
				n, u, v, uu, uv = n+1, u+us[i], v+vs[i], uu+us[i]*us[i], uv+us[i]*vs[i]
			}
		}
		det := n*uu - u*u
		if n < fewest || det == 0 {
			return slope, offset
		}
		slope = (n*uv - u*v) / det
		offset = (v - slope*u) / n
		for i := range us {
			off[i] = math.Abs(vs[i] - slope*us[i] - offset)
		}
		sorted := slices.Clone(off)
		slices.Sort(sorted)
		most := max(0.8, 2.2*sorted[len(sorted)/2])
		for i := range off {
			keep[i] = off[i] <= most
		}
	}
	return slope, offset
}
