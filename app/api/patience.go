package api

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// Attempt is an attempt of a call that was not answered, or answered that it
// may be made again.
type Attempt struct {
	Number  int // from 1
	Problem *Problem
	// Pause is the time until the next attempt: growing, never the same for two
	// clients, and no shorter than the backend asked for.
	Pause time.Duration
}

// Patience says how long a call is made again. It serves calls side by side.
type Patience interface {
	// Wait waits and returns nil to have the call made again, or an error to end
	// it with the problem of the attempt.
	Wait(ctx context.Context, a Attempt) error
	// Through is told of each answer that the backend gave, whatever it said.
	Through()
}

const (
	firstPause = 500 * time.Millisecond
	longPause  = 15 * time.Second
	// shortly is how far off the time to try again may be for a call to wait for
	// it; beyond, whoever asked is told.
	shortly = 30 * time.Second
)

var errEnough = errors.New("the call was made often enough")

// bounded is the patience of a client that was given none.
type bounded struct{ *Client }

// Wait implements [Patience].
func (b bounded) Wait(ctx context.Context, a Attempt) error {
	attempts := b.Attempts
	if attempts == 0 {
		attempts = 4
	}
	if a.Number >= attempts {
		return errEnough
	}
	if b.Client.Wait != nil {
		return b.Client.Wait(ctx, a.Pause)
	}
	timer := time.NewTimer(a.Pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Through implements [Patience].
func (bounded) Through() {}

func (c *Client) patience() Patience {
	if c.Patience != nil {
		return c.Patience
	}
	return bounded{c}
}

// pause spreads clients out, so that those who lost the service together do not
// come back together, and minds what the backend asked for.
func (c *Client) pause(grown time.Duration, p *Problem) time.Duration {
	spread := time.Duration((0.8 + 0.4*rand.Float64()) * float64(grown)) //nolint:gosec // no secret hangs on it
	if p.Until != nil {
		spread = max(spread, p.Until.Sub(c.now()))
	}
	return spread
}

// worthRepeating says whether the same call may fare better in a while.
func worthRepeating(p *Problem, now time.Time) bool {
	switch p.Code {
	case Overloaded, ServiceFull, Internal:
		return true
	case TooMany:
		return p.Until != nil && p.Until.Sub(now) <= shortly
	default:
		return OfTheLine(p.Code) && p.Status == 0
	}
}
