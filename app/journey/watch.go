package journey

import (
	"context"
	"errors"
	"time"

	"qoltanba/app/api"
)

// pace is how soon a stage that waits is refreshed, and how slow it may get.
type pace struct{ first, longest time.Duration }

var paces = map[Stage]pace{
	StageCallBack: {3 * time.Second, 30 * time.Second},
	StageChecking: {3 * time.Second, time.Minute},
	StageStatus:   {time.Second, 15 * time.Second},
}

// Watch refreshes by itself whatever waits for the backend, with growing
// pauses, and a lock when it ends. It returns when ctx ends; a front runs it
// beside everything else. What keeps it from refreshing shows in
// State.Problem until it succeeds.
func (j *Journey) Watch(ctx context.Context) {
	pause := time.Duration(0)
	for ctx.Err() == nil {
		j.mu.Lock()
		stage, until, moved := j.state.Stage, j.state.WaitUntil, j.moved
		j.mu.Unlock()
		p, waits := paces[stage]
		switch {
		case stage == StageLocked:
			pause = max(until.Sub(j.cfg.Now()), 0) + time.Second
		case !waits:
			pause = 0
			select {
			case <-moved:
			case <-ctx.Done():
			}
			continue
		case pause < p.first || pause > p.longest:
			pause = p.first
		default:
			pause = min(pause*3/2, p.longest)
		}
		if j.pauseUnlessMoved(ctx, moved, pause) {
			j.poll(ctx, stage)
		} else {
			pause = 0
		}
	}
}

// pauseUnlessMoved waits and says whether the stage is still the same.
func (j *Journey) pauseUnlessMoved(ctx context.Context, moved <-chan struct{}, d time.Duration) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := make(chan struct{})
	go func() {
		defer close(stop)
		select {
		case <-moved:
			cancel()
		case <-ctx.Done():
		}
	}()
	err := j.cfg.Wait(ctx, d)
	cancel()
	<-stop
	return err == nil
}

// poll refreshes quietly: no busy sign, and no quarrel with an action.
func (j *Journey) poll(ctx context.Context, stage Stage) {
	if j.take(ctx) != nil {
		return
	}
	defer func() { <-j.turn }()
	if s := j.State(); s.Stage != stage || s.Busy {
		return
	}
	err := j.refresh(ctx)
	if ctx.Err() != nil {
		return
	}
	var problem *api.Problem
	if err != nil && !errors.As(err, &problem) {
		problem = Problem(err)
	}
	j.change(func(s *State) { s.Problem = problem })
}
