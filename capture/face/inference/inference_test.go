package inference

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestSetupFetchesThisVersion runs the script that fetches the library: it leaves it where the program looks, and the one that is named in the remedy.
func TestSetupFetchesThisVersion(t *testing.T) {
	script := filepath.Join("..", "..", "..", ".ci", "runtime")
	text, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "\nversion="+Version+"\n") {
		t.Errorf("%s fetches another version than %s", script, Version)
	}
	if runtime.GOOS == "windows" {
		t.Skip("the script is one of Unix")
	}
	out, err := exec.CommandContext(t.Context(), script).Output()
	if err != nil {
		t.Fatal(err)
	}
	if want, err := Cached(); err != nil || strings.TrimSpace(string(out)) != want {
		t.Errorf("it leaves the library at %s; looked for at %s, %v", out, want, err)
	}
}

func TestLibraryIsLookedForInOrder(t *testing.T) {
	cache, named := t.TempDir(), filepath.Join(t.TempDir(), "another")
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	t.Setenv("LocalAppData", cache)
	t.Setenv(Variable, "")
	if path, err := find(); !errors.Is(err, ErrNoRuntime) {
		t.Fatalf("found %q, %v", path, err)
	}
	cached, err := Cached()
	if err != nil {
		t.Fatal(err)
	}
	put := func(path string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("library"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(want string) {
		t.Helper()
		if got, err := find(); err != nil || got != want {
			t.Errorf("found %q, %v; want %q", got, err, want)
		}
	}
	put(cached)
	expect(cached)
	t.Setenv(Variable, named)
	expect(cached) // nothing is there yet
	put(named)
	expect(named)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if program, err = filepath.EvalSymlinks(program); err != nil {
		t.Fatal(err)
	}
	beside := filepath.Join(filepath.Dir(program), LibraryName())
	put(beside)
	t.Cleanup(func() { _ = os.Remove(beside) })
	expect(beside)
}
