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
func (s *Stage) fill(to *image.RGBA, texture *texture, t *triangle) {
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
		if skip, n := l.within(x1-x0, texture); skip > 0 || n < x1-x0 {
			l.skip(skip)
			x0, x1 = x0+skip, x0+skip+n
		}
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

// cover draws an opaque line. It is where a picture's time goes, so that all it needs stands in variables of its own.
func (l *line) cover(row []byte, depth []float32, t *texture) {
	near, u, v, r, g, b := l.near, l.u, l.v, l.r, l.g, l.b
	texels, width := t.texels, t.width
	row = row[:4*len(depth)]
	for i := range depth {
		if near >= depth[i] {
			at := int(v>>16)*width + int(u>>16)
			upper, lower := texels[at:at+2:at+2], texels[at+width:at+width+2:at+width+2]
			wx, wy := uint64(u>>8)&255, uint64(v>>8)&255
			w11 := wx * wy >> 8
			w10, w01 := wx-w11, wy-w11
			mean := upper[0]*(256-wx-w01) + upper[1]*w10 + lower[0]*w01 + lower[1]*w11
			if mean >= holeless {
				depth[i] = near
				red := min(uint32(mean>>8&255)*uint32(r>>8)>>8, 255)
				green := min(uint32(mean>>24&255)*uint32(g>>8)>>8, 255)
				blue := min(uint32(mean>>40&255)*uint32(b>>8)>>8, 255)
				binary.LittleEndian.PutUint32(row[4*i:], red|green<<8|blue<<16|255<<24)
			}
		}
		near += l.nearStep
		u, v, r, g, b = u+l.du, v+l.dv, r+l.dr, g+l.dg, b+l.db
	}
}

// texture is what a body wears. A texel has red, green, blue and alpha in 16 bits each, from below, so that one multiplication weighs all.
type texture struct {
	width, height int
	texels        []uint64
}

// textureOf makes a texture of a picture.
func textureOf(img *image.RGBA) *texture {
	t := &texture{img.Rect.Dx(), img.Rect.Dy(), make([]uint64, img.Rect.Dx()*img.Rect.Dy())}
	for i := range t.texels {
		p := img.Pix[4*i : 4*i+4 : 4*i+4]
		t.texels[i] = uint64(p[0]) | uint64(p[1])<<16 | uint64(p[2])<<32 | uint64(p[3])<<48
	}
	return t
}

// holeless is a weighed sum of four texels, none of which is a hole.
const holeless = 255 * 256 << 48

// blend draws a line that lets through what lies behind.
func (l *line) blend(row []byte, depth []float32, t *texture) {
	one := *l
	var px [4]byte
	var unseen [1]float32
	for i := range depth {
		if one.near >= depth[i] {
			unseen[0] = 0
			one.cover(px[:], unseen[:], t)
			depth[i] = one.near
			share := min(max(one.opaque>>8, 0), 256)
			for c := range 3 {
				under := int32(row[4*i+c])
				row[4*i+c] = byte(under + (int32(px[c])-under)*share>>8) //nolint:gosec // between two bytes
			}
		}
		one.near += one.nearStep
		one.u, one.v, one.r, one.g, one.b = one.u+one.du, one.v+one.dv, one.r+one.dr, one.g+one.dg, one.b+one.db
		one.opaque += one.dopaque
	}
}

// within cuts a line to the pixels whose texels lie in the texture: it returns how many at its beginning to leave out, and how many to draw.
func (l *line) within(n int, t *texture) (skip, count int) {
	last := func(v, d int32, limit int) (lo, hi int) { // of the pixels at which 0 <= v+i*d < limit
		lo, hi = 0, n
		top := int64(limit)<<16 - 1
		switch at, step := int64(v), int64(d); {
		case at >= 0 && at+step*int64(n-1) >= 0 && at <= top && at+step*int64(n-1) <= top:
		case step == 0:
			return 0, 0
		case step > 0:
			lo, hi = int(max((-at+step-1)/step, 0)), int(min((top-at)/step+1, int64(n)))
			if at > top {
				return 0, 0
			}
		default:
			lo, hi = int(max((at-top-step-1)/-step, 0)), int(min(at/-step+1, int64(n)))
			if at < 0 {
				return 0, 0
			}
		}
		return lo, hi
	}
	ul, uh := last(l.u, l.du, t.width-1)
	vl, vh := last(l.v, l.dv, t.height-1)
	skip = max(ul, vl)
	return skip, max(min(uh, vh)-skip, 0)
}

// skip goes some pixels on.
func (l *line) skip(n int) {
	l.near += float32(n) * l.nearStep
	k := int32(n) //nolint:gosec // a width
	l.u, l.v, l.r, l.g, l.b, l.opaque = l.u+k*l.du, l.v+k*l.dv, l.r+k*l.dr, l.g+k*l.dg, l.b+k*l.db, l.opaque+k*l.dopaque
}
