// Package cmd_test looks at the programs as they are released.
package cmd_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// parts are packages that only a demonstration holds.
var parts = []string{
	"notify/demophone", "console/demooperator", "registry/sample", "desktop/autopilot", "support/headless",
	"support/sample", "assets/citizens", "assets/portraits", "camera/synthetic",
}

// TestReleaseHoldsNoDemo builds the programs as they are released and searches
// them for everything of the demonstration: with it somebody could be enrolled
// who does not exist, or be decided on by nobody.
func TestReleaseHoldsNoDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the programs")
	}
	t.Parallel()
	marks := append(append(sampleMarks(t), portraitMark(t)), parts...)
	for _, program := range []string{"qoltanba", "qoltanbad"} {
		binary := build(t, program, "-ldflags", "-s -w")
		for _, mark := range marks {
			if bytes.Contains(binary, []byte(mark)) {
				t.Errorf("%s holds %q", program, mark)
			}
		}
	}
	demo, found := build(t, "qoltanbad", "-tags", "demo"), 0
	for _, mark := range marks {
		if bytes.Contains(demo, []byte(mark)) {
			found++
		}
	}
	if found < len(marks)/2 {
		t.Errorf("only %d of %d marks are in the demonstration: the search finds nothing", found, len(marks))
	}
}

// TestDemoIsBuiltApart looks at what the programs are made of: a release reaches
// no package of the demonstration, which reaches them all.
func TestDemoIsBuiltApart(t *testing.T) {
	t.Parallel()
	reached := func(tags string) string {
		t.Helper()
		list, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", tags, "./qoltanba", "./qoltanbad").Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(list)
	}
	release, demo := reached(""), reached("demo")
	for _, part := range parts {
		if strings.Contains(release, part+"\n") {
			t.Errorf("a release reaches %s", part)
		}
		if !strings.Contains(demo, part+"\n") {
			t.Errorf("no demonstration reaches %s: is the list of its parts out of date?", part)
		}
	}
}

// TestCitizensCarryNoEmbedders keeps the networks that tell faces apart, eleven megabytes, out of the citizen's program.
func TestCitizensCarryNoEmbedders(t *testing.T) {
	t.Parallel()
	list, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "./qoltanba").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(list), "assets/models\n") || strings.Contains(string(list), "assets/models/embedders\n") {
		t.Error("the citizen's program holds the networks that tell faces apart, or none at all")
	}
}

// portraitMark is a piece from the middle of a sample portrait.
func portraitMark(t *testing.T) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("..", "assets", "portraits", "*.jpg"))
	if err != nil || len(names) == 0 {
		t.Fatal("no sample portraits", err)
	}
	picture, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(picture[len(picture)/2:][:64])
}

// sampleMarks are the sample citizens' IINs, phones and surnames.
func sampleMarks(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "assets", "citizens", "citizens.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Citizens []struct {
			IIN, Phone string
			Register   struct{ Surname string }
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	var marks []string
	for _, c := range file.Citizens {
		for _, mark := range []string{c.IIN, c.Phone, c.Register.Surname} {
			if mark == "" {
				t.Fatal("a sample citizen lacks IIN, phone or surname")
			}
			marks = append(marks, mark)
		}
	}
	if len(marks) < 15 {
		t.Fatalf("only %d marks", len(marks))
	}
	return marks
}

// TestReleasedBackendRefuses starts the backend as it is released: with nothing
// configured, and on the data of a demonstration.
func TestReleasedBackendRefuses(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the backend")
	}
	t.Parallel()
	program := buildTo(t, "qoltanbad")
	data := t.TempDir()
	serve := func() string {
		t.Helper()
		said, err := exec.CommandContext(t.Context(), program, "serve", "--data", data, "--listen", "127.0.0.1:0").CombinedOutput()
		if err == nil {
			t.Errorf("it served: %s", said)
		}
		return string(said)
	}
	said := serve()
	for _, what := range []string{"public_url:", "tls:", "sms:", "mail:", "mobile_base:", "register:"} {
		if !strings.Contains(said, what) {
			t.Errorf("%s is not missed: %s", what, said)
		}
	}
	if err := os.WriteFile(filepath.Join(data, "DEMO"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if said := serve(); !strings.Contains(said, "demonstration") {
		t.Errorf("on the data of a demonstration: %s", said)
	}
}

func build(t *testing.T, program string, options ...string) []byte {
	t.Helper()
	binary, err := os.ReadFile(buildTo(t, program, options...))
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// buildTo builds a program with its symbols, whose names tell what is in it.
func buildTo(t *testing.T, program string, options ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), program)
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	args := append(append([]string{"build"}, options...), "-o", path, "./"+program)
	if said, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, said)
	}
	return path
}
