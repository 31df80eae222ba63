package journey

import (
	"context"
	"errors"
	"net/url"
	"time"

	"qoltanba/app/api"
)

// Line tells of a line that is down while something waits for it. The journey
// tries again by itself until the line is back or [Journey.GiveUp].
type Line struct {
	Problem *api.Problem // why, as far as it can be told from here
	Since   time.Time
	Next    time.Time // of the next try; zero while one is under way
}

// Upload is how much of a picture is on its way; Of is 0 where none is.
type Upload struct{ Sent, Of int64 }

// TryNow ends the pause before the next try.
func (j *Journey) TryNow() {
	j.mu.Lock()
	defer j.mu.Unlock()
	close(j.roused)
	j.roused = make(chan struct{})
}

// GiveUp ends the action that waits for the line, where State.Line says that one
// does. Nothing of it is lost: the same act again is the same for the backend.
func (j *Journey) GiveUp() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.state.Line != nil && j.giveUp != nil {
		j.giveUp()
	}
}

// PlainAddress is where a browser meets the sign-in page of the network.
func (j *Journey) PlainAddress() *url.URL { return j.cfg.Client.PlainAddress() }

// mayGiveUp says how the action under way is ended; nil after it.
func (j *Journey) mayGiveUp(end func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.giveUp = end
}

// patience makes the calls of an action wait for the line as long as it takes,
// and all other calls not at all: who makes those comes again anyway.
type patience struct{ *Journey }

// patiently marks the context of an action.
type patiently struct{}

// answeredTries is how often a call is made that the backend answers with a
// failure of its own.
const answeredTries = 4

var errEnough = errors.New("the call was made often enough")

// Wait implements [api.Patience].
func (p patience) Wait(ctx context.Context, a api.Attempt) error {
	if ctx.Value(patiently{}) == nil || !api.Passing(a.Problem.Code) && a.Number >= answeredTries {
		return errEnough
	}
	p.lineDown(a.Problem, a.Pause)
	p.mu.Lock()
	roused := p.roused
	p.mu.Unlock()
	p.pause(ctx, a.Pause, roused)
	if ctx.Err() == nil {
		p.change(func(s *State) {
			if s.Line != nil {
				s.Line = &Line{Problem: s.Line.Problem, Since: s.Line.Since}
			}
		})
	}
	return ctx.Err()
}

// Through implements [api.Patience].
func (p patience) Through() {
	if p.State().Line != nil {
		p.change(func(s *State) { s.Line = nil })
	}
}

// lineDown tells that the line is down and tried again after the pause.
func (j *Journey) lineDown(problem *api.Problem, pause time.Duration) {
	now := j.cfg.Now()
	j.change(func(s *State) {
		since := now
		if s.Line != nil {
			since = s.Line.Since
		}
		s.Line = &Line{Problem: problem, Since: since, Next: now.Add(pause)}
	})
}

// sent tells how much of a picture has gone out, not more often than is seen. A
// recording tells its own progress.
func (j *Journey) sent(sent, of int64) {
	s := j.State()
	if s.Stage == StageRecording || sent < of && sent >= s.Upload.Sent && sent-s.Upload.Sent < of/50 {
		return
	}
	j.change(func(s *State) { s.Upload = Upload{Sent: sent, Of: of} })
}

// pause waits and says whether it did so to the end: not if ctx ended or one of
// the channels was closed.
func (j *Journey) pause(ctx context.Context, d time.Duration, wakes ...<-chan struct{}) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan struct{}, len(wakes))
	for _, wake := range wakes {
		go func() {
			select {
			case <-wake:
				cancel()
			case <-ctx.Done():
			}
			ended <- struct{}{}
		}()
	}
	err := j.cfg.Wait(ctx, d)
	cancel()
	for range wakes {
		<-ended
	}
	return err == nil
}

// outcome is what the citizen is told of an action that ended with an error:
// nothing, where they ended it themselves, unless the line was what kept it.
func (j *Journey) outcome(ctx context.Context, err error) error {
	line := j.State().Line
	switch {
	case ctx.Err() == nil || err == nil:
		return err
	case line != nil:
		return line.Problem
	case errors.Is(err, ctx.Err()):
		return ctx.Err()
	default:
		return err
	}
}
