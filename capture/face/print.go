package face

import (
	_ "embed" // the thresholds
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"math"

	"qoltanba/capture/face/inference"
)

// Print is what tells a face from another: the numbers of two networks that were trained apart. It is biometric: it prints as [redacted].
type Print struct {
	Mobile [192]float32 // MobileFaceNet, of length 1
	ResNet [128]float32 // dlib's ResNet, as it comes: its length says something too
}

// Print draws the numbers of the face that lies under the mesh. Use near-frontal pictures: beyond 20 degrees people become unlike themselves.
// The error is [ErrNoFace] where the mesh is none, [ErrNoEmbedders] where the engine was opened without the networks.
func (e *Engine) Print(img image.Image, m *Mesh) (p Print, err error) {
	if e.mobile == nil {
		return p, ErrNoEmbedders
	}
	if err := checked(img); err != nil {
		return p, err
	}
	mobile, fits := m.align(&arcFace)
	chip, alsoFits := m.align(&faceChip)
	if !fits || !alsoFits {
		return p, ErrNoFace
	}
	l, err := e.borrow()
	if err != nil {
		return p, err
	}
	defer e.give(l)
	if err := l.prepare(e); err != nil {
		return p, err
	}
	l.raster.warp(img, mobile, mobileSide, 1.0/128, -127.5/128, l.mobile.Input())
	l.raster.warp(img, chip, resNetSide, 1, 0, l.resNet.Input())
	if err := errors.Join(l.mobile.Run(), l.resNet.Run()); err != nil {
		return p, err
	}
	copy(p.Mobile[:], l.mobile.Output(0))
	copy(p.ResNet[:], l.resNet.Output(0))
	length := math.Sqrt(dot(p.Mobile[:], p.Mobile[:]))
	if !(length > 0) || !finite(length, dot(p.ResNet[:], p.ResNet[:])) {
		return Print{}, ErrNoFace
	}
	for i := range p.Mobile {
		p.Mobile[i] = float32(float64(p.Mobile[i]) / length)
	}
	return p, nil
}

// prepare makes room for the embedders, which most lanes never need.
func (l *lane) prepare(e *Engine) (err error) {
	for _, w := range []struct {
		worker  **inference.Worker
		network *inference.Network
	}{{&l.mobile, e.mobile}, {&l.resNet, e.resNet}} {
		if *w.worker != nil {
			continue
		}
		if *w.worker, err = w.network.NewWorker(); err != nil {
			*w.worker = nil
			return err
		}
	}
	return nil
}

// Likeness is how alike two prints are.
type Likeness struct {
	Cosine   float64 // of MobileFaceNet's vectors, -1 to 1: higher is more alike
	Distance float64 // of the ResNet's vectors, Euclidean, 0 and more: lower is more alike
}

// Verdict is what a likeness says.
type Verdict int

// Verdicts. The zero value is the one that decides nothing.
const (
	Unsure Verdict = iota // a person has to look
	Same
	Different
)

// String names the verdict.
func (v Verdict) String() string {
	switch v {
	case Same:
		return "same"
	case Different:
		return "different"
	}
	return "unsure"
}

// Compare holds two prints side by side.
func Compare(a, b *Print) Likeness {
	var square float64
	for i := range a.ResNet {
		d := float64(a.ResNet[i] - b.ResNet[i])
		square += d * d
	}
	return Likeness{Cosine: dot(a.Mobile[:], b.Mobile[:]), Distance: math.Sqrt(square)}
}

func dot(a, b []float32) float64 {
	var sum float64
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

// Threshold is a number that decides, and where it comes from.
type Threshold struct {
	Value       float64 `json:"value"`
	Measurement string  `json:"measurement"` // what was measured, on how many
	Command     string  `json:"command"`     // what repeats it
}

// Thresholds decide what a likeness says. Between Same and Different lies Unsure.
type Thresholds struct {
	SameCosine        Threshold `json:"same_cosine"`        // at least
	SameDistance      Threshold `json:"same_distance"`      // at most
	DifferentCosine   Threshold `json:"different_cosine"`   // at most
	DifferentDistance Threshold `json:"different_distance"` // at least
}

//go:embed thresholds.json
var thresholdsFile []byte

// thresholds are the file's; a file that cannot be read decides nothing.
var thresholds = func() (t Thresholds) {
	if err := json.Unmarshal(thresholdsFile, &t); err != nil {
		panic("thresholds.json: " + err.Error())
	}
	return t
}()

// Published returns the thresholds with their measurements.
func Published() Thresholds { return thresholds }

// Verdict is Same where both networks say so, Different where both say so, and else Unsure. A likeness that is no number is Unsure.
func (l Likeness) Verdict() Verdict {
	t := &thresholds
	switch {
	case l.Cosine >= t.SameCosine.Value && l.Distance <= t.SameDistance.Value:
		return Same
	case l.Cosine <= t.DifferentCosine.Value && l.Distance >= t.DifferentDistance.Value:
		return Different
	}
	return Unsure
}

const redacted = "[redacted]"

// String tells nothing.
func (Print) String() string { return redacted }

// GoString tells nothing.
func (Print) GoString() string { return redacted }

// Format tells nothing, whatever the verb.
func (Print) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, redacted) }

// LogValue tells nothing.
func (Print) LogValue() slog.Value { return slog.StringValue(redacted) }
