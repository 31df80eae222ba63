//go:build cgo

package main

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"qoltanba/capture/face/inference"
)

const folder = "../../assets/models"

func references(t *testing.T) map[string]reference {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, "testdata/references.json"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]reference{}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestONNXRuntimeAgrees holds what ONNX Runtime makes of each converted network against what the plain executor made of the published file.
func TestONNXRuntimeAgrees(t *testing.T) {
	t.Parallel()
	if err := inference.Open(""); err != nil {
		t.Fatal(err)
	}
	all := references(t)
	for _, m := range published() {
		t.Run(m.File, func(t *testing.T) {
			t.Parallel()
			want, ok := all[m.File]
			if !ok {
				t.Fatal("no reference")
			}
			onnx, err := os.ReadFile(filepath.Join(folder, m.File))
			if err != nil {
				t.Fatal(err)
			}
			got := outputs(t, onnx, want)
			for k, s := range want.Outputs {
				scale := 0.0
				for _, v := range s.Values {
					scale = max(scale, math.Abs(float64(v)))
				}
				if scale == 0 || len(s.Values) == 0 {
					t.Fatalf("output %d is nothing", k)
				}
				for i, v := range s.Values {
					if d := math.Abs(float64(got[k][i*s.Every] - v)); !(d <= 1e-4*scale) {
						t.Fatalf("output %d, number %d: %v, want %v (of a scale of %v)", k, i*s.Every, got[k][i*s.Every], v, scale)
					}
				}
			}
		})
	}
}

// outputs is what ONNX Runtime makes of the probe.
func outputs(t *testing.T, onnx []byte, r reference) [][]float32 {
	t.Helper()
	var shapes [][]int64
	for _, s := range r.Outputs {
		shapes = append(shapes, sides(s.Shape))
	}
	n, err := inference.New(onnx, sides(r.Input), shapes...)
	if err != nil {
		t.Fatal(err)
	}
	w, err := n.NewWorker()
	if err != nil {
		t.Fatal(err)
	}
	copy(w.Input(), probe(len(w.Input()), r.Low, r.High))
	if err := w.Run(); err != nil {
		t.Fatal(err)
	}
	var out [][]float32
	for k := range r.Outputs {
		out = append(out, slices.Clone(w.Output(k)))
	}
	if err := errors.Join(w.Close(), n.Close()); err != nil {
		t.Fatal(err)
	}
	return out
}

func sides(shape []int) []int64 {
	var out []int64
	for _, s := range shape {
		out = append(out, int64(s))
	}
	return out
}

// TestProvenanceNamesTheModels compares the folder's page with its files.
func TestProvenanceNamesTheModels(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(folder, "PROVENANCE.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range published() {
		onnx, err := os.ReadFile(filepath.Join(folder, m.File))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{m.Package.SHA256, m.Inner[0].SHA256, m.Licence, digest(onnx)} {
			if !strings.Contains(string(page), word) {
				t.Errorf("PROVENANCE.md does not say %s of %s", word, m.File)
			}
		}
	}
}
