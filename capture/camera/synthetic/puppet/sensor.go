//go:build demo

package puppet

import (
	"encoding/binary"
	"image"
	"math"
	"math/rand/v2"
)

// Sensor makes of a picture what a cheap camera sees of it: grainy, and so never twice the same bytes. It is not safe for concurrent use.
type Sensor struct {
	seed   uint64
	grain  []int8     // of a standard deviation of grainUnit
	spread [256]int32 // of the grain at each brightness, 16 bits after the point
}

const (
	grainUnit = 24
	grainSize = 1 << 14 // a power of two
)

// NewSensor makes a sensor whose grain has the given standard deviation in mid grey, of 255. It grows with brightness, as shot noise does.
func NewSensor(noise float64, seed uint64) *Sensor {
	s := &Sensor{seed: seed, grain: make([]int8, grainSize)}
	rng := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // picture grain, to be repeatable
	for i := range s.grain {
		s.grain[i] = int8(math.Round(min(max(rng.NormFloat64(), -4), 4) * grainUnit))
	}
	for i := range s.spread {
		s.spread[i] = int32(noise * math.Sqrt(0.3+0.7*float64(i)/128) / grainUnit * one)
	}
	return s
}

// Expose turns picture n of a stream into the colours that JPEG has, two by two pixels with one hue. Both pictures have the same size; to
// is 4:2:0. It allocates nothing.
func (s *Sensor) Expose(to *image.YCbCr, from *image.RGBA, n uint64) {
	w, h := from.Rect.Dx(), from.Rect.Dy()
	for y := 0; y < h; y += 2 {
		upper := from.Pix[y*from.Stride : y*from.Stride+4*w]
		lower := upper
		if y+1 < h {
			lower = from.Pix[(y+1)*from.Stride : (y+1)*from.Stride+4*w]
			s.luma(to.Y[(y+1)*to.YStride:(y+1)*to.YStride+w], lower, n, y+1)
		}
		s.luma(to.Y[y*to.YStride:y*to.YStride+w], upper, n, y)
		c := y / 2 * to.CStride
		chroma(to.Cb[c:c+(w+1)/2], to.Cr[c:c+(w+1)/2], upper, lower)
	}
}

// luma is the brightness of a row, with grain.
func (s *Sensor) luma(to, from []byte, n uint64, row int) {
	at := scramble(s.seed ^ n<<20 ^ uint64(row)) //nolint:gosec // not negative
	for x := range to {
		p := binary.LittleEndian.Uint32(from[4*x:])
		y := (19595*int32(p&255) + 38470*int32(p>>8&255) + 7471*int32(p>>16&255) + one/2) >> 16
		y += (s.spread[y&255]*int32(s.grain[(at+uint64(x))&(grainSize-1)]) + one/2) >> 16
		to[x] = uint8(min(max(y, 0), 255))
	}
}

// chroma is the mean hue of pairs of pixels in two rows.
func chroma(cb, cr, upper, lower []byte) {
	const pair = 0x00FF00FF
	for x := range cb {
		i := 8 * x
		j := min(i+4, len(upper)-4)
		a, b := binary.LittleEndian.Uint32(upper[i:]), binary.LittleEndian.Uint32(upper[j:])
		c, d := binary.LittleEndian.Uint32(lower[i:]), binary.LittleEndian.Uint32(lower[j:])
		rb := a&pair + b&pair + c&pair + d&pair
		g := int32(a>>8&255 + b>>8&255 + c>>8&255 + d>>8&255)
		r, bl := int32(rb&0xFFFF), int32(rb>>16)
		cb[x] = uint8(min(max((-11059*r-21709*g+32768*bl+(128*4+2)<<16)>>18, 0), 255))
		cr[x] = uint8(min(max((32768*r-27439*g-5329*bl+(128*4+2)<<16)>>18, 0), 255))
	}
}

// scramble spreads a number over all bits (SplitMix64).
func scramble(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}
