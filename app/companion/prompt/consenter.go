package prompt

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"qoltanba/app/companion"
)

// linger is how long a window is kept after its answer.
const linger = 2 * time.Second

// Window is a started window: its pipe, whose Close makes it end.
type Window io.ReadWriteCloser

// Consenter implements [companion.Consenter] by a window that Start starts. One
// method runs at a time, as the service promises. Close ends the window.
type Consenter struct {
	// Start starts a window process.
	Start func() (Window, error)

	mu      sync.Mutex
	window  Window // nil while none is there
	out     lines
	answers chan answer // of the window that is there
	n       int
	closing *time.Timer
}

// Allow implements [companion.Consenter].
func (c *Consenter) Allow(ctx context.Context, caller companion.Caller, language companion.Language) (companion.Permission, error) {
	a, err := c.ask(ctx, question{What: askAllow, Caller: caller, Language: language})
	return a.Permission, err
}

// Decide implements [companion.Consenter].
func (c *Consenter) Decide(ctx context.Context, p companion.Proposal) (companion.Choice, error) {
	a, err := c.ask(ctx, question{What: askDecide, Caller: p.Caller, Language: p.Language, Proposal: packed(p)})
	return companion.Choice{Store: a.Store, ID: a.ID, Password: companion.Password(a.Password), Keep: a.Keep}, err
}

// ChooseFile implements [companion.Consenter].
func (c *Consenter) ChooseFile(ctx context.Context, r companion.FileRequest) (string, error) {
	a, err := c.ask(ctx, question{What: askFile, Caller: r.Caller, Language: r.Language, File: &r})
	return a.Path, err
}

// Close ends the window that is there.
func (c *Consenter) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.end()
}

// end is called with the lock.
func (c *Consenter) end() error {
	if c.closing != nil {
		c.closing.Stop()
		c.closing = nil
	}
	if c.window == nil {
		return nil
	}
	err := c.window.Close()
	c.window = nil
	return err
}

// open returns the answers of the window, which is started if none is there.
func (c *Consenter) open(q *question) (<-chan answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing != nil {
		c.closing.Stop()
		c.closing = nil
	}
	c.n++
	q.N = c.n
	if c.window != nil && c.out.Encode(q) == nil {
		return c.answers, nil
	}
	_ = c.end() // the former one has gone by itself
	w, err := c.Start()
	if err != nil {
		return nil, err
	}
	c.window, c.out, c.answers = w, newLines(w), make(chan answer, 1)
	go receive(w, c.answers)
	if err := c.out.Encode(q); err != nil {
		return nil, errors.Join(companion.ErrCancelled, c.end())
	}
	return c.answers, nil
}

// receive ends with the pipe.
func receive(from io.Reader, into chan answer) {
	defer close(into)
	for in := json.NewDecoder(from); ; {
		var a answer
		if in.Decode(&a) != nil {
			return
		}
		for kept := false; !kept; {
			select {
			case into <- a:
				kept = true
			case <-into: // of a question that nobody waits for any more
			}
		}
	}
}

var errWindow = errors.New("the window failed")

func (c *Consenter) ask(ctx context.Context, q question) (answer, error) {
	answers, err := c.open(&q)
	if err != nil {
		return answer{}, err
	}
	for {
		select {
		case a, there := <-answers:
			switch {
			case !there: // the window was closed or killed
				return answer{}, errors.Join(companion.ErrCancelled, c.Close())
			case a.N != q.N:
				continue // too late for the question before
			}
			c.leave()
			switch {
			case a.Cancelled:
				return answer{}, companion.ErrCancelled
			case a.Failed != "":
				return answer{}, errWindow
			}
			return a, nil
		case <-ctx.Done():
			c.gone(q.N)
			return answer{}, ctx.Err()
		}
	}
}

// leave ends the window in a moment, unless it is asked again.
func (c *Consenter) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.n
	c.closing = time.AfterFunc(linger, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.n == n {
			_ = c.end() // it ends by itself, too
		}
	})
}

// gone closes the dialog of a caller that went away.
func (c *Consenter) gone(n int) {
	c.mu.Lock()
	if c.window != nil {
		_ = c.out.Encode(question{N: n, What: sayGone}) // it may be closed already
	}
	c.mu.Unlock()
	c.leave()
}
