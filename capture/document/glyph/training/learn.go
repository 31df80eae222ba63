// Package training makes the weights of the network that reads OCR-B, from glyphs that it draws: [Train]. The same seed gives the same
// weights on the same kind of processor.
package training

import (
	"context"
	"math"
	"math/rand/v2"

	"qoltanba/capture/document/glyph"
)

// Config says how to train.
type Config struct {
	Fonts [][]byte // cuts of OCR-B as TrueType or OpenType files
	Steps int      // of Batch samples each
	Seed  uint64
	Every int // steps from report to report
	// Report is told how far the training is and which share of the samples since the last report was read right; may be nil.
	Report func(step int, right float64)
}

// Batch is the number of samples of a step.
const Batch = 64

// Of Adam (Kingma and Ba, arXiv:1412.6980), its rate falling to nothing along half a cosine.
const (
	rate  = 2e-3
	beta1 = 0.9
	beta2 = 0.999
	small = 1e-8
)

// learner holds weights and what of their history Adam needs.
type learner struct {
	weights, gradient, mean, square glyph.Weights

	active            glyph.Activations
	map1, map2, inner []float32 // gradients of the activations
}

// Train makes weights. It returns the context's error when that ends, and an error for a font that cannot be read.
func Train(ctx context.Context, c Config) (*glyph.Weights, error) {
	rng := rand.New(rand.NewPCG(c.Seed, 0x0C2B))
	printer, err := NewPrinter(c.Fonts, rng)
	if err != nil {
		return nil, err
	}
	l := &learner{}
	l.map1, l.map2, l.inner = make([]float32, len(l.active.Map1)), make([]float32, len(l.active.Map2)), make([]float32, len(l.active.Hidden))
	l.begin(rng)
	right := 0
	var p glyph.Patch
	for step := range c.Steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for range Batch {
			class := printer.Sample(&p)
			if l.learn(&p, class) {
				right++
			}
		}
		l.step(step, c.Steps)
		if c.Report != nil && (step+1)%c.Every == 0 {
			c.Report(step+1, float64(right)/float64(c.Every*Batch))
			right = 0
		}
	}
	return &l.weights, nil
}

// begin draws weights as large as keeps the variance from layer to layer (He et al., arXiv:1502.01852).
func (l *learner) begin(rng *rand.Rand) {
	parts := l.weights.Parts()
	for i := 0; i < len(parts); i += 2 {
		fanIn := len(parts[i]) / len(parts[i+1])
		scale := math.Sqrt(2 / float64(fanIn))
		for k := range parts[i] {
			parts[i][k] = float32(rng.NormFloat64() * scale)
		}
	}
}

// learn adds the gradient of one sample, and says whether it was read right.
func (l *learner) learn(p *glyph.Patch, class int) bool {
	w, g, a := &l.weights, &l.gradient, &l.active
	w.Classify(p, a)
	best := 0
	for k, v := range a.Scores {
		if v > a.Scores[best] {
			best = k
		}
	}
	a.Scores[class]-- // the gradient of the cross entropy
	backFull(a.Hidden[:], w.Full2[:], a.Scores[:], g.Full2[:], g.Bias4[:], l.inner)
	backFull(a.Map2[:], w.Full1[:], l.inner, g.Full1[:], g.Bias3[:], l.map2)
	clear(l.map1)
	backConvolve(a.Map1[:], glyph.Width/2, glyph.Height/2, w.Filter2[:], l.map2, g.Filter2[:], g.Bias2[:], l.map1)
	backConvolve(p[:], glyph.Width, glyph.Height, w.Filter1[:], l.map1, g.Filter1[:], g.Bias1[:], nil)
	return best == class
}

// backFull takes the gradient of a full layer's outputs to its weights and inputs; it stops at inputs that are zero, as those were cut off.
func backFull(in, weights, outGradient, weightGradient, biasGradient, inGradient []float32) {
	n := len(outGradient)
	for k, d := range outGradient {
		biasGradient[k] += d
	}
	for i, v := range in {
		inGradient[i] = accumulate(v, weights[i*n:][:n], outGradient, weightGradient[i*n:][:n])
	}
}

// backConvolve is backFull for filters; inGradient is nil where nobody asks for it.
func backConvolve(in []float32, width, height int, filter, outGradient, filterGradient, biasGradient, inGradient []float32) {
	n, channels := len(biasGradient), len(in)/(width*height)
	taps := int(math.Round(math.Sqrt(float64(len(filter) / (n * channels)))))
	for y := range height / 2 {
		for x := range width / 2 {
			gradient := outGradient[(y*width/2+x)*n:][:n]
			for k, d := range gradient {
				biasGradient[k] += d
			}
			top, bottom, left, right := glyph.Taps(x, y, width, height, taps)
			for ty := top; ty < bottom; ty++ {
				for tx := left; tx < right; tx++ {
					at, tap := (2*y-taps/2+ty)*width+2*x-taps/2+tx, ty*taps+tx
					for c := range channels {
						weights, sums := filter[(tap*channels+c)*n:][:n], filterGradient[(tap*channels+c)*n:][:n]
						sum := accumulate(in[at*channels+c], weights, gradient, sums)
						if inGradient != nil {
							inGradient[at*channels+c] += sum
						}
					}
				}
			}
		}
	}
}

// accumulate adds the gradient of one input's weights and gives that of the input, 0 where the input is: it was cut off, or is paper.
func accumulate(v float32, weights, gradient, sums []float32) float32 {
	if v == 0 {
		return 0
	}
	sum := float32(0)
	weights, sums = weights[:len(gradient)], sums[:len(gradient)]
	for k, d := range gradient {
		sums[k] += v * d
		sum += weights[k] * d
	}
	return sum
}

// step moves the weights against the mean gradient of a batch.
func (l *learner) step(step, steps int) {
	now := rate / 2 * (1 + math.Cos(math.Pi*float64(step)/float64(steps)))
	unbias1 := 1 - math.Pow(beta1, float64(step+1))
	unbias2 := 1 - math.Pow(beta2, float64(step+1))
	weights, gradient, mean, square := l.weights.Parts(), l.gradient.Parts(), l.mean.Parts(), l.square.Parts()
	for i := range weights {
		for k, g := range gradient[i] {
			g /= Batch
			m := beta1*mean[i][k] + (1-beta1)*g
			s := beta2*square[i][k] + (1-beta2)*g*g
			mean[i][k], square[i][k], gradient[i][k] = m, s, 0
			weights[i][k] -= float32(now * (float64(m) / unbias1) / (math.Sqrt(float64(s)/unbias2) + small))
		}
	}
}
