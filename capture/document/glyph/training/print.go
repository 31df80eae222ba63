package training

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"qoltanba/capture/document/glyph"
	"qoltanba/capture/document/mrz"
)

// A cell of the drawn glyphs, in pixels: the distance from one character to the next, and room above and below.
const (
	cellWidth  = 60
	cellHeight = 120
	baseline   = 90
	capMiddle  = baseline - 28 // capitals and digits are 55 to 57 pixels high
)

// inks are how much of the blurred outline is filled: print that is thin, as drawn, and bold.
var inks = []float32{0.75, 0.6, 0.5, 0.38, 0.27}

// cell is one drawn character: 0 is paper, 1 is ink.
type cell [cellWidth * cellHeight]float32

// Printer draws samples: a character between two neighbours as a camera sees it. It is for one goroutine.
type Printer struct {
	cuts   [][]cell // of a font and a weight, the characters of mrz.Alphabet
	rng    *rand.Rand
	padded [padWidth * padHeight]float32
	passed [padWidth * padHeight]float32
}

// The patch is drawn with a border, so that blurring finds what lies beside it.
const (
	border    = 4
	padWidth  = glyph.Width + 2*border
	padHeight = glyph.Height + 2*border
)

// NewPrinter draws the fonts' characters in several weights.
func NewPrinter(fonts [][]byte, rng *rand.Rand) (*Printer, error) {
	p := &Printer{rng: rng}
	for i, data := range fonts {
		parsed, err := opentype.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("font %d: %w", i+1, err)
		}
		face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 100, DPI: 72})
		if err != nil {
			return nil, fmt.Errorf("font %d: %w", i+1, err)
		}
		advance, ok := face.GlyphAdvance('0')
		if !ok || advance <= 0 {
			return nil, fmt.Errorf("font %d has no digit 0", i+1)
		}
		face, err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: 100 * cellWidth / (float64(advance) / 64), DPI: 72})
		if err != nil {
			return nil, fmt.Errorf("font %d: %w", i+1, err)
		}
		cuts, err := draw(face)
		if err != nil {
			return nil, fmt.Errorf("font %d: %w", i+1, err)
		}
		p.cuts = append(p.cuts, cuts...)
	}
	if len(p.cuts) == 0 {
		return nil, fmt.Errorf("no font to draw with")
	}
	return p, nil
}

// draw gives the characters of a face in each weight.
func draw(face font.Face) ([][]cell, error) {
	cuts := make([][]cell, len(inks))
	for _, c := range mrz.Alphabet {
		img := image.NewAlpha(image.Rect(0, 0, cellWidth, cellHeight))
		bounds, mask, at, _, ok := face.Glyph(fixed.P(0, baseline), c)
		if !ok {
			return nil, fmt.Errorf("it has no %q", c)
		}
		for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
			for x := bounds.Min.X; x < bounds.Max.X; x++ {
				_, _, _, a := mask.At(at.X+x-bounds.Min.X, at.Y+y-bounds.Min.Y).RGBA()
				if image.Pt(x, y).In(img.Rect) {
					img.Pix[img.PixOffset(x, y)] = uint8(a >> 8)
				}
			}
		}
		var drawn, passed, soft cell
		for i, v := range img.Pix {
			drawn[i] = float32(v) / 255
		}
		blur(drawn[:], passed[:], soft[:], cellWidth, cellHeight, 3, 3)
		for k, ink := range inks {
			var out cell
			for i, v := range soft {
				out[i] = min(max(0.5+(v-ink)*6, 0), 1)
			}
			cuts[k] = append(cuts[k], out)
		}
	}
	return cuts, nil
}

// Sample draws one and says which character of [mrz.Alphabet] it shows.
func (p *Printer) Sample(out *glyph.Patch) int {
	r := p.rng
	cut := p.cuts[r.IntN(len(p.cuts))]
	class := r.IntN(len(mrz.Alphabet))
	p.see([3]*cell{&cut[p.neighbour()], &cut[class], &cut[p.neighbour()]})
	var drawn [padWidth * padHeight]float32
	sharp := 0.25 + 1.9*r.Float64()*r.Float64()
	across := sharp * (0.8 + 0.5*r.Float64())
	blur(p.padded[:], p.passed[:], drawn[:], padWidth, padHeight, across, sharp)
	contrast, noise := 0.3+0.7*r.Float32(), 0.15*r.Float32()*r.Float32()
	slopeX, slopeY := 0.1*r.NormFloat64(), 0.1*r.NormFloat64()
	wave, pitch, turn := 0.06*r.Float64(), 2*math.Pi/(2+6*r.Float64()), 2*math.Pi*r.Float64()
	waveX, waveY := pitch*math.Sin(turn), pitch*math.Cos(turn)
	for y := range glyph.Height {
		for x := range glyph.Width {
			v := contrast * drawn[(y+border)*padWidth+x+border]
			u, w := 2*float64(x)/glyph.Width-1, 2*float64(y)/glyph.Height-1
			v += float32(slopeX*u + slopeY*w + wave*math.Sin(waveX*float64(x)+waveY*float64(y)+turn))
			out[y*glyph.Width+x] = v + noise*float32(r.NormFloat64())
		}
	}
	out.Normalise()
	return class
}

// neighbour draws what stands beside: often a filler, as in a zone.
func (p *Printer) neighbour() int {
	if p.rng.Float64() < 0.3 {
		return len(mrz.Alphabet) - 1
	}
	return p.rng.IntN(len(mrz.Alphabet))
}

// see projects three cells on the padded patch, a little off in place, size, slant and direction.
func (p *Printer) see(cells [3]*cell) {
	r := p.rng
	scaleX := cellWidth * glyph.SpanX / glyph.Width * (1 + 0.04*r.NormFloat64())
	scaleY := cellWidth * glyph.SpanY / glyph.Height * (1 + 0.05*r.NormFloat64())
	slant, turn := 0.05*r.NormFloat64(), 0.03*r.NormFloat64()
	middleX, middleY := 1.5*cellWidth+3.5*r.NormFloat64(), capMiddle+3.5*r.NormFloat64()
	const fine = 2 // samples in each direction for one of the patch
	for y := range padHeight {
		for x := range padWidth {
			sum := float32(0)
			for k := range fine * fine {
				u := (float64(x) + (float64(k%fine)+0.5)/fine - padWidth/2) * scaleX
				w := (float64(y) + (float64(k/fine)+0.5)/fine - padHeight/2) * scaleY
				cx, cy := int(middleX+u+slant*w), int(middleY+w+turn*u)
				if cx >= 0 && cx < 3*cellWidth && cy >= 0 && cy < cellHeight {
					sum += cells[cx/cellWidth][cy*cellWidth+cx%cellWidth]
				}
			}
			p.padded[y*padWidth+x] = sum / (fine * fine)
		}
	}
}

// blur applies a Gaussian of the deviations given, in pixels, by way of passed; out may not be in.
func blur(in, passed, out []float32, width, height int, across, down float64) {
	pass := func(from, to []float32, n, stride, lines, lineStride int, deviation float64) {
		kernel := gaussian(deviation)
		reach := len(kernel) / 2
		for line := range lines {
			for i := range n {
				sum := float32(0)
				for k, w := range kernel {
					sum += w * from[line*lineStride+min(max(i+k-reach, 0), n-1)*stride]
				}
				to[line*lineStride+i*stride] = sum
			}
		}
	}
	pass(in, passed, width, 1, height, width, across)
	pass(passed, out, height, width, width, 1, down)
}

func gaussian(deviation float64) []float32 {
	reach := int(math.Ceil(2.5 * deviation))
	kernel := make([]float32, 2*reach+1)
	sum := float32(0)
	for k := range kernel {
		d := float64(k-reach) / max(deviation, 1e-3)
		kernel[k] = float32(math.Exp(-d * d / 2))
		sum += kernel[k]
	}
	for k := range kernel {
		kernel[k] /= sum
	}
	return kernel
}
