package glyph_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"qoltanba/assets/glyphs"
	"qoltanba/assets/ocrb"
	"qoltanba/capture/document/glyph"
	"qoltanba/capture/document/glyph/training"
)

// The cut with square ends is none that the network was trained with.
func TestTheNetworkReadsACutThatItHasNotSeen(t *testing.T) {
	t.Parallel()
	var w glyph.Weights
	if err := w.UnmarshalBinary(glyphs.OCRB); err != nil {
		t.Fatal(err)
	}
	printer, err := training.NewPrinter([][]byte{ocrb.Square}, rand.New(rand.NewPCG(7, 7)))
	if err != nil {
		t.Fatal(err)
	}
	samples := 2000
	if testing.Short() {
		samples = 200
	}
	var p glyph.Patch
	var a glyph.Activations
	right := 0
	for range samples {
		class := printer.Sample(&p)
		w.Classify(&p, &a)
		sum := float32(0)
		for _, v := range a.Scores {
			sum += v
		}
		if math.Abs(float64(sum-1)) > 1e-3 {
			t.Fatalf("the probabilities sum to %f", sum)
		}
		if a.Scores[class] == slices.Max(a.Scores[:]) {
			right++
		}
	}
	t.Logf("%d of %d samples, as blurred and noisy as in training, are read right", right, samples)
	if right < samples*95/100 {
		t.Errorf("%d of %d samples are read right", right, samples)
	}
}

func TestWeightsRefuseOtherFiles(t *testing.T) {
	t.Parallel()
	nan := slices.Clone(glyphs.OCRB)
	copy(nan[8:], []byte{0, 0, 0xC0, 0x7F})
	for name, data := range map[string][]byte{
		"empty": nil, "short": glyphs.OCRB[:100], "long": append(slices.Clone(glyphs.OCRB), 0), "another magic": append([]byte("X"), glyphs.OCRB[1:]...), "no number": nan,
	} {
		var w glyph.Weights
		if err := w.UnmarshalBinary(data); !errors.Is(err, glyph.ErrWeights) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWeightsComeBack(t *testing.T) {
	t.Parallel()
	var w glyph.Weights
	if err := w.UnmarshalBinary(glyphs.OCRB); err != nil {
		t.Fatal(err)
	}
	if data, err := w.MarshalBinary(); err != nil || !slices.Equal(data, glyphs.OCRB) {
		t.Errorf("%d bytes, %v", len(data), err)
	}
}

func BenchmarkClassify(b *testing.B) {
	var w glyph.Weights
	if err := w.UnmarshalBinary(glyphs.OCRB); err != nil {
		b.Fatal(err)
	}
	printer, err := training.NewPrinter([][]byte{ocrb.Square}, rand.New(rand.NewPCG(7, 7)))
	if err != nil {
		b.Fatal(err)
	}
	var p glyph.Patch
	var a glyph.Activations
	printer.Sample(&p)
	for b.Loop() {
		w.Classify(&p, &a)
	}
}
