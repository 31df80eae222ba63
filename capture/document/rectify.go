package document

import (
	"image"
	"math"
)

// mapping takes places of one plane to places of another, as a camera takes those of a card: (ax+by+c, dx+ey+f) / (gx+hy+1).
type mapping [8]float64

// mapOnto maps a document's millimetres to the picture (Heckbert, Fundamentals of Texture Mapping, 1989, 2.2.3). It answers false for corners
// of which three lie on a line.
func mapOnto(s Shape, q Quad) (mapping, bool) {
	bend := Point{q[0].X - q[1].X + q[2].X - q[3].X, q[0].Y - q[1].Y + q[2].Y - q[3].Y}
	a, b := q[1].minus(q[2]), q[3].minus(q[2])
	det := a.X*b.Y - b.X*a.Y
	if math.Abs(det) < 1e-9 {
		return mapping{}, false
	}
	g, h := (bend.X*b.Y-b.X*bend.Y)/det, (a.X*bend.Y-bend.X*a.Y)/det
	return mapping{
		(q[1].X - q[0].X + g*q[1].X) / s.Width, (q[3].X - q[0].X + h*q[3].X) / s.Height, q[0].X,
		(q[1].Y - q[0].Y + g*q[1].Y) / s.Width, (q[3].Y - q[0].Y + h*q[3].Y) / s.Height, q[0].Y,
		g / s.Width, h / s.Height,
	}, true
}

func (m *mapping) apply(x, y float64) (u, v float64) {
	d := m[6]*x + m[7]*y + 1
	return (m[0]*x + m[1]*y + m[2]) / d, (m[3]*x + m[4]*y + m[5]) / d
}

// Rectify gives the light of a document alone, upright, at [Density] samples a millimetre. It answers nil for corners that are none.
func Rectify(img image.Image, s Shape, q Quad) *image.Gray {
	r := open(img)
	return r.rectify(s, q)
}

func (r *raster) rectify(s Shape, q Quad) *image.Gray {
	m, ok := mapOnto(s, q)
	if !ok || r.width == 0 || r.height == 0 {
		return nil
	}
	width, height := s.Pixels()
	out := image.NewGray(image.Rect(0, 0, width, height))
	luma := &r.planes[0]
	for y := range height {
		row := out.Pix[y*out.Stride:][:width]
		for x := range row {
			row[x] = uint8(luma.at(m.apply((float64(x)+0.5)/Density, (float64(y)+0.5)/Density)) + 0.5)
		}
	}
	return out
}
