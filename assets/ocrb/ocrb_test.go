package ocrb_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"golang.org/x/image/font/sfnt"

	"qoltanba/assets/ocrb"
)

func TestProvenanceNamesTheDigestOfEveryFile(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("PROVENANCE.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"OCRB.ttf": ocrb.Round, "OCRBL.ttf": ocrb.Slanted, "OCRBS.ttf": ocrb.Square} {
		sum := sha256.Sum256(data)
		if text := string(page); !strings.Contains(text, "| "+name+" | ") || !strings.Contains(text, "`"+hex.EncodeToString(sum[:])+"`") {
			t.Errorf("PROVENANCE.md does not name %s with its digest", name)
		}
	}
}

func TestEveryCutDrawsEveryCharacter(t *testing.T) {
	t.Parallel()
	for i, data := range [][]byte{ocrb.Round, ocrb.Slanted, ocrb.Square} {
		f, err := sfnt.Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		var b sfnt.Buffer
		for _, c := range "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<" {
			at, err := f.GlyphIndex(&b, c)
			if err != nil || at == 0 {
				t.Errorf("cut %d has no %q: %v", i, c, err)
				continue
			}
			if outline, err := f.LoadGlyph(&b, at, 1000, nil); err != nil || len(outline) == 0 {
				t.Errorf("cut %d cannot draw %q: %v", i, c, err)
			}
		}
	}
}
