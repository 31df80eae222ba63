// Package glyph tells the characters of OCR-B apart: the digits, the capitals and the filler of a machine-readable zone.
//
// A [Net] is a small convolutional network: two layers of filters, each halving the picture, and two full ones, 28,000 weights in all. It sees a
// [Patch], the ink of one cell of the zone with a little of its neighbours, and gives the probability of each character. Its arithmetic is
// plain Go. Package training makes the weights, `release glyphs` writes them to assets/glyphs.
package glyph

import (
	"encoding/binary"
	"errors"
	"math"

	"qoltanba/capture/document/mrz"
)

// Size of a patch, in samples.
const (
	Width  = 16
	Height = 24
)

// What of a zone a patch shows, in parts of the distance from one character to the next; its middle is the middle of the cell and of the
// height of capitals.
const (
	SpanX = 62.0 / 60
	SpanY = 84.0 / 60
)

// Patch is the ink of one cell, row after row from the top left; more is darker. See [Patch.Normalise].
type Patch [Width * Height]float32

// Normalise shifts and scales the patch to a mean of 0 and a variance of 1, so that neither light nor contrast matters.
func (p *Patch) Normalise() {
	var sum, squares float32
	for _, v := range p {
		sum += v
		squares += v * v
	}
	mean := sum / float32(len(p))
	deviation := float32(math.Sqrt(float64(max(squares/float32(len(p))-mean*mean, 0)))) + 1e-3
	for i, v := range p {
		p[i] = (v - mean) / deviation
	}
}

// Shape of the network.
const (
	filters1 = 8
	taps1    = 5 // filters of 5×5
	filters2 = 16
	taps2    = 3
	hidden   = 64
	classes  = len(mrz.Alphabet)

	width1, height1 = Width / 2, Height / 2
	width2, height2 = Width / 4, Height / 4
	flat            = width2 * height2 * filters2
)

// Weights are the numbers of a network. Filters stand as row, column, channel in, channel out; full layers as in, out.
type Weights struct {
	Filter1 [taps1 * taps1 * filters1]float32
	Bias1   [filters1]float32
	Filter2 [taps2 * taps2 * filters1 * filters2]float32
	Bias2   [filters2]float32
	Full1   [flat * hidden]float32
	Bias3   [hidden]float32
	Full2   [hidden * classes]float32
	Bias4   [classes]float32
}

// Parts are the weights' arrays in the order in which they are stored.
func (w *Weights) Parts() [][]float32 {
	return [][]float32{w.Filter1[:], w.Bias1[:], w.Filter2[:], w.Bias2[:], w.Full1[:], w.Bias3[:], w.Full2[:], w.Bias4[:]}
}

const magic = "OCRB\x00\x01\x10\x18" // version 1, patches of 16×24

// ErrWeights says that a file holds no weights of this network.
var ErrWeights = errors.New("no weights of the OCR-B network: make them with release glyphs")

// MarshalBinary writes the weights: eight bytes of magic, then numbers of 32 bits, little endian.
func (w *Weights) MarshalBinary() ([]byte, error) {
	out := []byte(magic)
	for _, part := range w.Parts() {
		for _, v := range part {
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(v))
		}
	}
	return out, nil
}

// UnmarshalBinary reads what MarshalBinary wrote. The error is ErrWeights; the weights are then unchanged.
func (w *Weights) UnmarshalBinary(data []byte) error {
	var read Weights
	n := 0
	for _, part := range read.Parts() {
		n += len(part)
	}
	if len(data) != len(magic)+4*n || string(data[:len(magic)]) != magic {
		return ErrWeights
	}
	data = data[len(magic):]
	for _, part := range read.Parts() {
		for i := range part {
			part[i] = math.Float32frombits(binary.LittleEndian.Uint32(data))
			if v := float64(part[i]); math.IsNaN(v) || math.IsInf(v, 0) {
				return ErrWeights
			}
			data = data[4:]
		}
	}
	*w = read
	return nil
}

// Activations are what the layers of the network make of one patch; whoever classifies many keeps one.
type Activations struct {
	Map1   [width1 * height1 * filters1]float32
	Map2   [flat]float32
	Hidden [hidden]float32
	Scores mrz.Scores
}

// Classify works out the probabilities of the characters for a normalised patch, into a.Scores. It allocates nothing.
func (w *Weights) Classify(p *Patch, a *Activations) {
	convolve(p[:], Width, Height, 1, w.Filter1[:], w.Bias1[:], taps1, a.Map1[:])
	convolve(a.Map1[:], width1, height1, filters1, w.Filter2[:], w.Bias2[:], taps2, a.Map2[:])
	full(a.Map2[:], w.Full1[:], w.Bias3[:], a.Hidden[:])
	rectify(a.Hidden[:])
	full(a.Hidden[:], w.Full2[:], w.Bias4[:], a.Scores[:])
	softmax(a.Scores[:])
}

// convolve applies filters of taps×taps to every second place of a picture, which is taken for zero beyond its edges, and cuts off what
// is negative.
func convolve(in []float32, width, height, channels int, filter, bias []float32, taps int, out []float32) {
	n := len(bias)
	for y := range height / 2 {
		for x := range width / 2 {
			sum := out[(y*width/2+x)*n:][:n]
			copy(sum, bias)
			top, bottom, left, right := Taps(x, y, width, height, taps)
			for ty := top; ty < bottom; ty++ {
				for tx := left; tx < right; tx++ {
					at, tap := (2*y-taps/2+ty)*width+2*x-taps/2+tx, ty*taps+tx
					for c, v := range in[at*channels:][:channels] {
						if v == 0 {
							continue
						}
						weights := filter[(tap*channels+c)*n:][:len(sum)]
						for k := range sum {
							sum[k] += v * weights[k]
						}
					}
				}
			}
			rectify(sum)
		}
	}
}

// Taps are the rows and columns of a filter of taps×taps, the ends excluded, that lie within a picture when it is applied for the place x, y of the
// halved picture; its first tap is at 2x-taps/2, 2y-taps/2.
func Taps(x, y, width, height, taps int) (top, bottom, left, right int) {
	dx, dy := 2*x-taps/2, 2*y-taps/2
	return max(0, -dy), min(taps, height-dy), max(0, -dx), min(taps, width-dx)
}

func full(in, weights, bias, out []float32) {
	copy(out, bias)
	for i, v := range in {
		if v == 0 {
			continue
		}
		row := weights[i*len(out):][:len(out)]
		for k := range out {
			out[k] += v * row[k]
		}
	}
}

func rectify(v []float32) {
	for i := range v {
		v[i] = max(v[i], 0)
	}
}

func softmax(v []float32) {
	top := v[0]
	for _, x := range v {
		top = max(top, x)
	}
	sum := float32(0)
	for i, x := range v {
		v[i] = float32(math.Exp(float64(x - top)))
		sum += v[i]
	}
	for i := range v {
		v[i] /= sum
	}
}
