package document

import (
	"image"
	"math"
)

// mapping takes places of one plane to places of another, as a camera takes those of a card: (ax+by+c, dx+ey+f) / (gx+hy+1).
type mapping [8]float64

// mapOnto maps a document's millimetres to the picture. It answers false for corners of which three lie on a line.
func mapOnto(s Shape, q Quad) (mapping, bool) {
	from := Quad{{0, 0}, {s.Width, 0}, {s.Width, s.Height}, {0, s.Height}}
	var a [8][9]float64
	for i := range q {
		x, y, u, v := from[i].X, from[i].Y, q[i].X, q[i].Y
		a[2*i] = [9]float64{x, y, 1, 0, 0, 0, -u * x, -u * y, u}
		a[2*i+1] = [9]float64{0, 0, 0, x, y, 1, -v * x, -v * y, v}
	}
	for c := range a {
		pivot := c
		for row := c; row < len(a); row++ {
			if math.Abs(a[row][c]) > math.Abs(a[pivot][c]) {
				pivot = row
			}
		}
		a[c], a[pivot] = a[pivot], a[c]
		if math.Abs(a[c][c]) < 1e-9 {
			return mapping{}, false
		}
		for row := range a {
			if row == c {
				continue
			}
			f := a[row][c] / a[c][c]
			for k := c; k < len(a[c]); k++ {
				a[row][k] -= f * a[c][k]
			}
		}
	}
	var m mapping
	for i := range m {
		m[i] = a[i][8] / a[i][i]
	}
	return m, true
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
