// Package ocrb embeds OCR-B, the typeface of machine-readable zones, in three cuts. Two train the net that reads it, the third prints the
// specimens it is tested with. PROVENANCE.md names origin, licence and digests. Only the training program and tests need it.
package ocrb

import _ "embed" // the font files

// The cuts as TrueType files, each with the characters of a machine-readable zone.
var (
	//go:embed OCRB.ttf
	Round []byte
	//go:embed OCRBL.ttf
	Slanted []byte
	//go:embed OCRBS.ttf
	Square []byte
)
