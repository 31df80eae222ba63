package prompt

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"qoltanba/app/companion"
)

// Serve shows the questions that come from the service and writes the answers,
// until the service closes its end. The error is that of the pipe, never one of
// a question.
func Serve(ctx context.Context, in io.Reader, out io.Writer, shown companion.Consenter) error {
	ctx, cancel := context.WithCancel(ctx)
	var asking sync.WaitGroup
	defer asking.Wait()
	defer cancel()
	var mu sync.Mutex
	write := newLines(out)
	var standing struct{ stop context.CancelFunc }
	for read := json.NewDecoder(in); ; {
		var q question
		if err := read.Decode(&q); err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) {
				return nil
			}
			return err
		}
		if standing.stop != nil {
			standing.stop()
		}
		if q.What == sayGone {
			continue
		}
		asking.Wait() // the one before has gone off the screen
		one, stop := context.WithCancel(ctx)
		standing.stop = stop
		asking.Go(func() {
			defer stop()
			a := reply(one, shown, q)
			mu.Lock()
			defer mu.Unlock()
			_ = write.Encode(a) // nobody reads it where the service has gone
		})
	}
}

// reply asks the person.
func reply(ctx context.Context, shown companion.Consenter, q question) answer {
	a := answer{N: q.N}
	var err error
	switch q.What {
	case askAllow:
		a.Permission, err = shown.Allow(ctx, q.Caller, q.Language)
	case askDecide:
		var c companion.Choice
		c, err = shown.Decide(ctx, q.unpacked())
		a.Store, a.ID, a.Password, a.Keep = c.Store, c.ID, string(c.Password), c.Keep
	case askFile:
		if q.File == nil {
			q.File = &companion.FileRequest{Caller: q.Caller, Language: q.Language}
		}
		a.Path, err = shown.ChooseFile(ctx, *q.File)
	default:
		err = companion.ErrCancelled
	}
	switch {
	case errors.Is(err, companion.ErrCancelled), errors.Is(err, context.Canceled):
		return answer{N: q.N, Cancelled: true}
	case err != nil:
		return answer{N: q.N, Failed: err.Error()}
	}
	return a
}
