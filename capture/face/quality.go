package face

import (
	"image"
	"math"
	"slices"
)

// Quality tells how good a picture of a face is. The thresholds that make a verdict of it belong to the caller.
type Quality struct {
	Size       float64 // the face's width over the picture's shorter side, 0 to 1 and more
	OffX, OffY float64 // the face's centre less the picture's, over the picture's width and height, -0.5 to 0.5; above 0 right and down
	Sharpness  float64 // strength of edges over that of shades at the scale of the face, 0 to 1; below 0.15 it is blurred or small
	Light      float64 // mean brightness of the face, 0 to 1
	Contrast   float64 // spread of the brightness of the face, 95th less 5th percentile, 0 to 1
	Uneven     float64 // light from one side: brightness of the face's right half in the picture less the left's, over their sum, -1 to 1
	Glare      float64 // share of the face that is burnt out, 0 to 1
	Occlusion  float64 // share of the skin that does not look like the rest of it, 0 to 1: a hand, a mask, hair; a beard counts a little
}

const (
	studySide = 128 // pixels of the square in which a face is studied
	studyFace = 96  // pixels of the face's width there
	burnt     = 250 // luma from which a pixel is burnt out
)

// study is the memory in which a face is looked at.
type study struct {
	raster raster
	rgb    [3 * studySide * studySide]float32
	luma   [studySide * studySide]float32
	spans  [studySide][2]int // columns of each row that the face covers, from and before
	values []float64
}

// studies are those that nobody uses; a few are kept.
var studies = make(chan *study, 4)

func borrowStudy() *study {
	select {
	case s := <-studies:
		return s
	default:
		return new(study)
	}
}

func (s *study) giveBack() {
	select {
	case studies <- s:
	default:
	}
}

// Assess measures the picture in which the face was observed. It makes nothing of a face without a width: the zero Quality. It allocates nothing
// where Observe does not.
func Assess(img image.Image, o *Observation) Quality {
	at := o.Mesh.region()
	if checked(img) != nil || !(o.Width >= 8) || !at.usable(img.Bounds()) {
		return Quality{}
	}
	s := borrowStudy()
	defer s.giveBack()
	b := img.Bounds()
	w, h := float64(b.Dx()), float64(b.Dy())
	q := Quality{
		Size: o.Width / min(w, h),
		OffX: (at.x-float64(b.Min.X))/w - 0.5, OffY: (at.y-float64(b.Min.Y))/h - 0.5,
	}
	a := similarity(at.x, at.y, o.Width*studySide/studyFace, at.angle, studySide)
	s.raster.warp(img, a, studySide, 1, 0, s.rgb[:])
	for i := range s.luma {
		p := s.rgb[3*i:][:3]
		s.luma[i] = 0.299*p[0] + 0.587*p[1] + 0.114*p[2]
	}
	inverse := a.inverse()
	s.outline(&o.Mesh, inverse)
	s.shades(&q, &o.Mesh, inverse)
	q.Sharpness = s.sharpness()
	q.Occlusion = s.occlusion(&o.Mesh, inverse)
	return q
}

// inverse leads back. The affine is a similarity.
func (a affine) inverse() affine {
	d := a.A*a.E - a.B*a.D
	i := affine{A: a.E / d, B: -a.B / d, D: -a.D / d, E: a.A / d}
	i.C, i.F = -(i.A*a.C + i.B*a.F), -(i.D*a.C + i.E*a.F)
	return i
}

// oval is the outline of the face in order: MediaPipe's FACEMESH_FACE_OVAL.
var oval = [...]int{
	10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127,
	162, 21, 54, 103, 67, 109,
}

// outline notes which pixels of the square the face covers.
func (s *study) outline(m *Mesh, to affine) {
	for y := range s.spans {
		s.spans[y] = [2]int{studySide, 0}
	}
	for i, from := range oval {
		p, q := m[from], m[oval[(i+1)%len(oval)]]
		x0, y0 := to.apply(float64(p.X), float64(p.Y))
		x1, y1 := to.apply(float64(q.X), float64(q.Y))
		if y0 > y1 {
			x0, y0, x1, y1 = x1, y1, x0, y0
		}
		for y := max(0, int(math.Ceil(y0-0.5))); y < studySide && float64(y)+0.5 <= y1; y++ {
			x := x0 + (x1-x0)*(float64(y)+0.5-y0)/max(y1-y0, 1e-9)
			row := &s.spans[y]
			row[0], row[1] = min(row[0], max(0, int(x))), max(row[1], min(studySide, int(x)+1))
		}
	}
}

// shades measures light, contrast, glare, and from which side the light comes.
func (s *study) shades(q *Quality, m *Mesh, to affine) {
	var histogram [256]int
	var sum, side [2]float64 // brightness and pixels of the left half and of the right
	topX, topY := to.apply(float64(m[Forehead].X), float64(m[Forehead].Y))
	endX, endY := to.apply(float64(m[Chin].X), float64(m[Chin].Y))
	slope := (endX - topX) / max(endY-topY, 1)
	all := 0
	for y, span := range s.spans {
		middle := topX + slope*(float64(y)-topY)
		for x := span[0]; x < span[1]; x++ {
			v := s.luma[y*studySide+x]
			histogram[uint8(v)]++
			half := 0
			if float64(x) > middle {
				half = 1
			}
			sum[half], side[half] = sum[half]+float64(v), side[half]+1
			all++
		}
	}
	if side[0] == 0 || side[1] == 0 {
		return
	}
	q.Light = (sum[0] + sum[1]) / float64(all) / 255
	left, right := sum[0]/side[0], sum[1]/side[1]
	q.Uneven = (right - left) / max(left+right, 1)
	q.Contrast = float64(percentile(&histogram, all*95/100)-percentile(&histogram, all*5/100)) / 255
	for _, n := range histogram[burnt:] {
		q.Glare += float64(n) / float64(all)
	}
}

func percentile(histogram *[256]int, rank int) int {
	for v, n := range histogram {
		if rank -= n; rank < 0 {
			return v
		}
	}
	return 255
}

// sharpness is the spread of the Laplacian over the spread of the brightness, which does not depend on exposure (after Pech-Pacheco et al.,
// Diatom autofocusing in brightfield microscopy, ICPR 2000: the variance of the Laplacian).
func (s *study) sharpness() float64 {
	var n, sum, square, edge float64
	for y := 1; y < studySide-1; y++ {
		for x := max(1, s.spans[y][0]); x < min(studySide-1, s.spans[y][1]); x++ {
			i := y*studySide + x
			v := float64(s.luma[i])
			l := 4*v - float64(s.luma[i-1]+s.luma[i+1]+s.luma[i-studySide]+s.luma[i+studySide])
			n, sum, square, edge = n+1, sum+v, square+v*v, edge+l*l
		}
	}
	if n == 0 {
		return 0
	}
	shade := square/n - sum/n*sum/n
	return min(1, math.Sqrt(edge/n/max(shade, 1)))
}

// skin are landmarks of the face where there is nothing but skin: forehead, cheeks, nose, upper lip, chin and jaw.
var skin = [...]int{
	10, 151, 9, 108, 337, 67, 297, 50, 280, 101, 330, 117, 346, 205, 425, 187, 411, 123, 352, 4, 5, 195, 164, 92, 322, 18, 199, 175, 148, 377, 150, 379,
	136, 365, 172, 397,
}

const (
	oddChroma = 0.045 // of red and green over the sum of all three: farther from the face's own it is not its skin
	oddDark   = 0.35  // of the face's own brightness: darker it is hair, cloth or a deep shadow
)

// occlusion is the share of the skin's patches whose colour or darkness is not that of the median patch.
func (s *study) occlusion(m *Mesh, to affine) float64 {
	var patches [len(skin)][3]float64 // red, green, brightness
	for i, landmark := range skin {
		x, y := to.apply(float64(m[landmark].X), float64(m[landmark].Y))
		patches[i] = s.patch(int(x), int(y))
	}
	var own [3]float64
	for k := range own {
		s.values = s.values[:0]
		for _, p := range patches {
			s.values = append(s.values, p[k])
		}
		slices.Sort(s.values)
		own[k] = s.values[len(s.values)/2]
	}
	odd := 0
	for _, p := range patches {
		if math.Hypot(p[0]-own[0], p[1]-own[1]) > oddChroma || p[2] < oddDark*own[2] {
			odd++
		}
	}
	return float64(odd) / float64(len(patches))
}

// patch is the mean colour of 5×5 pixels, red and green over the sum of all three, and its brightness.
func (s *study) patch(x, y int) [3]float64 {
	var rgb [3]float64
	for dy := -2; dy <= 2; dy++ {
		for dx := -2; dx <= 2; dx++ {
			at := 3 * (min(max(y+dy, 0), studySide-1)*studySide + min(max(x+dx, 0), studySide-1))
			for k := range rgb {
				rgb[k] += float64(s.rgb[at+k])
			}
		}
	}
	sum := rgb[0] + rgb[1] + rgb[2] + 1
	return [3]float64{rgb[0] / sum, rgb[1] / sum, sum / 75}
}
