package document

import (
	"image"
	"image/color"
)

// plane is one component of a picture, at its own resolution.
type plane struct {
	pix           []uint8
	stride        int
	width, height int
	scaleX        float64 // samples of the plane for a pixel of the picture
	scaleY        float64
}

// raster is a picture as luma and, unless it is grey, two chromas.
type raster struct {
	width, height int
	planes        []plane
}

// open looks at a picture. Those of cameras and JPEGs are not copied; one without pixels has no planes.
func open(img image.Image) raster {
	b := img.Bounds()
	r := raster{width: b.Dx(), height: b.Dy()}
	if b.Empty() {
		return raster{}
	}
	switch p := img.(type) {
	case *image.YCbCr:
		r.add(p.Y[p.YOffset(b.Min.X, b.Min.Y):], p.YStride, r.width, r.height)
		at := p.COffset(b.Min.X, b.Min.Y)
		end := p.COffset(b.Max.X-1, b.Max.Y-1)
		rows := (end-at)/p.CStride + 1
		columns := (end-at)%p.CStride + 1
		r.add(p.Cb[at:], p.CStride, columns, rows)
		r.add(p.Cr[at:], p.CStride, columns, rows)
	case *image.Gray:
		r.add(p.Pix[p.PixOffset(b.Min.X, b.Min.Y):], p.Stride, r.width, r.height)
	default:
		r.convert(img)
	}
	return r
}

func (r *raster) add(pix []uint8, stride, width, height int) {
	r.planes = append(r.planes, plane{pix, stride, width, height, float64(width) / float64(r.width), float64(height) / float64(r.height)})
}

// convert copies a picture of any other kind.
func (r *raster) convert(img image.Image) {
	var parts [3][]uint8
	for i := range parts {
		parts[i] = make([]uint8, r.width*r.height)
	}
	b, at := img.Bounds(), 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			red, green, blue, _ := img.At(x, y).RGBA()
			parts[0][at], parts[1][at], parts[2][at] = color.RGBToYCbCr(uint8(red>>8), uint8(green>>8), uint8(blue>>8)) //nolint:gosec // G115: 16 bits to 8
			at++
		}
	}
	for _, p := range parts {
		r.add(p, r.width, r.width, r.height)
	}
}

// at is the plane's value at a place of the picture, between the samples; beyond the edges it is that of the nearest.
func (p *plane) at(x, y float64) float32 {
	x, y = x*p.scaleX-0.5, y*p.scaleY-0.5
	x, y = min(max(x, 0), float64(p.width-1)), min(max(y, 0), float64(p.height-1))
	ix, iy := int(x), int(y)
	fx, fy := float32(x-float64(ix)), float32(y-float64(iy))
	row := p.pix[iy*p.stride:]
	next := row
	if iy+1 < p.height {
		next = p.pix[(iy+1)*p.stride:]
	}
	right := min(ix+1, p.width-1)
	upper := float32(row[ix])*(1-fx) + float32(row[right])*fx
	lower := float32(next[ix])*(1-fx) + float32(next[right])*fx
	return upper*(1-fy) + lower*fy
}

// reduce gives the plane at a smaller size, each sample the mean of what it covers.
func (p *plane) reduce(width, height int, out []float32) {
	for y := range height {
		top := y * p.height / height
		bottom := max((y+1)*p.height/height, top+1)
		for x := range width {
			left := x * p.width / width
			right := max((x+1)*p.width/width, left+1)
			sum := 0
			for row := top; row < bottom; row++ {
				for _, v := range p.pix[row*p.stride+left : row*p.stride+right] {
					sum += int(v)
				}
			}
			out[y*width+x] = float32(sum) / float32((right-left)*(bottom-top))
		}
	}
}
