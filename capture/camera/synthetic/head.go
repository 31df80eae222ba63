//go:build demo

package synthetic

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"math"

	"golang.org/x/image/draw"
)

// The geometry of assets/portraits/astronaut.jpg, in its pixels. z points to the camera.
const (
	portraitW, portraitH = 360, 270

	headX, headY   = 180.5, 100.0 // middle of the head with its hair
	skullA, skullB = 76.0, 84.0   // half axes of the head
	faceX, faceY   = 180.5, 128.0
	faceA, faceB   = 53.0, 62.0
	noseX, noseY   = 179.0, 123.0
	neckZ          = 5.0   // the axis that the head turns about
	lensZ          = 280.0 // from the camera to the face, about 45 cm

	cell   = 6.0 // mesh width
	reach  = 1.9 // how far around the head the picture follows it, in half axes
	oversc = 2   // texels a pixel of the portrait
)

// eye is an eyelid opening: its middle and half axes.
type eye struct{ x, y, a, b float64 }

var eyes = [2]eye{{156.7, 100.7, 10.5, 5.0}, {201.3, 102.6, 10.5, 5.2}}

// head is the relief of a portrait: a mesh over the picture whose middle is raised like a head and turns with it, while its rim stays with
// the background. Between them the picture stretches, so that no seam and no hole can show.
type head struct {
	open    *image.RGBA // the portrait, oversc times enlarged
	texture *image.RGBA // the same with the eyes as they are now
	columns int
	mesh    []vertex
	screen  []projected
	depth   []float32
}

// vertex is a point of the relief. Weight tells how much of the head's movement it follows.
type vertex struct {
	u, v, z, weight float64
}

type projected struct{ x, y, z, u, v float32 }

func newHead(portrait []byte) (*head, error) {
	img, err := jpeg.Decode(bytes.NewReader(portrait))
	if err != nil {
		return nil, err
	}
	if img.Bounds().Dx() != portraitW || img.Bounds().Dy() != portraitH {
		return nil, errors.New("the portrait has another size than the geometry was measured for")
	}
	h := &head{open: image.NewRGBA(image.Rect(0, 0, portraitW*oversc, portraitH*oversc))}
	draw.CatmullRom.Scale(h.open, h.open.Rect, img, img.Bounds(), draw.Src, nil)
	h.texture = image.NewRGBA(h.open.Rect)
	copy(h.texture.Pix, h.open.Pix)
	// The mesh goes beyond the picture, whose edge pixels repeat there, so that hair near the edge can move.
	const margin = 20 * cell
	for v := -margin; v <= portraitH+margin; v += cell {
		h.columns = 0
		for u := -margin; u <= portraitW+margin; u += cell {
			h.mesh = append(h.mesh, relief(u, v))
			h.columns++
		}
	}
	h.screen = make([]projected, len(h.mesh))
	return h, nil
}

// relief gives the depth of a point: the skull an ellipsoid, the face another before it, the nose a bump on that.
func relief(u, v float64) vertex {
	dome := func(x, y, a, b float64) float64 {
		r := ((u-x)/a)*((u-x)/a) + ((v-y)/b)*((v-y)/b)
		return math.Sqrt(math.Max(0, 1-r))
	}
	z := 42 * dome(headX, headY, skullA, skullB)
	if f := dome(faceX, faceY, faceA, faceB); f > 0 {
		z = math.Max(z, 12+50*f)
	}
	z += 13 * math.Exp(-sq((u-noseX)/8)-sq((v-noseY)/12))
	r := math.Hypot((u-headX)/skullA, (v-headY)/skullB)
	w := 1 - smooth((r-1.02)/(reach-1.02))
	return vertex{u, v, z - 50*(1-w), w}
}

func sq(x float64) float64 { return x * x }

func smooth(x float64) float64 {
	x = math.Min(math.Max(x, 0), 1)
	return x * x * (3 - 2*x)
}

// draw shows the head in a pose. The canvas may have any size; the portrait fills it.
func (h *head) draw(canvas *image.RGBA, p Pose) {
	h.setEyes(p.Blink)
	h.project(canvas.Rect.Dx(), canvas.Rect.Dy(), p)
	n := canvas.Rect.Dx() * canvas.Rect.Dy()
	if len(h.depth) != n {
		h.depth = make([]float32, n)
	}
	for i := range h.depth {
		h.depth[i] = -1e9
	}
	for i := 0; i+h.columns+1 < len(h.screen); i++ {
		if i%h.columns == h.columns-1 {
			continue
		}
		a, b, c, d := &h.screen[i], &h.screen[i+1], &h.screen[i+h.columns], &h.screen[i+h.columns+1]
		h.triangle(canvas, a, b, c)
		h.triangle(canvas, b, d, c)
	}
}

// project turns every vertex by its share of the pose and puts it on the screen.
func (h *head) project(width, height int, p Pose) {
	scale := math.Max(float64(width)/portraitW, float64(height)/portraitH)
	left := (float64(width) - scale*portraitW) / 2
	top := (float64(height) - scale*portraitH) / 2
	for i, m := range h.mesh {
		sinY, cosY := math.Sincos(p.Yaw * m.weight * math.Pi / 180)
		sinP, cosP := math.Sincos(p.Pitch * m.weight * math.Pi / 180)
		back := (lensZ - m.z) / lensZ // so that the neutral pose is the portrait itself
		x, y, z := (m.u-headX)*back, (m.v-faceY)*back, m.z-neckZ
		x, z = x*cosY+z*sinY, z*cosY-x*sinY
		y, z = y*cosP-z*sinP, z*cosP+y*sinP
		z += neckZ
		near := lensZ / (lensZ*(1+m.weight*(p.Distance-1)) - z)
		h.screen[i] = projected{
			x: float32(left + scale*(headX+x*near)),
			y: float32(top + scale*(faceY+y*near)),
			z: float32(z + m.weight*lensZ*(1-p.Distance)),
			u: float32(m.u * oversc),
			v: float32(m.v * oversc),
		}
	}
}

// triangle fills one triangle with the texture where it is the nearest so far. Texture coordinates are affine, which cells this small
// allow.
func (h *head) triangle(canvas *image.RGBA, a, b, c *projected) {
	width, height := canvas.Rect.Dx(), canvas.Rect.Dy()
	area := (b.x-a.x)*(c.y-a.y) - (c.x-a.x)*(b.y-a.y)
	if area > -1e-4 && area < 1e-4 {
		return
	}
	x0, x1 := span(min(a.x, b.x, c.x), max(a.x, b.x, c.x), width)
	y0, y1 := span(min(a.y, b.y, c.y), max(a.y, b.y, c.y), height)
	inv := 1 / area
	dbx, dcx := (c.y-a.y)*inv, -(b.y-a.y)*inv // change of the weights of b and c for a step in x
	const edge = -1e-4
	for y := y0; y < y1; y++ {
		fx, fy := float32(x0)+0.5-a.x, float32(y)+0.5-a.y
		wb := (fx*(c.y-a.y) - fy*(c.x-a.x)) * inv
		wc := (fy*(b.x-a.x) - fx*(b.y-a.y)) * inv
		for x := x0; x < x1; x, wb, wc = x+1, wb+dbx, wc+dcx {
			if wb < edge || wc < edge || wb+wc > 1-edge {
				continue
			}
			z := a.z + wb*(b.z-a.z) + wc*(c.z-a.z)
			at := y*width + x
			if z <= h.depth[at] {
				continue
			}
			h.depth[at] = z
			sample(canvas.Pix[y*canvas.Stride+4*x:], h.texture, a.u+wb*(b.u-a.u)+wc*(c.u-a.u), a.v+wb*(b.v-a.v)+wc*(c.v-a.v))
		}
	}
}

// span is the range of pixels whose middles can lie between two coordinates.
func span(lo, hi float32, limit int) (int, int) {
	return max(int(lo), 0), min(int(hi)+1, limit)
}

// sample puts the bilinear mean of four texels into dst; outside the picture its edge repeats.
func sample(dst []byte, t *image.RGBA, u, v float32) {
	w, h := t.Rect.Dx(), t.Rect.Dy()
	u = min(max(u, 0), float32(w)-1.01)
	v = min(max(v, 0), float32(h)-1.01)
	x, y := int(u), int(v)
	fx, fy := int32((u-float32(x))*256), int32((v-float32(y))*256)
	p := t.Pix[y*t.Stride+4*x:]
	q := p[t.Stride:]
	_, _, _ = dst[3], p[7], q[7]
	for i := range 3 {
		upper := int32(p[i])*(256-fx) + int32(p[i+4])*fx
		lower := int32(q[i])*(256-fx) + int32(q[i+4])*fx
		dst[i] = byte((upper*(256-fy) + lower*fy) >> 16) //nolint:gosec // a mean of bytes
	}
	dst[3] = 255
}

// setEyes draws the lids: skin from above the eye comes down to the lid's edge, which is dark with lashes.
func (h *head) setEyes(blink float64) {
	for _, e := range eyes {
		for ty := int((e.y - e.b - 1) * oversc); ty <= int((e.y+e.b+2)*oversc); ty++ {
			for tx := int((e.x - e.a) * oversc); tx <= int((e.x+e.a)*oversc); tx++ {
				at := h.open.PixOffset(tx, ty)
				copy(h.texture.Pix[at:at+4], h.open.Pix[at:at+4])
				h.lid(e, tx, ty, blink)
			}
		}
	}
}

func (h *head) lid(e eye, tx, ty int, blink float64) {
	x, y := float64(tx)/oversc, float64(ty)/oversc
	arc := e.b * math.Sqrt(math.Max(0, 1-sq((x-e.x)/e.a)))
	top, edge := e.y-arc-0.8, e.y-arc-0.8+blink*(2*arc+1)
	if blink < 0.02 || arc == 0 || y < top || y > edge+0.8 {
		return
	}
	skin := top - 1.2 - 2.2*(edge-y)/(edge-top+0.1)
	at := h.texture.PixOffset(tx, ty)
	dst := h.texture.Pix[at : at+4]
	sample(dst, h.open, float32(tx), float32(skin*oversc))
	lash := math.Max(0, 1-math.Abs(edge-y)/1.2)
	for i := range 3 {
		dst[i] = byte(float64(dst[i]) * (1 - 0.6*lash))
	}
}
