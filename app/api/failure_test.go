package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

func TestEveryCodeIsInTheTable(t *testing.T) {
	for name, code := range declaredCodes(t) {
		if _, ok := failures[Code(code)]; !ok {
			t.Errorf("%s (%q) has no row", name, code)
		}
	}
	if len(failures) != len(declaredCodes(t)) {
		t.Errorf("%d rows for %d codes", len(failures), len(declaredCodes(t)))
	}
}

func TestEveryFailureSpeaksThreeLanguages(t *testing.T) {
	for code, f := range failures {
		for _, w := range []Wording{f.Sentence, f.Remedy} {
			for _, l := range Languages() {
				text := w.In(l)
				if text == "" || !strings.ContainsAny(text[len(text)-1:], ".!?") {
					t.Errorf("%s in %s is no sentence: %q", code, l, text)
				}
				if cyrillic := strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }); cyrillic == (l == English) {
					t.Errorf("%s in %s is written in the wrong letters: %q", code, l, text)
				}
			}
			if w.KK == w.RU {
				t.Errorf("%s says the same in Kazakh and in Russian", code)
			}
		}
		if f.Status != 0 && (f.Status < 400 || f.Status > 599) {
			t.Errorf("%s answers with status %d", code, f.Status)
		}
	}
}

// A code that nothing gives is a promise that nobody keeps.
func TestEveryCodeIsUsed(t *testing.T) {
	declared := declaredCodes(t)
	used := map[string]bool{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && path != root {
			return filepath.SkipDir
		}
		base := filepath.Base(path)
		if filepath.Ext(path) != ".go" || strings.HasSuffix(base, "_test.go") || base == "failure_table.go" || base == "operation.go" {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				used[id.Name] = true
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, code := range declared {
		if !used[name] {
			t.Errorf("%s (%q) is in the table and nothing gives it", name, code)
		}
	}
}

func declaredCodes(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "failure_table.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]string{}
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, s := range group.Specs {
			value := s.(*ast.ValueSpec)
			codes[value.Names[0].Name] = strings.Trim(value.Values[0].(*ast.BasicLit).Value, `"`)
		}
	}
	if len(codes) < 20 {
		t.Fatalf("only %d codes found", len(codes))
	}
	return codes
}

func TestProblemTravels(t *testing.T) {
	cause := errors.New("the cause stays here")
	sent := Fail(CodeWrong, "try %d", 2).WithTries(1).WithCause(cause)
	wire, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(wire), cause.Error()) {
		t.Errorf("the cause travels: %s", wire)
	}
	var got Problem
	if err := json.Unmarshal(wire, &got); err != nil {
		t.Fatal(err)
	}
	if got.Code != CodeWrong || got.Status != 422 || *got.TriesLeft != 1 || got.Type != "urn:qoltanba:failure:code-wrong" {
		t.Errorf("arrived as %+v", got)
	}
	wrapped := fmt.Errorf("outside: %w", sent)
	if CodeOf(wrapped) != CodeWrong || !errors.Is(wrapped, cause) {
		t.Error("the chain of errors is broken")
	}
	if CodeOf(errors.New("other")) != Internal || CodeOf(nil) != "" {
		t.Error("errors without a code")
	}
	if FailureOf("of-tomorrow").Code != Internal {
		t.Error("an unknown code has no row")
	}
}
