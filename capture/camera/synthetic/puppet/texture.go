//go:build demo

package puppet

import (
	"image"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"

	"qoltanba/assets/portraits"
)

const (
	roomWidth = 64  // pixels of the width of a face in the picture of the room, which is out of focus
	roomReach = 4.5 // face widths that the room goes beyond the face
)

// around draws the portrait into a square that goes reach face widths beyond the middle of the face, at scale pixels for each of the
// portrait's, and says which pixels it covers.
func around(img image.Image, f frame, reach, scale float64) (*image.RGBA, []float32) {
	half := reach * f.width * scale
	n := int(2 * half)
	out := image.NewRGBA(image.Rect(0, 0, n, n))
	to := f64.Aff3{scale, 0, half - f.cx*scale, 0, scale, half - f.cy*scale}
	draw.CatmullRom.Transform(out, to, img, img.Bounds(), draw.Src, nil)
	known := make([]float32, n*n)
	for i := range known {
		if out.Pix[4*i+3] == 255 {
			known[i] = 1
		}
	}
	return out, known
}

// skinOf makes the picture that bodies wear: the portrait, continued beyond its edges.
func skinOf(img image.Image, f frame) (*image.RGBA, float64) {
	texels := math.Max(1, math.Ceil(texelWidth/f.width))
	out, known := around(img, f, reach, texels)
	diffuse(out, known)
	return out, texels
}

// room is what stands behind a person: the portrait out of focus, with the head taken out.
func room(img image.Image, p *portraits.Portrait, f frame) *image.RGBA {
	scale := roomWidth / f.width
	out, known := around(img, f, roomReach, scale)
	const margin = 1.22
	for i := range known {
		x := (float64(i%out.Rect.Dx())+0.5)/scale + f.cx - roomReach*f.width
		y := (float64(i/out.Rect.Dx())+0.5)/scale + f.cy - roomReach*f.width
		if math.Hypot((x-p.Head.X)/p.Head.A, (y-p.Head.Y)/p.Head.B) < margin ||
			math.Hypot((x-f.cx)/f.width, (y-f.cy)/f.width) < 0.75 {
			known[i] = 0
		}
	}
	diffuse(out, known)
	return out
}

// level is one floor of a pyramid of premultiplied means.
type level struct {
	size int
	sum  []float32 // three channels
	know []float32
}

// diffuse fills the unknown pixels of a square picture from the known ones around, near ones first: a pyramid of means, pulled up and
// pushed down again (Gortler et al., The Lumigraph, 1996).
func diffuse(img *image.RGBA, known []float32) {
	first := level{img.Rect.Dx(), make([]float32, 3*len(known)), known}
	for i, k := range known {
		for c := range 3 {
			first.sum[3*i+c] = k * float32(img.Pix[4*i+c])
		}
	}
	floors := []level{first}
	for floors[len(floors)-1].size > 2 {
		floors = append(floors, floors[len(floors)-1].pull())
	}
	for i := len(floors) - 2; i >= 0; i-- {
		floors[i].push(&floors[i+1])
	}
	for i := range known {
		for c := range 3 {
			img.Pix[4*i+c] = uint8(min(max(first.sum[3*i+c]+0.5, 0), 255))
		}
		img.Pix[4*i+3] = 255
	}
}

// pull halves a level.
func (a level) pull() level {
	b := level{size: (a.size + 1) / 2}
	b.sum, b.know = make([]float32, 3*b.size*b.size), make([]float32, b.size*b.size)
	for i, k := range a.know {
		j := i/a.size/2*b.size + i%a.size/2
		b.know[j] += k
		for c := range 3 {
			b.sum[3*j+c] += a.sum[3*i+c]
		}
	}
	for j, k := range b.know {
		if k > 1 {
			b.know[j] = 1
			for c := range 3 {
				b.sum[3*j+c] /= k
			}
		}
	}
	return b
}

// push fills what a does not know from the coarser b, between its pixels.
func (a level) push(b *level) {
	for i, k := range a.know {
		if k >= 1 {
			continue
		}
		mean, weight := b.at(float32(i%a.size)/2-0.25, float32(i/a.size)/2-0.25)
		if weight == 0 {
			continue
		}
		for c := range 3 {
			a.sum[3*i+c] += (1 - k) * mean[c] / weight
		}
		a.know[i] = 1
	}
}

func (a *level) at(x, y float32) (sum [3]float32, weight float32) {
	fx, fy := float32(math.Floor(float64(x))), float32(math.Floor(float64(y)))
	wx, wy := [2]float32{1 - x + fx, x - fx}, [2]float32{1 - y + fy, y - fy}
	for k := range 4 {
		px, py := min(max(int(fx)+k&1, 0), a.size-1), min(max(int(fy)+k>>1, 0), a.size-1)
		w, j := wx[k&1]*wy[k>>1], py*a.size+px
		weight += w * a.know[j]
		for c := range sum {
			sum[c] += w * a.sum[3*j+c]
		}
	}
	return sum, weight
}
