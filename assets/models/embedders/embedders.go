// Package embedders embeds the networks that tell faces apart, in ONNX: eleven megabytes that only programs which match carry. ../PROVENANCE.md
// names the source, licence and digest of each, and a doubt about the first.
package embedders

import _ "embed" // the networks

// The networks that tell faces apart.
var (
	//go:embed mobilefacenet.onnx
	MobileFaceNet []byte
	//go:embed resnet.onnx
	ResNet []byte
)
