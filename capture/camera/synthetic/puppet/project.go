//go:build demo

package puppet

import "math"

// gamma is between the values of a picture and light.
const gamma = 2.2

// The room's lamp stands above, to the picture's left, on the viewer's side. Half of the light comes from everywhere.
var lamp = vec{-0.45, -0.65, -0.6}.unit()

const (
	ambient = 0.6
	direct  = 0.4
)

// turner turns points about a body's pivot.
type turner struct {
	pivot                              vec
	sinY, cosY, sinP, cosP, sinR, cosR float64
}

func newTurner(b *body, p Pose) turner {
	t := turner{pivot: b.pivot}
	t.sinY, t.cosY = math.Sincos(p.Yaw * math.Pi / 180)
	t.sinP, t.cosP = math.Sincos(p.Pitch * math.Pi / 180)
	t.sinR, t.cosR = math.Sincos(p.Roll * math.Pi / 180)
	return t
}

// turn turns a direction: first the nod, then the turn, then the tilt.
func (t *turner) turn(a vec) vec {
	a[1], a[2] = t.cosP*a[1]-t.sinP*a[2], t.sinP*a[1]+t.cosP*a[2]
	a[0], a[2] = t.cosY*a[0]-t.sinY*a[2], t.sinY*a[0]+t.cosY*a[2]
	a[0], a[1] = t.cosR*a[0]-t.sinR*a[1], t.sinR*a[0]+t.cosR*a[1]
	return a
}

// project puts the vertices of a body into s.points.
func (s *Stage) project(b *body, p Pose) {
	points, moved := s.points[:len(b.vertices)], s.moved[:len(b.vertices)]
	for i := range b.vertices {
		moved[i] = b.vertices[i].at
	}
	if b.blinks && p.Blink > 0 {
		b.closeLids(moved, p.Blink)
	}
	t := newTurner(b, p)
	w, h := float64(s.lit.Rect.Dx()), float64(s.lit.Rect.Dy())
	distance := 1 - p.Near
	for i := range b.vertices {
		v := &b.vertices[i]
		turned := t.turn(moved[i].sub(t.pivot))
		for k := range turned {
			turned[k] += t.pivot[k]
		}
		at := moved[i].lerp(turned, v.follow)
		normal := v.normal.lerp(t.turn(v.normal), v.follow).unit()
		away := distance
		if away > 1 {
			away -= (away - 1) * v.stay
		}
		near := 1 / (restDistance*away + at[2])
		shade := s.bright * shading(normal, v.normal)
		front := math.Max(0, -normal[2]) * v.lit / (distance * distance)
		points[i] = point{
			x:    float32(s.focal*(at[0]+p.TX)*near + w/2),
			y:    float32(s.focal*(at[1]+p.TY)*near + h*height),
			near: float32(near), u: v.u, v: v.v, opaque: v.opaque,
			r: float32(shade * gain(p.Light[0]*front)), g: float32(shade * gain(p.Light[1]*front)), b: float32(shade * gain(p.Light[2]*front)),
		}
	}
	if b.blinks && p.Blink > 0 {
		b.paintLids(points, float32(p.Blink))
	}
}

// gain is what a little more light makes of a picture's values.
func gain(more float64) float64 {
	if more == 0 {
		return 1
	}
	return math.Pow(1+more, 1/gamma)
}

// shading is how much lighter a surface gets by turning: the portrait has its light already.
func shading(now, rest vec) float64 {
	lit := func(n vec) float64 { return ambient + direct*math.Max(0, n.dot(lamp)) }
	return math.Min(math.Max(lit(now)/lit(rest), 0.6), 1.5)
}

// closeLids moves the upper lids down over the eyes, and the skin above after them.
func (b *body) closeLids(at []vec, blink float64) {
	for k, e := range eyes {
		for j := 1; j < lidPoints-1; j++ {
			upper, lower := b.vertices[e.upper[j]].at, b.vertices[e.lower[j]].at
			down := lower.sub(upper)
			at[e.upper[j]] = upper.lerp(lower, blink)
			at[e.upper[j]][2] -= 0.012 * blink // over the eyeball
			at[e.lower[j]] = lower.lerp(upper, -0.06*blink)
			follow(at, e.crease[j], down, 0.45*blink)
			follow(at, e.brow[j], down, 0.18*blink)
		}
		for j := range lidPoints {
			top := b.vertices[e.upper[j]].at
			if c := e.crease[j]; c != none {
				top = top.lerp(at[c], 0.4*blink) // where the open lid had its lashes
			}
			top[2] = at[e.upper[j]][2]
			at[b.lids[k][0][j]], at[b.lids[k][1][j]] = top, at[e.upper[j]]
		}
		full := math.Max(0, blink-0.3) / 0.7
		for j := range lidPoints {
			edge := at[e.upper[j]]
			thick := full * math.Sin(math.Pi*float64(j)/(lidPoints-1))
			at[b.lashes[k][0][j]] = vec{edge[0], edge[1] - 0.005*thick, edge[2]}
			at[b.lashes[k][1][j]] = vec{edge[0], edge[1] + 0.012*thick, edge[2]}
		}
	}
}

func follow(at []vec, i uint16, down vec, share float64) {
	if i == none {
		return
	}
	at[i][0] += down[0] * share
	at[i][1] += down[1] * share
}

// paintLids gives the skin above the closing lids that of the crease, and their edge dark lashes.
func (b *body) paintLids(points []point, blink float32) {
	const dark, lidShade = 0.55, 0.9
	for k, e := range eyes {
		for j := range lidPoints {
			lid := &points[e.upper[j]]
			if c := e.crease[j]; c != none {
				lid.u += (b.vertices[c].u - lid.u) * blink / 2
				lid.v += (b.vertices[c].v - lid.v) * blink / 2
			}
			for _, i := range [2]uint16{b.lids[k][0][j], b.lids[k][1][j]} {
				p := &points[i]
				p.r, p.g, p.b = p.r*lidShade, p.g*lidShade, p.b*lidShade
			}
			for _, i := range [2]uint16{b.lashes[k][0][j], b.lashes[k][1][j]} {
				p := &points[i]
				p.u, p.v = lid.u, lid.v
				p.r, p.g, p.b = p.r*dark, p.g*dark, p.b*dark
			}
		}
	}
}
