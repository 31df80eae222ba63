package texts

import (
	"strings"
	"testing"
	"unicode/utf8"

	"qoltanba/app/api"
)

// Each text is there in each language, with as many headings as the others.
func TestTexts(t *testing.T) {
	for _, kind := range Kinds() {
		headings := 0
		for _, language := range api.Languages() {
			text, ok := Find(kind, language)
			if !ok {
				t.Fatalf("%s is missing in %s", kind, language)
			}
			n := strings.Count("\n"+text.Body, "\n# ")
			if headings == 0 {
				headings = n
			}
			if n != headings || n < 5 {
				t.Errorf("%s in %s has %d headings, another language %d", kind, language, n, headings)
			}
			if !utf8.ValidString(text.Body) || strings.ContainsRune(text.Body, '\r') || len(text.SHA256) != 64 {
				t.Errorf("%s in %s is not clean text", kind, language)
			}
			for _, line := range strings.Split(text.Body, "\n") {
				if line != strings.TrimSpace(line) {
					t.Errorf("%s in %s: blanks around %q", kind, language, line)
				}
			}
		}
	}
	if _, ok := Find("../texts", api.Kazakh); ok {
		t.Error("found what is not there")
	}
}
