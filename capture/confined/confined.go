// Package confined runs programs of others on bytes that strangers sent, or that were made of them: a process of its own for every call.
//
// A [Program] gets its input and gives its output through pipes, so that nothing of it touches a disk. It has no environment but the one
// given, bounds of memory, of the processor's time and of open files, may write no file at all, and on Linux has no network where the
// system allows that to be taken away. A call ends with its context or its deadline; the process with it.
package confined

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Program is one that is installed. It may be run by many at once.
type Program struct {
	Path     string
	Alone    bool          // it has no network
	Env      []string      // all of its environment
	Memory   uint64        // bytes of address space
	CPU      uint64        // seconds of the processor
	Deadline time.Duration // of a call whose context has no earlier one
	Most     int           // bytes of output
}

// Of every program.
const (
	files    = 32 // open at once
	mostSaid = 4 << 10
	patience = 2 * time.Second
)

// Errors of calls.
var (
	ErrLong     = errors.New("the program took too long")
	ErrConfined = errors.New("the program cannot be confined")
	errSaid     = errors.New("the program said more than it has to say")
)

// Failure is a program that ended with an error of its own.
type Failure struct {
	Program string
	Says    string // the beginning of its complaint, which may quote its input: not for logs
	Cause   error
}

// Error tells nothing of the complaint.
func (f *Failure) Error() string { return fmt.Sprintf("%s failed: %v", f.Program, f.Cause) }

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// Run starts the program, confines it, and only then hands it the input. The errors are [ErrLong], [ErrConfined], a [Failure], the
// context's, and those of starting.
func (p *Program) Run(ctx context.Context, input []byte, args ...string) ([]byte, error) {
	within, cancel := context.WithTimeout(ctx, p.Deadline)
	defer cancel()
	cmd := exec.CommandContext(within, p.Path, args...) //nolint:gosec // G204: a program and arguments of our own
	cmd.Dir, cmd.WaitDelay, cmd.Env = os.TempDir(), patience, append([]string{}, p.Env...)
	said, complaint := bounded{most: p.Most}, bounded{most: mostSaid, quiet: true}
	cmd.Stdout, cmd.Stderr = &said, &complaint
	isolate(cmd, p.Alone)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	name := filepath.Base(p.Path)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s did not start: %w", name, err)
	}
	limited := limit(cmd.Process.Pid, p.Memory, p.CPU)
	if limited == nil {
		_, _ = in.Write(input) // a program that ends early says so itself
	} else {
		_ = cmd.Process.Kill()
	}
	_ = in.Close()
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%s: %w", name, ctx.Err())
	case within.Err() != nil:
		return nil, fmt.Errorf("%s: %w (%w)", name, ErrLong, within.Err())
	case limited != nil:
		return nil, fmt.Errorf("%w: %s: %w", ErrConfined, name, limited)
	case err != nil:
		return nil, &Failure{Program: name, Says: string(complaint.said), Cause: err}
	}
	return said.said, nil
}

// bounded keeps so much of an answer and no more.
type bounded struct {
	said  []byte
	most  int
	quiet bool // what is beyond is dropped and no error
}

// Write fails beyond the bound.
func (b *bounded) Write(p []byte) (int, error) {
	room := max(b.most-len(b.said), 0)
	if len(p) > room && !b.quiet {
		return 0, errSaid
	}
	b.said = append(b.said, p[:min(len(p), room)]...)
	return len(p), nil
}
