//go:build demo

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFaceTellsWhatIsSeen(t *testing.T) {
	t.Parallel()
	portrait := filepath.Join("..", "..", "assets", "portraits", "astronaut.jpg")
	blank := filepath.Join("..", "..", "assets", "icons", "app.png")
	say := func(args ...string) string {
		t.Helper()
		var out strings.Builder
		if err := faces(t.Context(), args, &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	for _, word := range []string{"one face", "yaw", "pitch", "roll", "openness", "sharpness", "glare"} {
		if said := say(portrait); !strings.Contains(said, word) || strings.Contains(said, "match") {
			t.Errorf("it says no %q: %s", word, said)
		}
	}
	if said := say(portrait, portrait); !strings.Contains(said, "match: the same person") {
		t.Error(said)
	}
	if said := say(portrait, blank); !strings.Contains(said, "no face") || strings.Contains(said, "match:") {
		t.Error(said)
	}
}

func TestFaceRefusesWhatIsNoPicture(t *testing.T) {
	t.Parallel()
	text := filepath.Join(t.TempDir(), "note.txt")
	if err := os.WriteFile(text, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{nil, {text}, {text + ".missing"}, {"--onnxruntime", text, text}} {
		var out strings.Builder
		if err := faces(t.Context(), args, &out); err == nil {
			t.Errorf("%v passes: %s", args, out.String())
		}
	}
}
