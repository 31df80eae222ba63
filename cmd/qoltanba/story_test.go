//go:build demo

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// backend is the real program, built once for all stories.
var backend = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "qoltanbad")
	if err != nil {
		return "", err
	}
	built = dir
	path := filepath.Join(dir, "qoltanbad-demo")
	out, err := exec.Command("go", "build", "-tags", "demo", "-ldflags", "-s -w", "-o", path, "qoltanba/cmd/qoltanbad").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the backend: %w\n%s", err, out)
	}
	return path, nil
})

var built string // folder to be removed at the end

// cleaner removes what the stories share.
type cleaner struct{ *testing.M }

func (c cleaner) Run() int {
	defer func() {
		if built != "" {
			_ = os.RemoveAll(built)
		}
	}()
	return c.M.Run()
}

func TestMain(m *testing.M) {
	testscript.Main(cleaner{m}, map[string]func(){"qoltanba-demo": main})
}

// TestStories walks whole ways without a window over HTTP, against the demo
// backend as a program of its own and the demo operator, who works the
// console's forms as a person would.
func TestStories(t *testing.T) {
	if testing.Short() {
		t.Skip("whole ways take their time")
	}
	testdata, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join(testdata, "stories"),
		Setup: func(env *testscript.Env) error {
			env.Setenv("SCRIPTS", filepath.Join(testdata, "scripts"))
			env.Setenv("RULES", filepath.Join(testdata, "rules.json"))
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond != "full" {
				return false, fmt.Errorf("unknown condition %s", cond)
			}
			return *everyKill, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"serve": serve, "blindscreen": blindscreen},
	})
}

// serve starts the backend on $WORK/backend under $RULES, with further flags,
// and sets $URL:
//
//	serve [--operator none] [--operator-first REASON] [--machine-pass accept]
func serve(ts *testscript.TestScript, _ bool, flags []string) {
	address, stop, err := startBackend(ts.MkAbs("."), ts.Getenv("RULES"), flags...)
	ts.Check(err)
	ts.Defer(stop)
	ts.Setenv("URL", address)
}

// startBackend starts the backend as a program of its own. Its files and its log
// lie in the folder; the rules shorten what a person would wait for.
func startBackend(folder, rules string, flags ...string) (address string, stop func(), err error) {
	program, err := backend()
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	args := append([]string{"serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(folder, "backend"), "--config", rules}, flags...)
	command := exec.CommandContext(ctx, program, args...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	log, err := os.Create(filepath.Join(folder, "backend.log"))
	if err != nil {
		cancel()
		return "", nil, err
	}
	command.Stderr = log
	out, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		cancel()
		return "", nil, errors.Join(err, log.Close())
	}
	stop = func() {
		cancel()
		_ = command.Wait()
		_ = log.Close()
	}
	if address = listening(out); address == "" {
		stop()
		said, _ := os.ReadFile(log.Name())
		return "", nil, fmt.Errorf("the backend does not listen:\n%s", said)
	}
	return address, stop, nil
}

// listening reads the address from the program's output and lets the rest go.
func listening(out io.Reader) string {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }() // ends with the program
			return strings.Fields(address)[0]
		}
	}
	return ""
}

// blindscreen starts an X server that knows no OpenGL, and sets $DISPLAY.
func blindscreen(ts *testscript.TestScript, _ bool, _ []string) {
	display, stop, err := startScreen("-extension", "GLX")
	ts.Check(err)
	ts.Defer(stop)
	ts.Setenv("DISPLAY", display)
	ts.Setenv("WAYLAND_DISPLAY", "")
}

// startScreen starts an X server of its own with further flags.
func startScreen(flags ...string) (display string, stop func(), err error) {
	read, write, err := os.Pipe()
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = read.Close() }()
	server := exec.Command("Xvfb", append([]string{"-displayfd", "3", "-screen", "0", "1280x1000x24"}, flags...)...)
	server.ExtraFiles = []*os.File{write}
	err = server.Start()
	_ = write.Close()
	if err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	}
	_ = read.SetReadDeadline(time.Now().Add(30 * time.Second))
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("Xvfb does not start: %w", err)
	}
	return ":" + strings.TrimSpace(number), stop, nil
}
