package confined

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func program(t *testing.T, name string) *Program {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return &Program{Path: path, Memory: 256 << 20, CPU: 5, Deadline: time.Minute, Most: 1 << 10}
}

func TestRunHandsBytesThrough(t *testing.T) {
	t.Parallel()
	if said, err := program(t, "cat").Run(t.Context(), []byte("bytes")); err != nil || string(said) != "bytes" {
		t.Errorf("%q, %v", said, err)
	}
	if said, err := program(t, "env").Run(t.Context(), nil); err != nil || len(said) > 0 {
		t.Errorf("its environment is %q, %v", said, err)
	}
}

func TestBoundsOfAProgram(t *testing.T) {
	t.Parallel()
	shell := program(t, "sh")
	if _, err := shell.Run(t.Context(), []byte("echo > "+t.TempDir()+"/file")); err == nil {
		t.Error("it may write a file")
	}
	if said, err := shell.Run(t.Context(), []byte("ulimit -v; ulimit -t; ulimit -n")); err != nil || strings.Join(strings.Fields(string(said)), " ") != "262144 5 32" {
		t.Errorf("its bounds are %q, %v", said, err)
	}
	if _, err := program(t, "cat").Run(t.Context(), make([]byte, 2<<10)); err == nil {
		t.Error("it may say more than it has to")
	}
	var failed *Failure
	if _, err := shell.Run(t.Context(), []byte("echo secret >&2; exit 3")); !errors.As(err, &failed) || failed.Says != "secret\n" || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
}

func TestDeadlinesOfAProgram(t *testing.T) {
	t.Parallel()
	slow := program(t, "sleep")
	slow.Deadline = 50 * time.Millisecond
	if _, err := slow.Run(t.Context(), nil, "600"); !errors.Is(err, ErrLong) {
		t.Errorf("after its deadline: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := program(t, "sleep").Run(ctx, nil, "600"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
