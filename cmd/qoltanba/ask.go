package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"time"

	"qoltanba/app/companion/prompt"
	"qoltanba/app/desktop"
	"qoltanba/app/desktop/wording"
)

// askCommand is what the companion starts when there is something to decide. It
// speaks on its standard input and output, and is nothing for a person to start.
const askCommand = "ask"

func init() {
	commands[askCommand] = func(ctx context.Context, args []string, out io.Writer) error {
		language := wording.Language("")
		if len(args) > 0 {
			language = wording.Language(args[0])
		}
		return desktop.Ask(ctx, os.Stdin, out, language, demoBuild)
	}
}

// askWindow is a started window.
type askWindow struct {
	io.Reader
	io.WriteCloser
	process *exec.Cmd
}

// startAsking starts a window process, in a language until another is known.
func startAsking(language string) (prompt.Window, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, askCommand, language) //nolint:gosec,noctx // this very program; it ends with its pipe
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	answers, out, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	cmd.Stdout = out
	err = cmd.Start()
	_ = out.Close() // the child has its own
	if err != nil {
		return nil, errors.Join(err, in.Close(), answers.Close())
	}
	return &askWindow{Reader: answers, WriteCloser: in, process: cmd}, nil
}

// closeTime is how long a window may take to go away.
const closeTime = 3 * time.Second

// Close has the window end, in a moment by force.
func (w *askWindow) Close() error {
	err := w.WriteCloser.Close()
	kill := time.AfterFunc(closeTime, func() { _ = w.process.Process.Kill() })
	go func() {
		_ = w.process.Wait()
		kill.Stop()
	}()
	return err
}
