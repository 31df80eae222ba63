package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var named = regexp.MustCompile("`([a-z0-9/]+)\\.((?:Test|Fuzz)[A-Za-z0-9_]+)`")

// TestThreatModel holds the page to what it says: every boundary has all six
// letters, every threat names a test or says that it is open, and every test
// that is named is there.
func TestThreatModel(t *testing.T) {
	page, err := os.ReadFile("THREAT-MODEL.md")
	if err != nil {
		t.Fatal(err)
	}
	boundaries := strings.Split(string(page), "\n## ")[1:]
	if len(boundaries) < 7 {
		t.Errorf("only %d boundaries", len(boundaries))
	}
	tests := map[string]map[string]bool{}
	for _, boundary := range boundaries {
		title, table, _ := strings.Cut(boundary, "\n")
		letters := ""
		for line := range strings.Lines(table) {
			cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
			if len(cells) < 4 || !regexp.MustCompile(`^ [STRIDE] $`).MatchString(cells[0]) {
				continue
			}
			letters += strings.TrimSpace(cells[0])
			threat, shown := strings.TrimSpace(cells[1]), strings.TrimSpace(cells[len(cells)-1])
			found := named.FindAllStringSubmatch(shown, -1)
			if len(found) == 0 && !strings.HasPrefix(shown, "open: ") {
				t.Errorf("%s: %q names no test and is not said to be open", title, threat)
			}
			if strings.Count(shown, "`") != 2*len(found) {
				t.Errorf("%s: %q names what is no test: %s", title, threat, shown)
			}
			for _, name := range found {
				if tests[name[1]] == nil {
					tests[name[1]] = testsOf(t, name[1])
				}
				if !tests[name[1]][name[2]] {
					t.Errorf("%s: %q is shown by %s in %s, which is not there", title, threat, name[2], name[1])
				}
			}
		}
		for _, letter := range "STRIDE" {
			if !strings.ContainsRune(letters, letter) {
				t.Errorf("%s has no threat of the kind %c", title, letter)
			}
		}
	}
}

// testsOf reads the names of a package's tests, of every build tag.
func testsOf(t *testing.T, pkg string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(pkg), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				names[f.Name.Name] = true
			}
		}
	}
	return names
}
