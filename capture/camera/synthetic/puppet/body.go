//go:build demo

package puppet

import (
	"image"
	"math"

	"qoltanba/assets/portraits"
)

const (
	// restDistance is how far the face is from the lens, in face widths: 45 cm.
	restDistance = 3.1
	// texelWidth is how many texels the width of a face has at least.
	texelWidth = 190
	// reach is how much of the picture around the face a body has, in face widths to each side.
	reach = 2.6
)

// vec is a point or direction in face widths: x right, y down, z away from the camera.
type vec [3]float64

func (a vec) sub(b vec) vec { return vec{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }

// lerp goes from a to b.
func (a vec) lerp(b vec, t float64) vec {
	return vec{a[0] + (b[0]-a[0])*t, a[1] + (b[1]-a[1])*t, a[2] + (b[2]-a[2])*t}
}

func (a vec) cross(b vec) vec {
	return vec{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

func (a vec) dot(b vec) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

// unit is the direction of a; of nothing, toward the camera.
func (a vec) unit() vec {
	l := math.Sqrt(a.dot(a))
	if l == 0 {
		return vec{0, 0, -1}
	}
	return vec{a[0] / l, a[1] / l, a[2] / l}
}

// vertex is a point of a body.
type vertex struct {
	at, normal vec
	u, v       float32 // texels
	follow     float64 // how much of the head's turn it makes: 1 the head, 0 the room
	stay       float64 // how much it stays where it is when the head goes back
	lit        float64 // how much of the screen's light reaches it
	opaque     float32
}

// triangle is three vertices. Nearer makes it win over what lies in the same place.
type triangle struct {
	a, b, c uint16
	nearer  float32
	fades   bool
}

// body is what stands before the camera: a head with shoulders, or a sheet of paper.
type body struct {
	skin      *image.RGBA
	texture   *texture // of skin, once the body stands on a stage
	vertices  []vertex
	triangles []triangle
	pivot     vec
	lids      [2][2][lidPoints]uint16 // the upper and lower edge of the skin that closing lids show
	lashes    [2][2][lidPoints]uint16 // those of the strip of lashes
	blinks    bool
}

// frame is where a face lies in its portrait.
type frame struct {
	cx, cy, width float64 // pixels
	depth         float64 // of the ears, pixels
}

func frameOf(m *portraits.Mesh) frame {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range m {
		x0, x1 = math.Min(x0, p[0]), math.Max(x1, p[0])
		y0, y1 = math.Min(y0, p[1]), math.Max(y1, p[1])
	}
	r, l := m[rightEar], m[leftEar]
	return frame{(x0 + x1) / 2, (y0 + y1) / 2, math.Hypot(l[0]-r[0], l[1]-r[1]), (l[2] + r[2]) / 2}
}

// sculptor puts a body together.
type sculptor struct {
	body
	frame
	texels float64 // for a pixel of the portrait
}

// place adds a vertex that the portrait shows at (px, py), at a depth in face widths, so that the body at rest is the portrait itself.
func (s *sculptor) place(px, py, z float64, r ring) uint16 {
	away := (restDistance + z) / restDistance
	x, y := (px-s.cx)/s.width, (py-s.cy)/s.width
	half := reach * s.width
	s.vertices = append(s.vertices, vertex{
		at: vec{x * away, y * away, z},
		u:  float32((px - s.cx + half) * s.texels), v: float32((py - s.cy + half) * s.texels),
		follow: r.follow, stay: r.stay, lit: r.lit, opaque: r.opaque,
	})
	return uint16(len(s.vertices) - 1) //nolint:gosec // some hundreds
}

// depthOf is the depth of a landmark in face widths. The sides of the face, which the portrait hardly shows, are kept shallow: a turn
// would pull their few pixels apart.
func (s *sculptor) depthOf(z float64) float64 {
	const side = -0.12
	depth := (z - s.depth) / s.width
	if depth > side {
		depth = side + (depth-side)*0.6
	}
	return depth
}

// copyOf adds a vertex that is where another one is.
func (s *sculptor) copyOf(i uint16) uint16 {
	s.vertices = append(s.vertices, s.vertices[i])
	return uint16(len(s.vertices) - 1) //nolint:gosec // some hundreds
}

// strip adds the band between two rows of vertices.
func (s *sculptor) strip(upper, lower []uint16, nearer float32, fades bool) {
	for i := range len(upper) - 1 {
		s.triangles = append(s.triangles,
			triangle{upper[i], upper[i+1], lower[i], nearer, fades},
			triangle{upper[i+1], lower[i+1], lower[i], nearer, fades})
	}
}

// sculpt makes the living body of a portrait.
func sculpt(p *portraits.Portrait, skin *image.RGBA, texels float64) *body {
	s := sculptor{frame: frameOf(p.Mesh), texels: texels}
	s.skin, s.blinks = skin, true
	for _, q := range p.Mesh {
		s.place(q[0], q[1], s.depthOf(q[2]), ring{follow: 1, lit: 1, opaque: 1})
	}
	s.membrane(p)
	s.fillEyes()
	s.strip(upperLip, lowerLip, 0.01, false)
	for _, t := range faceTriangles() {
		s.triangles = append(s.triangles, triangle{a: t[0], b: t[1], c: t[2]})
	}
	s.addLids()
	s.pivot = vec{(p.Mesh[rightEar][0]+p.Mesh[leftEar][0])/2/s.width - s.cx/s.width, 0.28, 0.14}
	s.smoothNormals()
	return &s.body
}

// ring is one line around the face. Between the face's outline and that of the hair, step goes from 0 to 1; beyond, it counts half axes.
type ring struct {
	step, depth, follow, stay, lit float64
	opaque                         float32
}

// rings go from the face outward: the head falls back and turns with the face, then the neck and the shoulders follow less and less, until
// the picture rests. Nothing is cut out, so no seam can show.
var rings = []ring{
	{0.25, 0.06, 1, 0, 0.9, 1},
	{0.5, 0.12, 1, 0, 0.8, 1},
	{0.75, 0.20, 1, 0, 0.7, 1},
	{1, 0.30, 0.97, 0, 0.5, 1},
	{1.12, 0.42, 0.72, 0.1, 0.3, 1},
	{1.3, 0.55, 0.40, 0.3, 0.15, 1},
	{1.6, 0.70, 0.15, 0.6, roomLit, 1},
	{2.3, 0.85, 0.03, 0.9, roomLit, 1},
	{2.9, 0.85, 0, 1, roomLit, 0},
}

func (s *sculptor) membrane(p *portraits.Portrait) {
	var cx, cy float64
	for _, i := range oval {
		cx += p.Mesh[i][0] / float64(len(oval))
		cy += p.Mesh[i][1] / float64(len(oval))
	}
	closed := append(append([]uint16{}, oval...), oval[0])
	inner, bands := closed, make([][2][]uint16, 0, len(rings))
	for _, r := range rings {
		outer := make([]uint16, len(closed))
		for j, i := range oval {
			q := p.Mesh[i]
			dx, dy := q[0]-cx, q[1]-cy
			hair := max(p.Head.Along(cx, cy, dx, dy), 1.06)
			scale, flat := 1+r.step*(hair-1), 1.0
			if r.step > 1 {
				scale = hair * r.step
				flat = math.Max(0, 1-2*(r.step-1))
			}
			z := s.depthOf(q[2])*flat + r.depth
			outer[j] = s.place(cx+scale*dx, cy+scale*dy, z, r)
		}
		outer[len(oval)] = outer[0]
		bands = append(bands, [2][]uint16{inner, outer})
		inner = outer
	}
	for i := len(bands) - 1; i >= 0; i-- { // what is behind is drawn first
		s.strip(bands[i][0], bands[i][1], 0, rings[i].opaque < 1)
	}
}

// fillEyes puts the eyeballs behind the lids, which are open in the mesh.
func (s *sculptor) fillEyes() {
	for _, e := range eyes {
		var upper, lower [lidPoints]uint16
		for j := range upper {
			upper[j], lower[j] = s.copyOf(e.upper[j]), s.copyOf(e.lower[j])
		}
		s.strip(upper[:], lower[:], -0.03, false)
	}
}

// addLids adds what only closing lids show: skin, which is taken from beneath the eye, where it is as fine and lies in no fold, and lashes.
func (s *sculptor) addLids() {
	for k, e := range eyes {
		for side, skin := range [2][lidPoints]uint16{e.cheek, e.below} {
			for j := range lidPoints {
				i := s.copyOf(e.upper[j])
				s.vertices[i].u, s.vertices[i].v = s.vertices[skin[j]].u, s.vertices[skin[j]].v
				s.lids[k][side][j] = i
			}
		}
		s.strip(s.lids[k][0][:], s.lids[k][1][:], 0.02, false)
		for side := range s.lashes[k] {
			for j := range lidPoints {
				s.lashes[k][side][j] = s.copyOf(e.upper[j])
			}
		}
		s.strip(s.lashes[k][0][:], s.lashes[k][1][:], 0.03, false)
	}
}

// smoothNormals gives each vertex the mean direction of its triangles, toward the camera.
func (b *body) smoothNormals() {
	for _, t := range b.triangles {
		p := b.vertices[t.a].at
		n := b.vertices[t.b].at.sub(p).cross(b.vertices[t.c].at.sub(p))
		if n[2] > 0 {
			n = vec{-n[0], -n[1], -n[2]}
		}
		for _, i := range [...]uint16{t.a, t.b, t.c} {
			for k := range n {
				b.vertices[i].normal[k] += n[k]
			}
		}
	}
	for i := range b.vertices {
		b.vertices[i].normal = b.vertices[i].normal.unit()
	}
}
