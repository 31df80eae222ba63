package wording_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/test"

	"qoltanba/app/desktop/wording"
	"qoltanba/assets/translations"
)

// texts returns each key with its forms; a text without plural has the one form "other".
func texts(t *testing.T, file string) map[string]map[string]string {
	t.Helper()
	data, err := translations.FS.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]any
	if err := json.Unmarshal(data, &raw); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	out := map[string]map[string]string{}
	for key, value := range raw {
		out[key] = map[string]string{}
		switch v := value.(type) {
		case string:
			out[key]["other"] = v
		case map[string]any:
			for form, text := range v {
				out[key][form], _ = text.(string)
			}
		}
	}
	return out
}

var place = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

func places(text string) []string {
	var out []string
	for _, m := range place.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return out
}

func TestLanguagesHaveTheSameKeysAndPlaces(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"", "toolkit."} {
		kk := texts(t, prefix+"kk.json")
		for _, l := range []string{"ru", "en"} {
			other := texts(t, prefix+l+".json")
			for key, forms := range kk {
				theirs, ok := other[key]
				if !ok {
					t.Errorf("%s%s.json lacks %q", prefix, l, key)
					continue
				}
				for form, text := range theirs {
					if strings.TrimSpace(text) == "" {
						t.Errorf("%s%s.json: %q (%s) is empty", prefix, l, key, form)
					}
					if !slices.Equal(places(text), places(forms["other"])) {
						t.Errorf("%s%s.json: %q (%s) has places %v, Kazakh has %v", prefix, l, key, form, places(text), places(forms["other"]))
					}
				}
			}
			for key := range other {
				if _, ok := kk[key]; !ok {
					t.Errorf("%skk.json lacks %q", prefix, key)
				}
			}
		}
	}
}

func TestPluralFormsAreComplete(t *testing.T) {
	t.Parallel()
	need := map[string][]string{"kk": {"one", "other"}, "ru": {"few", "many", "one", "other"}, "en": {"one", "other"}}
	for l, want := range need {
		for key, forms := range texts(t, l+".json") {
			if len(forms) == 1 {
				continue
			}
			if got := slices.Sorted(maps.Keys(forms)); !slices.Equal(got, want) {
				t.Errorf("%s.json: %q has forms %v, want %v", l, key, got, want)
			}
		}
	}
}

var (
	literal = regexp.MustCompile(`"([a-z]+(?:\.[a-z0-9]+)*\.?)"`)
	suffix  = regexp.MustCompile(`\+ ?"(\.[a-z.]+)"`)
)

// TestNoKeyIsUnusedOrMissing reads the sources: a key is used when it stands there, or begins with a literal that ends in a dot and is joined
// to a name at run time.
func TestNoKeyIsUnusedOrMissing(t *testing.T) {
	t.Parallel()
	used, prefixes, suffixes := map[string]bool{}, map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range literal.FindAllStringSubmatch(string(source), -1) {
			used[m[1]] = true
			if strings.HasSuffix(m[1], ".") {
				prefixes[m[1]] = true
			}
		}
		for _, m := range suffix.FindAllStringSubmatch(string(source), -1) {
			suffixes[m[1]] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	joined := func(key string) bool {
		for p := range prefixes {
			if strings.HasPrefix(key, p) {
				return true
			}
		}
		for s := range suffixes {
			if name, ok := strings.CutSuffix(key, s); ok && used[name] {
				return true
			}
		}
		return false
	}
	known := texts(t, "kk.json")
	for key := range known {
		if !used[key] && !joined(key) {
			t.Errorf("%q is translated but used nowhere", key)
		}
	}
	call := regexp.MustCompile(`\.(?:T|N|text|setMain)\("([a-z.]+[a-z])"`)
	_ = filepath.WalkDir("..", func(path string, d fs.DirEntry, _ error) error {
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		source, _ := os.ReadFile(path)
		for _, m := range call.FindAllStringSubmatch(string(source), -1) {
			if _, ok := known[m[1]]; !ok && !strings.HasPrefix(m[1], "missing") {
				t.Errorf("%s asks for %q, which is not translated", path, m[1])
			}
		}
		return nil
	})
}

func TestPlurals(t *testing.T) {
	t.Parallel()
	ru := wording.New(wording.Russian)
	for count, want := range map[int]string{
		1: "Осталась 1 попытка.", 2: "Осталось 2 попытки.", 5: "Осталось 5 попыток.", 21: "Осталась 21 попытка.", 111: "Осталось 111 попыток.",
	} {
		if got := ru.N("code.tries", count); got != want {
			t.Errorf("%d: %q, want %q", count, got, want)
		}
	}
	if got := wording.New(wording.Kazakh).N("code.tries", 2); got != "2 әрекет қалды." {
		t.Errorf("Kazakh: %q", got)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	w := wording.New(wording.English)
	if got := w.T("code.resend.in", "Time", w.Clock(65*time.Second)); got != "Send again in 1:05" {
		t.Errorf("got %q", got)
	}
	if got := w.T("missing"); got != "missing" {
		t.Errorf("a missing key gives %q", got)
	}
	if got := w.Clock(-time.Second); got != "0:00" {
		t.Errorf("a span that is over gives %q", got)
	}
	for tag, want := range map[string]wording.Language{"ru-KZ": wording.Russian, "kk": wording.Kazakh, "en-US": wording.English, "de": wording.Kazakh, "": wording.Kazakh} {
		if got := wording.Parse(tag); got != want {
			t.Errorf("%q gives %s, want %s", tag, got, want)
		}
	}
}

func TestToolkitLearnsKazakh(t *testing.T) {
	test.NewTempApp(t)
	for l, want := range map[wording.Language]string{wording.Kazakh: "Бас тарту", wording.Russian: "Отменить", wording.English: "Cancel"} {
		if err := wording.Teach(l); err != nil {
			t.Fatal(err)
		}
		if got := lang.L("Cancel"); got != want && (l != wording.Russian || !strings.HasPrefix(got, "Отмен")) {
			t.Errorf("%s: Cancel is %q", l, got)
		}
	}
}
