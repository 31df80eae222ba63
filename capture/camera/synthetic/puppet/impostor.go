//go:build demo

package puppet

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"

	"qoltanba/assets/portraits"
)

// paper is a sheet that shows a portrait, in face widths around the middle of the face.
type paper struct {
	left, right, top, bottom float64
	bend                     func(x float64) (across, away float64)
}

// photograph is a print of the head and the shoulders, bent in some way.
func photograph(bend func(float64) (float64, float64), halfWidth float64) paper {
	return paper{-halfWidth, halfWidth, -1.15, 1.25, bend}
}

// sheet plays the kinds that hold a sheet of paper before the camera.
func sheet(k Kind, sitter, other *Puppet, a *actor, c Conditions, rng *rand.Rand) (role, error) {
	half, bend, more := 1.05, func(x float64) (float64, float64) { return x, 0 }, 1.9
	switch k {
	case PhotoBent, PhotoEyes:
		radius := 0.65 + 0.45*rng.Float64()
		half, more = math.Min(half, 1.3*radius), 1.6
		bend = func(x float64) (float64, float64) {
			return radius * math.Sin(x/radius), radius * (1 - math.Cos(x/radius))
		}
	case PhotoFold:
		sin, cos := math.Sincos(0.35 + 0.25*rng.Float64())
		bend, more = func(x float64) (float64, float64) { return x * cos, math.Abs(x) * sin }, 1.6
	case PhotoStill:
		more = 0
	}
	texture := printed(sitter, k == Drawing)
	b := unroll(sitter, texture, photograph(bend, half))
	stage, err := other.stage(c.Width, c.Height, c.Size, c.Room)
	if err != nil {
		return nil, err
	}
	if k == PhotoEyes {
		cutEyes(texture, sitter)
		more = 1
		stage.add(figure{body: other.body, pose: behind(sitter.portrait.Mesh, other.portrait.Mesh)})
	}
	stage.add(figure{body: b})
	a.shape = func(p Pose) Pose {
		if k == PhotoStill { // a hand's tremor
			return Pose{Roll: p.Roll, TX: p.TX, TY: p.TY}
		}
		p.Yaw, p.Pitch = p.Yaw*more, p.Pitch*more
		p.TX -= p.Yaw * 0.004
		return p
	}
	return play(stage, a), nil
}

// unroll makes the body of a sheet of paper that shows the puppet's portrait, as far from the lens as the face was.
func unroll(p *Puppet, texture *image.RGBA, sheet paper) *body {
	const columns, lines = 20, 14
	s := sculptor{frame: p.frame, texels: float64(texture.Rect.Dx()) / (2 * reach * p.frame.width)}
	s.skin = texture
	border(texture, sheet, s.texels*s.width)
	var above []uint16
	for row := range lines + 1 {
		y := sheet.top + (sheet.bottom-sheet.top)*float64(row)/lines
		line := make([]uint16, columns+1)
		for column := range line {
			x := sheet.left + (sheet.right-sheet.left)*float64(column)/columns
			i := s.place(s.cx+x*s.width, s.cy+y*s.width, 0, ring{follow: 1, lit: 1, opaque: 1})
			across, away := sheet.bend(x)
			s.vertices[i].at = vec{across, y, away}
			line[column] = i
		}
		if above != nil {
			s.strip(above, line, 0, false)
		}
		above = line
	}
	s.smoothNormals()
	return &s.body
}

// border leaves the white edge of a photograph.
func border(texture *image.RGBA, sheet paper, scale float64) {
	at := func(x, y float64) image.Point { return image.Pt(int((x+reach)*scale), int((y+reach)*scale)) }
	outer := image.Rectangle{at(sheet.left, sheet.top), at(sheet.right, sheet.bottom)}.Inset(-2)
	inner := outer.Inset(int(0.07 * scale))
	white := image.NewUniform(color.RGBA{236, 234, 228, 255})
	for _, edge := range []image.Rectangle{
		{outer.Min, image.Pt(outer.Max.X, inner.Min.Y)},
		{image.Pt(outer.Min.X, inner.Max.Y), outer.Max},
		{outer.Min, image.Pt(inner.Min.X, outer.Max.Y)},
		{image.Pt(inner.Max.X, outer.Min.Y), outer.Max},
	} {
		draw.Draw(texture, edge, white, image.Point{}, draw.Src)
	}
}

// printed is the portrait as a printer puts it on paper: less black, less white. Or as a pencil drawing.
func printed(p *Puppet, drawn bool) *image.RGBA {
	from := p.body.skin
	out := image.NewRGBA(from.Rect)
	if drawn {
		pencil(out, from)
		return out
	}
	for i, v := range from.Pix {
		if i&3 == 3 {
			out.Pix[i] = 255
			continue
		}
		out.Pix[i] = uint8(16 + int(v)*222/255) //nolint:gosec // at most 238
	}
	return out
}

// pencil draws: a picture divided by its own blur leaves the edges, dark on white, and some of the shades.
func pencil(out, from *image.RGBA) {
	n := from.Rect.Dx()
	small := image.NewRGBA(image.Rect(0, 0, n/6, n/6))
	draw.ApproxBiLinear.Scale(small, small.Rect, from, from.Rect, draw.Src, nil)
	soft := image.NewRGBA(from.Rect)
	draw.BiLinear.Scale(soft, soft.Rect, small, small.Rect, draw.Src, nil)
	grey := func(p []byte) float64 { return 0.3*float64(p[0]) + 0.59*float64(p[1]) + 0.11*float64(p[2]) }
	for i := 0; i < len(out.Pix); i += 4 {
		edge := (grey(from.Pix[i:]) + 8) / (grey(soft.Pix[i:]) + 8)
		v := 235 * math.Pow(math.Min(edge, 1), 2.5) * (0.72 + 0.28*grey(soft.Pix[i:])/255)
		out.Pix[i], out.Pix[i+1], out.Pix[i+2], out.Pix[i+3] = uint8(v), uint8(v), uint8(v*0.97), 255
	}
}

// cutEyes takes the eyes out of a printed portrait.
func cutEyes(texture *image.RGBA, p *Puppet) {
	for _, e := range eyes {
		a, b := p.body.vertices[e.upper[0]], p.body.vertices[e.upper[lidPoints-1]]
		up, low := p.body.vertices[e.upper[4]], p.body.vertices[e.lower[4]]
		cx, cy := float64(a.u+b.u)/2, float64(up.v+low.v)/2
		rx := math.Abs(float64(a.u-b.u)) * 0.62
		ry := rx * 0.62
		for y := int(cy - ry); y <= int(cy+ry); y++ {
			for x := int(cx - rx); x <= int(cx+rx); x++ {
				if math.Hypot((float64(x)-cx)/rx, (float64(y)-cy)/ry) < 1 {
					texture.Pix[texture.PixOffset(x, y)+3] = 0
				}
			}
		}
	}
}

// behind sets another head behind a sheet so that its eyes are where those of the portrait were.
func behind(front, back *portraits.Mesh) func(Pose) Pose {
	f, b := frameOf(front), frameOf(back)
	eyeLine := func(m *portraits.Mesh, fr frame) (x, y, apart float64) {
		l, r := m[eyes[0].upper[4]], m[eyes[1].upper[4]]
		return ((l[0]+r[0])/2 - fr.cx) / fr.width, ((l[1]+r[1])/2 - fr.cy) / fr.width, math.Hypot(l[0]-r[0], l[1]-r[1]) / fr.width
	}
	fx, fy, fa := eyeLine(front, f)
	bx, by, ba := eyeLine(back, b)
	const gap = 0.7 // the nose and some air
	scale := fa / ba
	return func(p Pose) Pose {
		p.Near = 1 - (1-p.Near)/scale
		if p.Near > 0.05 {
			p.Near = 0.05
		}
		p.Near -= gap / restDistance
		p.TX += fx*(1-p.Near) - bx
		p.TY += fy*(1-p.Near) - by
		return p
	}
}

// masked is the other person behind a painted mask of the sitter: a head's shape, but nothing in it moves, unless it has holes for the eyes.
func masked(sitter, other *Puppet, a *actor, c Conditions, holes bool) (role, error) {
	stage, err := solo(other, other.body, c)
	if err != nil {
		return nil, err
	}
	mask := &body{skin: painted(sitter.body.skin), pivot: other.body.pivot}
	for i := range portraits.Landmarks {
		v := other.body.vertices[i]
		v.u, v.v = sitter.body.vertices[i].u, sitter.body.vertices[i].v
		v.at[2] -= 0.06 // before the lids and lashes of whoever wears it
		mask.vertices = append(mask.vertices, v)
	}
	s := sculptor{body: *mask}
	for _, e := range eyes {
		if !holes {
			s.strip(e.upper[:], e.lower[:], 0, false)
		}
	}
	s.strip(upperLip, lowerLip, 0, false)
	for _, t := range faceTriangles() {
		s.triangles = append(s.triangles, triangle{a: t[0], b: t[1], c: t[2], nearer: 0.01})
	}
	stage.add(figure{body: &s.body})
	return play(stage, a), nil
}

// painted has few colours, as a brush leaves them.
func painted(from *image.RGBA) *image.RGBA {
	n := from.Rect.Dx()
	small := image.NewRGBA(image.Rect(0, 0, n/5, n/5))
	draw.ApproxBiLinear.Scale(small, small.Rect, from, from.Rect, draw.Src, nil)
	out := image.NewRGBA(from.Rect)
	draw.CatmullRom.Scale(out, out.Rect, small, small.Rect, draw.Src, nil)
	for i := range out.Pix {
		if i&3 != 3 {
			out.Pix[i] = out.Pix[i]/43*43 + 21 // six shades
		}
	}
	return out
}

// beside shows the other person's head next to the sitter.
func beside(sitter, other *Puppet, a *actor, c Conditions) (role, error) {
	stage, err := sitter.stage(c.Width, c.Height, c.Size, c.Room)
	if err != nil {
		return nil, err
	}
	stage.add(figure{body: sitter.body, pose: func(p Pose) Pose { p.TX -= 0.6; return p }})
	calm := *NewMover(c.Seed + 1)
	stage.add(figure{body: headOnly(other.body), over: true, pose: func(p Pose) Pose {
		q := calm.lean
		q.TX, q.TY, q.Near, q.Light = 0.95, 0.1, -0.25, p.Light
		return q
	}})
	return play(stage, a), nil
}

// headOnly leaves the shoulders out. The head's edge is soft.
func headOnly(b *body) *body {
	const neck = 0.9 // of the turn: what follows less is no head
	head := *b
	head.vertices = append([]vertex(nil), b.vertices...)
	head.triangles = nil
	for i := range head.vertices {
		if head.vertices[i].follow < neck {
			head.vertices[i].opaque = 0
		}
	}
	for _, t := range b.triangles {
		least := min(b.vertices[t.a].follow, b.vertices[t.b].follow, b.vertices[t.c].follow)
		if least < 0.7 {
			continue
		}
		t.fades = least < neck
		head.triangles = append(head.triangles, t)
	}
	return &head
}
