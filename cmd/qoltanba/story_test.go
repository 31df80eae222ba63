//go:build demo

package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
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

	"qoltanba/assets/citizens"
)

// backend is the real program, built once for all stories.
var backend = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "qoltanbad")
	if err != nil {
		return "", err
	}
	built = dir
	path := filepath.Join(dir, "qoltanbad-demo")
	out, err := exec.Command("go", "build", "-tags", "demo", "-o", path, "qoltanba/cmd/qoltanbad").CombinedOutput()
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

// TestStories walks whole ways without a window over HTTP, against the backend
// as it is shipped and an operator who works its console.
func TestStories(t *testing.T) {
	if testing.Short() {
		t.Skip("whole ways take their time")
	}
	scripts, err := filepath.Abs(filepath.Join("testdata", "scripts"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "stories"),
		Setup: func(env *testscript.Env) error {
			env.Setenv("SCRIPTS", scripts)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"serve": serve, "operate": operate},
	})
}

const password = "A long password of the demo"

// serve starts the backend on $WORK/backend and sets $URL.
func serve(ts *testscript.TestScript, _ bool, _ []string) {
	program, err := backend()
	ts.Check(err)
	data := ts.MkAbs("backend")
	ctx, cancel := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, program, "serve", "--listen", "127.0.0.1:0", "--data", data, "--config", ts.MkAbs("rules.json"))
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	log, err := os.Create(ts.MkAbs("backend.log"))
	ts.Check(err)
	command.Stderr = log
	out, err := command.StdoutPipe()
	ts.Check(err)
	ts.Check(command.Start())
	ts.Defer(func() {
		cancel()
		_ = command.Wait()
		_ = log.Close()
	})
	address := listening(out)
	if address == "" {
		ts.Fatalf("the backend does not listen:\n%s", ts.ReadFile("backend.log"))
	}
	ts.Setenv("URL", address)
	add := exec.CommandContext(ctx, program, "operator", "add", "op", "--name", "Operator", "--data", data, "--password-stdin")
	add.Stdin = strings.NewReader(password + "\n")
	if said, err := add.CombinedOutput(); err != nil {
		ts.Fatalf("add the operator: %v\n%s", err, said)
	}
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

// operate lets an operator work from now on: operate [--calls CITIZEN] VERDICT…
func operate(ts *testscript.TestScript, _ bool, args []string) {
	flags := flag.NewFlagSet("operate", flag.ContinueOnError)
	calls := flags.String("calls", "", "the citizen whose phone is registered")
	ts.Check(flags.Parse(args))
	o := &operator{base: ts.Getenv("URL"), password: password, verdicts: flags.Args()}
	if *calls != "" {
		citizen, err := citizens.Find(*calls)
		ts.Check(err)
		o.iin = string(citizen.IIN)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- o.work(ctx) }()
	ts.Defer(func() {
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			ts.Logf("the operator: %v", err)
		}
	})
}
