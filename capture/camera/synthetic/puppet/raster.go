//go:build demo

package puppet

import (
	"encoding/binary"
	"image"
	"math"
)

// one is 1 in the fixed-point numbers that walk along a line of pixels.
const one = 1 << 16

// slope is how a value changes over a triangle, for a pixel to the right and a pixel down.
type slope struct{ dx, dy float32 }

// plane are the slopes of all that is drawn of a triangle.
type plane struct{ near, u, v, r, g, b, opaque slope }

func planeOf(a, b, c *point, inv float32) plane {
	of := func(fa, fb, fc float32) slope {
		return slope{
			((fb-fa)*(c.y-a.y) - (fc-fa)*(b.y-a.y)) * inv,
			((fc-fa)*(b.x-a.x) - (fb-fa)*(c.x-a.x)) * inv,
		}
	}
	return plane{
		of(a.near, b.near, c.near), of(a.u, b.u, c.u), of(a.v, b.v, c.v),
		of(a.r, b.r, c.r), of(a.g, b.g, c.g), of(a.b, b.b, c.b), of(a.opaque, b.opaque, c.opaque),
	}
}

// fill draws one triangle where it is the nearest so far. Texture coordinates are affine, which triangles this small allow.
func (s *Stage) fill(to *image.RGBA, texture *image.RGBA, t *triangle) {
	a, b, c := &s.points[t.a], &s.points[t.b], &s.points[t.c]
	area := (b.x-a.x)*(c.y-a.y) - (c.x-a.x)*(b.y-a.y)
	if area > -1e-6 && area < 1e-6 {
		return
	}
	p := planeOf(a, b, c, 1/area)
	y0 := max(int(math.Ceil(float64(min(a.y, b.y, c.y)-0.5))), 0)
	y1 := min(int(math.Floor(float64(max(a.y, b.y, c.y)-0.5))), to.Rect.Dy()-1)
	for y := y0; y <= y1; y++ {
		middle := float32(y) + 0.5
		left, right := across(a, b, c, middle)
		x0 := max(int(math.Ceil(float64(left-0.5))), 0)
		x1 := min(int(math.Ceil(float64(right-0.5))), to.Rect.Dx())
		if x0 >= x1 {
			continue
		}
		l := lineAt(a, &p, float32(x0)+0.5-a.x, middle-a.y, 1+t.nearer)
		row := to.Pix[y*to.Stride+4*x0 : y*to.Stride+4*x1]
		depth := s.depth[y*to.Rect.Dx()+x0 : y*to.Rect.Dx()+x1]
		if t.fades {
			l.blend(row, depth, texture)
		} else {
			l.cover(row, depth, texture)
		}
	}
}

// across is where a line of pixels cuts a triangle.
func across(a, b, c *point, y float32) (left, right float32) {
	left, right = 1e9, -1e9
	for _, e := range [3][2]*point{{a, b}, {b, c}, {c, a}} {
		p, q := e[0], e[1]
		if (p.y <= y) != (q.y <= y) {
			x := p.x + (y-p.y)*(q.x-p.x)/(q.y-p.y)
			left, right = min(left, x), max(right, x)
		}
	}
	return left, right
}

// line walks along the pixels of a triangle.
type line struct {
	near, nearStep              float32
	u, v, r, g, b, opaque       int32
	du, dv, dr, dg, db, dopaque int32
}

func lineAt(a *point, p *plane, dx, dy, nearer float32) line {
	at := func(v float32, s slope) int32 { return int32((v + dx*s.dx + dy*s.dy) * one) }
	return line{
		near: (a.near + dx*p.near.dx + dy*p.near.dy) * nearer, nearStep: p.near.dx * nearer,
		u: at(a.u-0.5, p.u), v: at(a.v-0.5, p.v), r: at(a.r, p.r), g: at(a.g, p.g), b: at(a.b, p.b), opaque: at(a.opaque, p.opaque),
		du: int32(p.u.dx * one), dv: int32(p.v.dx * one), dr: int32(p.r.dx * one), dg: int32(p.g.dx * one), db: int32(p.b.dx * one),
		dopaque: int32(p.opaque.dx * one),
	}
}

func (l *line) step() {
	l.near += l.nearStep
	l.u, l.v, l.r, l.g, l.b, l.opaque = l.u+l.du, l.v+l.dv, l.r+l.dr, l.g+l.dg, l.b+l.db, l.opaque+l.dopaque
}

// cover draws an opaque line.
func (l *line) cover(row []byte, depth []float32, texture *image.RGBA) {
	for i := range depth {
		if l.near >= depth[i] {
			if r, g, b, ok := l.sample(texture); ok {
				depth[i] = l.near
				binary.LittleEndian.PutUint32(row[4*i:], r|g<<8|b<<16|255<<24)
			}
		}
		l.step()
	}
}

// blend draws a line that lets through what lies behind.
func (l *line) blend(row []byte, depth []float32, texture *image.RGBA) {
	for i := range depth {
		if l.near >= depth[i] {
			if r, g, b, ok := l.sample(texture); ok {
				depth[i] = l.near
				px := row[4*i : 4*i+4 : 4*i+4]
				share := min(max(l.opaque>>8, 0), 256)
				px[0] = mix(px[0], r, share)
				px[1] = mix(px[1], g, share)
				px[2] = mix(px[2], b, share)
			}
		}
		l.step()
	}
}

func mix(under byte, over uint32, share int32) byte {
	return byte(int32(under) + (int32(over)-int32(under))*share>>8) //nolint:gosec // between two bytes
}

// sample is the lit mean of four texels; nothing outside the texture and in its holes.
func (l *line) sample(t *image.RGBA) (r, g, b uint32, ok bool) {
	const pair = 0x00FF00FF // two channels, each with room for eight bits more
	x, y := int(l.u>>16), int(l.v>>16)
	if x < 0 || y < 0 || x >= t.Rect.Dx()-1 || y >= t.Rect.Dy()-1 {
		return 0, 0, 0, false
	}
	upper := t.Pix[y*t.Stride+4*x:]
	lower := t.Pix[(y+1)*t.Stride+4*x:]
	p00, p10 := binary.LittleEndian.Uint32(upper), binary.LittleEndian.Uint32(upper[4:8])
	p01, p11 := binary.LittleEndian.Uint32(lower), binary.LittleEndian.Uint32(lower[4:8])
	if p00>>24 == 0 {
		return 0, 0, 0, false
	}
	wx, wy := uint32(l.u>>8)&255, uint32(l.v>>8)&255
	w11 := wx * wy >> 8
	w10, w01 := wx-w11, wy-w11
	w00 := 256 - wx - w01
	rb := ((p00&pair)*w00 + (p10&pair)*w10 + (p01&pair)*w01 + (p11&pair)*w11) >> 8 & pair
	gg := ((p00>>8&255)*w00 + (p10>>8&255)*w10 + (p01>>8&255)*w01 + (p11>>8&255)*w11) >> 8
	r = min((rb&255)*uint32(l.r>>8)>>8, 255)
	g = min(gg*uint32(l.g>>8)>>8, 255)
	b = min((rb>>16)*uint32(l.b>>8)>>8, 255)
	return r, g, b, true
}
