package face

import (
	"image"
	"image/color"
	"math"
)

// raster is a part of a picture as bytes of red, green and blue, reduced by a whole number: each cell is the mean of a square of pixels. It is the
// one place that knows how pictures are stored. Its memory is used again and grows no further than its largest part.
type raster struct {
	pix    []uint8
	sums   []uint32 // of one row of cells
	w, h   int      // cells
	origin image.Point
	step   int // pixels in a side of a cell
}

// take reads the part of the picture that lies in the box, cells of step pixels.
func (r *raster) take(img image.Image, box image.Rectangle, step int) {
	box = box.Intersect(img.Bounds())
	r.origin, r.step = box.Min, step
	r.w, r.h = (box.Dx()+step-1)/step, (box.Dy()+step-1)/step
	r.pix, r.sums = room(r.pix, 3*r.w*r.h), room(r.sums, 3*r.w)
	for cy := range r.h {
		clear(r.sums)
		top := box.Min.Y + cy*step
		bottom := min(top+step, box.Max.Y)
		rgb := true
		for y := top; y < bottom; y++ {
			rgb = r.addRow(img, box.Min.X, box.Max.X, y)
		}
		r.settleRow(cy, box.Dx(), bottom-top, rgb)
	}
}

// room is a slice of n elements in the memory given, or in new memory where that is too small.
func room[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// addRow adds one row of pixels to the sums; rgb says whether as red, green and blue, or as luma and two chromas.
func (r *raster) addRow(img image.Image, x0, x1, y int) (rgb bool) {
	switch p := img.(type) {
	case *image.YCbCr:
		r.addYCbCr(p, x0, x1, y)
		return false
	case *image.RGBA:
		r.addBytes(p.Pix[p.PixOffset(x0, y):], 4, x1-x0)
	case *image.NRGBA:
		r.addBytes(p.Pix[p.PixOffset(x0, y):], 4, x1-x0)
	case *image.Gray:
		row := p.Pix[p.PixOffset(x0, y):][:x1-x0]
		for i, v := range row {
			s := r.sums[3*(i/r.step):][:3]
			s[0], s[1], s[2] = s[0]+uint32(v), s[1]+uint32(v), s[2]+uint32(v)
		}
	default:
		for x := x0; x < x1; x++ {
			red, green, blue, _ := img.At(x, y).RGBA()
			s := r.sums[3*((x-x0)/r.step):][:3]
			s[0], s[1], s[2] = s[0]+red>>8, s[1]+green>>8, s[2]+blue>>8
		}
	}
	return true
}

// addBytes adds pixels of so many bytes that begin with red, green and blue.
func (r *raster) addBytes(row []uint8, size, n int) {
	at, left := 0, r.step
	for i := range n {
		p, s := row[size*i:][:3], r.sums[at:][:3]
		s[0], s[1], s[2] = s[0]+uint32(p[0]), s[1]+uint32(p[1]), s[2]+uint32(p[2])
		if left--; left == 0 {
			at, left = at+3, r.step
		}
	}
}

func (r *raster) addYCbCr(p *image.YCbCr, x0, x1, y int) {
	luma := p.Y[p.YOffset(x0, y):][:x1-x0]
	first := p.COffset(x0, y)
	cb, cr := p.Cb[first:], p.Cr[first:]
	half, odd := 0, 0 // chroma of every second pixel only
	switch p.SubsampleRatio {
	case image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420:
		half, odd = 1, x0&1
	case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410:
		half, odd = 2, x0&3
	}
	at, left := 0, r.step
	for i, v := range luma {
		c, s := (i+odd)>>half, r.sums[at:][:3]
		s[0], s[1], s[2] = s[0]+uint32(v), s[1]+uint32(cb[c]), s[2]+uint32(cr[c])
		if left--; left == 0 {
			at, left = at+3, r.step
		}
	}
}

// settleRow makes means of the sums.
func (r *raster) settleRow(cy, pixels, rows int, rgb bool) {
	row := r.pix[3*cy*r.w:][:3*r.w]
	for cx := range r.w {
		n := uint32(min(r.step, pixels-cx*r.step) * rows) //nolint:gosec // G115: a cell's pixels
		s, out := r.sums[3*cx:][:3], row[3*cx:][:3]
		a, b, c := s[0], s[1], s[2]
		if n > 1 {
			a, b, c = (a+n/2)/n, (b+n/2)/n, (c+n/2)/n
		}
		if rgb {
			out[0], out[1], out[2] = uint8(a), uint8(b), uint8(c) //nolint:gosec // G115: means of bytes
		} else {
			out[0], out[1], out[2] = color.YCbCrToRGB(uint8(a), uint8(b), uint8(c)) //nolint:gosec // G115: means of bytes
		}
	}
}

// affine leads from the pixels of a square to those of a picture: x' = A·x + B·y + C, y' = D·x + E·y + F. Whole numbers are the corners of pixels.
type affine struct{ A, B, C, D, E, F float64 }

func (a affine) apply(x, y float64) (u, v float64) { return a.A*x + a.B*y + a.C, a.D*x + a.E*y + a.F }

// scale is how many pixels of the picture make one of the square.
func (a affine) scale() float64 { return math.Hypot(a.A, a.D) }

// similarity turns and scales: a square of n pixels comes to lie around a centre, with sides of so many pixels of the picture.
func similarity(cx, cy, side, radians float64, n int) affine {
	s := side / float64(n)
	c, d, h := math.Cos(radians)*s, math.Sin(radians)*s, float64(n)/2
	return affine{c, -d, cx - c*h + d*h, d, c, cy - d*h - c*h}
}

// warp cuts a square of n×n pixels out of the picture. Each colour of each pixel becomes gain·value + offset with value 0 to 255; outside of the
// picture everything is black. It samples between the cells of a raster as fine as the square asks for.
func (r *raster) warp(img image.Image, a affine, n int, gain, offset float32, out []float32) {
	side := float64(n)
	box := image.Rectangle{Min: image.Pt(math.MaxInt32, math.MaxInt32), Max: image.Pt(math.MinInt32, math.MinInt32)}
	for _, corner := range [4][2]float64{{0, 0}, {side, 0}, {0, side}, {side, side}} {
		u, v := a.apply(corner[0], corner[1])
		box.Min.X, box.Max.X = min(box.Min.X, int(math.Floor(u))-1), max(box.Max.X, int(math.Ceil(u))+1)
		box.Min.Y, box.Max.Y = min(box.Min.Y, int(math.Floor(v))-1), max(box.Max.Y, int(math.Ceil(v))+1)
	}
	step := max(1, int(a.scale()))
	r.take(img, box, step)
	// From the square's pixel centres to the raster's cells, whose centres are whole numbers.
	inverse, x0, y0 := 1/float64(step), float64(r.origin.X), float64(r.origin.Y)
	dxu, dxv := fixed(a.A*inverse), fixed(a.D*inverse)
	for y := range n {
		u, v := a.apply(0.5, float64(y)+0.5)
		r.line(fixed((u-x0)*inverse-0.5), fixed((v-y0)*inverse-0.5), dxu, dxv, gain, offset, out[3*n*y:][:3*n])
	}
}

// fixed is a number with 16 binary places.
func fixed(v float64) int { return int(math.Round(v * 65536)) }

// line samples along one line of the square, bilinearly.
func (r *raster) line(u, v, du, dv int, gain, offset float32, out []float32) {
	gain /= 65536
	if r.w == 0 || r.h == 0 { // all of it lies outside
		for i := range out {
			out[i] = offset
		}
		return
	}
	for i := 0; i+2 < len(out); i, u, v = i+3, u+du, v+dv {
		x, y, fx, fy := u>>16, v>>16, uint32(u>>8)&255, uint32(v>>8)&255 //nolint:gosec // G115: eight bits
		o := out[i : i+3 : i+3]
		if x < -1 || y < -1 || x >= r.w || y >= r.h {
			o[0], o[1], o[2] = offset, offset, offset
			continue
		}
		left, right, top, bottom := max(x, 0), min(x+1, r.w-1), max(y, 0), min(y+1, r.h-1)
		p := r.pix[3*(top*r.w+left):][:3]
		q := r.pix[3*(top*r.w+right):][:3]
		s := r.pix[3*(bottom*r.w+left):][:3]
		t := r.pix[3*(bottom*r.w+right):][:3]
		wp, wq, ws, wt := (256-fx)*(256-fy), fx*(256-fy), (256-fx)*fy, fx*fy
		o[0] = float32(wp*uint32(p[0])+wq*uint32(q[0])+ws*uint32(s[0])+wt*uint32(t[0]))*gain + offset
		o[1] = float32(wp*uint32(p[1])+wq*uint32(q[1])+ws*uint32(s[1])+wt*uint32(t[1]))*gain + offset
		o[2] = float32(wp*uint32(p[2])+wq*uint32(q[2])+ws*uint32(s[2])+wt*uint32(t[2]))*gain + offset
	}
}
