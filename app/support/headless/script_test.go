//go:build demo

package headless

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/journey"
)

func TestParse(t *testing.T) {
	t.Parallel()
	s, err := Parse([]byte("# who\ncitizen sergey # of the population\nlanguage kk\npin 739105\nwrong-codes 3\nlimit 90s\n" +
		"call-back\nexpect code locked\nexpect code\nhalt-but\nhalt-but welcome iin\nunable\nend sign-in\nemail a@b.kz\n"))
	if err != nil {
		t.Fatal(err)
	}
	if s.Citizen.ID != "sergey" || s.Language != api.Kazakh || s.PIN != api.Secret("739105") || s.WrongCodes != 3 || !s.CallBack || !s.Unable ||
		s.Limit != 90*time.Second || len(s.Expect) != 3 || s.End != journey.StageSignIn || s.Email != "a@b.kz" ||
		!s.Halts || len(s.HaltBut) != 2 {
		t.Error("read otherwise than written")
	}
	if text := fmt.Sprintf("%v %+v %#v", s, s, s); strings.Contains(text, "739105") || strings.Contains(text, string(s.Citizen.IIN)) {
		t.Error("a script shows its secrets")
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nobody":        "pin 739105",
		"a stranger":    "citizen nobody",
		"a dance":       "citizen aigul\ndance",
		"no value":      "citizen",
		"two values":    "citizen aigul berik",
		"a reason":      "citizen aigul\nunable knee",
		"a short PIN":   "citizen aigul\npin 123",
		"a long time":   "citizen aigul\nlimit 100h",
		"many mistakes": "citizen aigul\nwrong-codes 1000",
		"no stage":      "citizen aigul\nend nowhere",
		"no halt":       "citizen aigul\nhalt-but nowhere",
		"too large":     strings.Repeat("#", maxScript+1),
	} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestScriptsOfTheRepository(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("../../../cmd/qoltanba/testdata/scripts/*.way")
	if err != nil || len(scripts) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, path := range scripts {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(text); err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
}

func TestMistypedIsNeverRight(t *testing.T) {
	t.Parallel()
	seen := map[api.Secret]bool{"482913": true}
	for n := range maxMistyped {
		wrong := mistyped("482913", n)
		if len(wrong) != 6 || strings.Trim(string(wrong), "0123456789") != "" || seen[wrong] {
			t.Errorf("the %d-th is not wrong in its own way", n)
		}
		seen[wrong] = true
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("citizen aigul\npin 739105\nexpect code locked\nend done\nlimit 1m"))
	f.Add([]byte("#\n\n citizen\taigul"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse(text)
		if err == nil && (s.Citizen.ID == "" || s.Limit <= 0 || s.WrongCodes > maxMistyped) {
			t.Error("an impossible script")
		}
	})
}
