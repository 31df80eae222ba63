package document

import (
	"image"
	"math"
)

// Box is a part of a document, millimetres from its upper left corner.
type Box struct{ Left, Top, Right, Bottom float64 }

// ZoneBox is where the machine-readable zone of a card is (Doc 9303-5, 4.1).
var ZoneBox = Box{2, 32, 83.6, 52}

// PrintBox is where a card has its small print, on both sides: away from portrait, chip and edges.
var PrintBox = Box{24, 3, 82, 30}

// Measures say whether a picture of a document is good enough to read.
type Measures struct {
	Fill    float64 // of the picture's width, or of its height where the document stands, that the document takes
	Density float64 // pixels of the picture for a millimetre of the document
	// Zone and Print are how sharp the parts are: the ratio of the fine to the coarse detail, which noise hardly moves. About 0.09 where
	// nothing is blurred, 0.02 where Cyrillic can just be read, 0.005 where the zone can.
	Zone, Print float64
	Glare       []Box   // where light is reflected, on the upright document; the largest first
	Shining     float64 // of the document's area that glare takes
	Cropped     [4]bool // corners beyond the picture: upper left, upper right, lower right, lower left
}

// Limits under which a document is not worth reading; see MEASURED.md.
const (
	LeastDensity      = 5.0 // for the zone
	LeastPrintDensity = 7.0 // for Cyrillic fields
	LeastZone         = 0.005
	LeastPrint        = 0.02
	MostShining       = 0.01
)

// Measure measures a document of the shape at the corners.
func Measure(img image.Image, s Shape, q Quad) Measures {
	r := open(img)
	return r.measure(s, q, r.rectify(s, q))
}

func (r *raster) measure(s Shape, q Quad, straight *image.Gray) Measures {
	if straight == nil {
		return Measures{}
	}
	m := r.place(s, q)
	m.Zone, m.Print = sharpness(straight, ZoneBox), sharpness(straight, PrintBox)
	return m
}

// place measures all but how sharp the document is.
func (r *raster) place(s Shape, q Quad) (m Measures) {
	left, top, right, bottom := q[0].X, q[0].Y, q[0].X, q[0].Y
	for i, p := range q {
		left, right, top, bottom = min(left, p.X), max(right, p.X), min(top, p.Y), max(bottom, p.Y)
		slack := 0.01 * float64(r.width)
		m.Cropped[i] = p.X < -slack || p.Y < -slack || p.X > float64(r.width)+slack || p.Y > float64(r.height)+slack
	}
	m.Fill = q.Width() / float64(r.width)
	if bottom-top > right-left {
		m.Fill = q.Width() / float64(r.height)
	}
	m.Density = q.Width() / s.Width
	m.Glare, m.Shining = r.glare(s, q)
	return m
}

// sharpness is the variance of the Laplacian after a Gaussian of 1.5 samples, by that of the picture after one of 3. The Laplacian
// alone would grow with noise.
func sharpness(img *image.Gray, b Box) float64 {
	part := image.Rect(int(b.Left*Density), int(b.Top*Density), int(b.Right*Density), int(b.Bottom*Density)).Intersect(img.Rect)
	w, h := part.Dx(), part.Dy()
	const edge = 8
	if w < 3*edge || h < 3*edge {
		return 0
	}
	plain := make([]float32, w*h)
	for y := range h {
		for x, v := range img.Pix[img.PixOffset(part.Min.X, part.Min.Y+y):][:w] {
			plain[y*w+x] = float32(v)
		}
	}
	fine, passed := blurred(plain, w, h, 1.5)
	laplacian := passed // used again
	clear(laplacian)
	for y := edge; y < h-edge; y++ {
		for x := edge; x < w-edge; x++ {
			i := y*w + x
			laplacian[i] = fine[i-1] + fine[i+1] + fine[i-w] + fine[i+w] - 4*fine[i]
		}
	}
	detail := variance(laplacian, w, h, edge)
	const step = 3 // the coarse needs no finer samples; their mean blurs by 0.82 samples, and the rest to 3 is 0.96 of the new ones
	cw, ch := w/step, h/step
	thirds := make([]float32, cw*ch)
	for y := range ch * step {
		for x := range cw * step {
			thirds[y/step*cw+x/step] += plain[y*w+x] / (step * step)
		}
	}
	coarse, _ := blurred(thirds, cw, ch, 0.96)
	all := variance(coarse, cw, ch, edge/step+1)
	if all < 1 {
		return 0
	}
	return detail / all
}

// blurred applies a Gaussian, but near the edges; the second result is memory to use again.
func blurred(in []float32, w, h int, deviation float64) (out, passed []float32) {
	reach := int(2.5*deviation + 0.5)
	kernel := make([]float32, reach+1)
	sum := float32(-1)
	for i := range kernel {
		kernel[i] = float32(math.Exp(-float64(i*i) / (2 * deviation * deviation)))
		sum += 2 * kernel[i]
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	out, passed = make([]float32, len(in)), make([]float32, len(in))
	for y := range h {
		for x := reach; x < w-reach; x++ {
			i := y*w + x
			v := kernel[0] * in[i]
			for k := 1; k <= reach; k++ {
				v += kernel[k] * (in[i-k] + in[i+k])
			}
			passed[i] = v
		}
	}
	for y := reach; y < h-reach; y++ {
		for x := reach; x < w-reach; x++ {
			i := y*w + x
			v := kernel[0] * passed[i]
			for k := 1; k <= reach; k++ {
				v += kernel[k] * (passed[i-k*w] + passed[i+k*w])
			}
			out[i] = v
		}
	}
	return out, passed
}

func variance(a []float32, w, h, edge int) float64 {
	var n, sum, squares float64
	for y := edge; y < h-edge; y++ {
		for _, v := range a[y*w+edge : (y+1)*w-edge] {
			n, sum, squares = n+1, sum+float64(v), squares+float64(v)*float64(v)
		}
	}
	return squares/n - sum*sum/(n*n)
}

// Of glare.
const (
	glaring   = 250 // light from which on it may be one
	colourful = 7   // how far chroma may be from grey
	fewest    = 4   // square millimetres that count
)

// glare looks at the document in steps of a millimetre and joins what shines.
func (r *raster) glare(s Shape, q Quad) (boxes []Box, share float64) {
	m, ok := mapOnto(s, q)
	if !ok {
		return nil, 0
	}
	w, h := int(s.Width), int(s.Height)
	shines := make([]bool, w*h)
	n := 0
	for y := range h {
		for x := range w {
			px, py := m.apply(float64(x)+0.5, float64(y)+0.5)
			if px < 0 || py < 0 || px > float64(r.width) || py > float64(r.height) || !r.shines(px, py) {
				continue
			}
			shines[y*w+x] = true
			n++
		}
	}
	var sizes []int
	for i := range shines {
		if !shines[i] {
			continue
		}
		if b, size := collect(shines, w, h, i); size >= fewest {
			at := 0
			for at < len(sizes) && sizes[at] >= size {
				at++
			}
			boxes = append(boxes[:at], append([]Box{b}, boxes[at:]...)...)
			sizes = append(sizes[:at], append([]int{size}, sizes[at:]...)...)
		}
	}
	return boxes, float64(n) / float64(w*h)
}

func (r *raster) shines(x, y float64) bool {
	for i := range r.planes {
		v := r.planes[i].at(x, y)
		if i == 0 && v < glaring || i > 0 && math.Abs(float64(v)-128) > colourful {
			return false
		}
	}
	return true
}

// collect takes the place and all that hangs together with it out of the map.
func collect(shines []bool, w, h, start int) (b Box, size int) {
	x0, y0, x1, y1 := w, h, 0, 0
	todo := []int{start}
	shines[start] = false
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		x, y := i%w, i/w
		x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x+1), max(y1, y+1)
		size++
		for _, d := range [4][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}} {
			nx, ny := x+d[0], y+d[1]
			if nx >= 0 && ny >= 0 && nx < w && ny < h && shines[ny*w+nx] {
				shines[ny*w+nx] = false
				todo = append(todo, ny*w+nx)
			}
		}
	}
	return Box{float64(x0), float64(y0), float64(x1), float64(y1)}, size
}
