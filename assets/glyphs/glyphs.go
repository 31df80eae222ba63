// Package glyphs embeds the weights of the network that reads OCR-B. PROVENANCE.md says how they were made.
package glyphs

import _ "embed" // the weights

// OCRB are the weights for glyph.Weights.
//
//go:embed ocrb.weights
var OCRB []byte
