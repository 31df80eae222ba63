// Package app_test keeps the layers of the repository apart.
package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// rules say which packages may not lead, by whatever chain of imports, to
// which others.
var rules = []struct{ from, not, why string }{
	{"qoltanba/capture", "qoltanba/app", "capture is a library: both halves use it"},
	{"qoltanba/capture", "qoltanba/keystore", "capture knows no keys"},
	{"qoltanba/keystore", "qoltanba/app", "keystore is a library: both halves use it"},
	{"qoltanba/keystore", "qoltanba/capture", "keystore knows no camera"},
	{"qoltanba/app/api", "qoltanba/app/backend", "the contract stands between the halves"},
	{"qoltanba/app/api", "qoltanba/app/desktop", "the contract stands between the halves"},
	{"qoltanba/app/api", "qoltanba/app/journey", "the contract stands between the halves"},
	{"qoltanba/app/journey", "qoltanba/app/desktop", "the way knows no window"},
	{"qoltanba/app/journey", "qoltanba/app/backend", "the way knows the backend by its contract"},
	{"qoltanba/app/journey", "fyne.io/fyne", "the way knows no window"},
	{"qoltanba/app/desktop", "qoltanba/app/backend", "the desktop knows the backend by its contract"},
	{"qoltanba/app/companion", "qoltanba/app/backend", "the companion signs with or without the service"},
	{"qoltanba/app/companion", "qoltanba/app/desktop", "the companion runs without a window too"},
	{"qoltanba/app/companion", "fyne.io/fyne", "the companion runs without a window too"},
	{"qoltanba/app/doctor", "qoltanba/app/backend", "the doctor knows the service by its address"},
	{"qoltanba/app/doctor", "qoltanba/app/desktop", "the doctor is asked without a window too"},
	{"qoltanba/app/doctor", "fyne.io/fyne", "the doctor is asked without a window too"},
	{"qoltanba/app/backend", "qoltanba/app/desktop", "the backend knows no window"},
	{"qoltanba/app/backend", "qoltanba/app/journey", "the backend does not walk the way"},
	{"qoltanba/app/backend", "fyne.io/fyne", "the backend knows no window"},
	{"qoltanba/cmd/qoltanba", "qoltanba/app/backend", "the desktop knows the backend by its contract"},
}

func TestLayers(t *testing.T) {
	for _, tags := range []string{"", "demo"} {
		for _, pkg := range packages(t, tags) {
			for _, r := range rules {
				if !within(pkg.path, r.from) {
					continue
				}
				for _, dep := range pkg.deps {
					if within(dep, r.not) {
						t.Errorf("%s (tags %q) reaches %s: %s", pkg.path, tags, dep, r.why)
					}
				}
			}
		}
	}
}

type listed struct {
	path string
	deps []string
}

func packages(t *testing.T, tags string) []listed {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-tags", tags,
		"-f", `{{.Dir}} {{.ImportPath}}{{range .Deps}} {{.}}{{end}}`, "qoltanba/...").Output()
	if err != nil {
		t.Fatalf("list the packages: %v", err)
	}
	var all []listed
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		touch(t, fields[0])
		all = append(all, listed{fields[1], fields[2:]})
	}
	if len(all) < 10 {
		t.Fatalf("only %d packages listed", len(all))
	}
	return all
}

// touch looks at a package's files, so that a remembered result of this test
// is forgotten when one of them changes: what "go list" reads is not noticed.
func touch(t *testing.T, dir string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if _, err := os.Stat(filepath.Join(dir, f.Name())); err != nil {
			t.Fatal(err)
		}
	}
}

func within(path, tree string) bool {
	return path == tree || strings.HasPrefix(path, tree+"/")
}
