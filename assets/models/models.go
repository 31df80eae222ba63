// Package models embeds the networks that find and measure faces, in ONNX. PROVENANCE.md names the source, licence and digest of each; `release
// models` of cmd/release makes them. Those that tell faces apart lie in the package embedders, so that only programs that match carry them.
package models

import _ "embed" // the networks

// The networks that find a face and lay landmarks over it.
var (
	//go:embed blazeface.onnx
	BlazeFace []byte
	//go:embed facemesh.onnx
	FaceMesh []byte
)
