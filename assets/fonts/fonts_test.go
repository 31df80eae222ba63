package fonts_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"qoltanba/assets/fonts"
)

func TestProvenanceNamesTheDigestOfEveryFile(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("PROVENANCE.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"NotoSans-Regular.ttf": fonts.Regular, "NotoSans-Bold.ttf": fonts.Bold,
		"NotoSans-Italic.ttf": fonts.Italic, "NotoSans-BoldItalic.ttf": fonts.BoldItalic,
	} {
		sum := sha256.Sum256(data)
		row := "| " + name + " | `" + hex.EncodeToString(sum[:]) + "` |"
		if !strings.Contains(string(page), row) {
			t.Errorf("PROVENANCE.md has no row %q", row)
		}
	}
}
