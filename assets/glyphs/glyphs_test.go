package glyphs_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"qoltanba/assets/glyphs"
)

func TestProvenanceNamesTheDigest(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("PROVENANCE.md")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(glyphs.OCRB)
	if row := "| ocrb.weights | `" + hex.EncodeToString(sum[:]) + "` |"; !strings.Contains(string(page), row) {
		t.Errorf("PROVENANCE.md has no row %q", row)
	}
	if len(glyphs.OCRB) > 200<<10 {
		t.Errorf("the weights have %d bytes", len(glyphs.OCRB))
	}
}
