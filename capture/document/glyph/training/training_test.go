package training_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"qoltanba/assets/ocrb"
	"qoltanba/capture/document/glyph"
	"qoltanba/capture/document/glyph/training"
)

func train(t *testing.T, seed uint64) []byte {
	t.Helper()
	w, err := training.Train(t.Context(), training.Config{Fonts: [][]byte{ocrb.Round}, Steps: 3, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	data, err := w.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestTrainingIsRepeatable(t *testing.T) {
	t.Parallel()
	if !bytes.Equal(train(t, 1), train(t, 1)) {
		t.Error("the same seed gives other weights")
	}
	if bytes.Equal(train(t, 1), train(t, 2)) {
		t.Error("another seed gives the same weights")
	}
}

// The gradient that is worked out backwards is the one that the loss has: some steps on few samples have to bring it down.
func TestTrainingLearns(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("ten thousand samples")
	}
	var shares []float64
	_, err := training.Train(t.Context(), training.Config{
		Fonts: [][]byte{ocrb.Round}, Steps: 150, Seed: 1, Every: 50, Report: func(_ int, right float64) { shares = append(shares, right) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(shares) != 3 || shares[2] < 0.4 || shares[2] < 2*shares[0] {
		t.Errorf("read right: %.2f", shares)
	}
}

func TestTrainingRefuses(t *testing.T) {
	t.Parallel()
	for name, fonts := range map[string][][]byte{"no font": nil, "no font file": {[]byte("font")}} {
		if _, err := training.NewPrinter(fonts, rand.New(rand.NewPCG(1, 1))); err == nil {
			t.Errorf("%s: it draws", name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := training.Train(ctx, training.Config{Fonts: [][]byte{ocrb.Round}, Steps: 1}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func BenchmarkLearn(b *testing.B) {
	if _, err := training.Train(b.Context(), training.Config{Fonts: [][]byte{ocrb.Round}, Steps: b.N/training.Batch + 1}); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkSample(b *testing.B) {
	p, err := training.NewPrinter([][]byte{ocrb.Round}, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		b.Fatal(err)
	}
	var patch glyph.Patch
	for b.Loop() {
		p.Sample(&patch)
	}
}
