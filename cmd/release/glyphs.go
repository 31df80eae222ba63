package main

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"qoltanba/assets/ocrb"
	"qoltanba/capture/document/glyph"
	"qoltanba/capture/document/glyph/training"
)

// Of the weights that are shipped.
const (
	glyphSteps = 5_000
	glyphSeed  = 9303
)

// glyphs trains the network that reads OCR-B and writes assets/glyphs anew.
func glyphs(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("glyphs", flag.ContinueOnError)
	folder := flags.String("out", filepath.Join("assets", "glyphs"), "`folder` for the weights and PROVENANCE.md")
	steps := flags.Int("steps", glyphSteps, "`number` of batches to train with")
	if err := flags.Parse(args); err != nil {
		return err
	}
	weights, err := training.Train(ctx, training.Config{
		Fonts: [][]byte{ocrb.Round, ocrb.Slanted}, Steps: *steps, Seed: glyphSeed, Every: 250,
		Report: func(step int, right float64) { fmt.Fprintf(os.Stderr, "step %d: %.2f %% right\n", step, 100*right) },
	})
	if err != nil {
		return err
	}
	data, err := weights.MarshalBinary()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(*folder, "ocrb.weights"), data, 0o644); err != nil { //nolint:gosec // G306: a file of the repository
		return err
	}
	page := fmt.Sprintf(glyphProvenance, glyph.Width, glyph.Height, *steps, training.Batch, glyphSeed, sha256.Sum256(data))
	return os.WriteFile(filepath.Join(*folder, "PROVENANCE.md"), []byte(page), 0o644) //nolint:gosec // G306: a file of the repository
}

const glyphProvenance = `# Where the weights come from

The network of capture/document/glyph, which tells the characters of OCR-B apart in patches of %d×%d samples. It was trained from nothing
by ` + "`go run ./cmd/release glyphs`" + `, on glyphs drawn from assets/ocrb (OCRB.ttf and OCRBL.ttf, each in five weights; see the
licence there): %d batches of %d, seed %d. The same command gives the same bytes on x86-64. No picture of a document was used. The licence is the
product's own.

| file | sha256 |
|---|---|
| ocrb.weights | ` + "`%x`" + ` |
`
