//go:build cgo

package inference

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"qoltanba/assets/models"
)

var shape = []int64{1, 128, 128, 3}

// TestWrongLibraryIsNamed opens what is no library, or one of another kind, in a process of its own: a process loads the library once.
func TestWrongLibraryIsNamed(t *testing.T) {
	if library := os.Getenv("WRONG_LIBRARY"); library != "" {
		if err := Open(library); !errors.Is(err, ErrNoRuntime) {
			t.Errorf("%s: %v", library, err)
		}
		if err := Open(""); err != nil {
			t.Errorf("after that, the right one: %v", err)
		}
		return
	}
	t.Parallel()
	text := filepath.Join(t.TempDir(), "library")
	if err := os.WriteFile(text, []byte("no library"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, library := range []string{text, text + ".missing", "libc.so.6"} {
		command := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestWrongLibraryIsNamed$")
		command.Env = append(os.Environ(), "WRONG_LIBRARY="+library)
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", library, err, out)
		}
	}
	for _, word := range []string{"onnxruntime-node", Version, Variable} {
		if !strings.Contains(ErrNoRuntime.Error(), word) {
			t.Errorf("the remedy does not name %s", word)
		}
	}
}

func TestNetworksThatAreNone(t *testing.T) {
	t.Parallel()
	if err := Open(""); err != nil {
		t.Fatal(err)
	}
	for name, onnx := range map[string][]byte{"nothing": nil, "text": []byte("no network"), "cut off": models.BlazeFace[:1000]} {
		if n, err := New(onnx, shape, []int64{1, 896, 16}, []int64{1, 896, 1}); err == nil {
			t.Errorf("%s is a network: %v", name, n)
		}
	}
	n, err := New(models.BlazeFace, shape, []int64{1, 896, 16})
	if err != nil {
		t.Fatal(err)
	}
	w, err := n.NewWorker()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Run(); err != nil {
		t.Fatal(err)
	}
	if len(w.Input()) != 128*128*3 || len(w.Output(0)) != 896*16 {
		t.Errorf("%d numbers in, %d out", len(w.Input()), len(w.Output(0)))
	}
	if err := errors.Join(w.Close(), w.Close(), n.Close()); err != nil {
		t.Error(err)
	}
}
