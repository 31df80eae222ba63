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
	StageJudging:  {time.Second, 5 * time.Second},
	StageFields:   {time.Second, 3 * time.Second}, // while the document is read
	StageChecking: {3 * time.Second, time.Minute},
	StageStatus:   {time.Second, 15 * time.Second},
	StageLocked:   {time.Second, 30 * time.Second}, // once the lock has ended
}

// Watch refreshes by itself whatever waits for the backend, with growing
// pauses, and a lock when it ends. It returns when ctx ends; a front runs it
// beside everything else. What keeps it from refreshing shows in State.Line or
// State.Problem until it succeeds.
func (j *Journey) Watch(ctx context.Context) {
	pause := time.Duration(0)
	for ctx.Err() == nil {
		j.mu.Lock()
		stage, until, moved, roused := j.state.Stage, j.state.WaitUntil, j.moved, j.roused
		reading := j.state.reading()
		j.mu.Unlock()
		p, waits := paces[stage]
		waits = waits && (stage != StageFields || reading)
		left := until.Sub(j.cfg.Now())
		switch {
		case stage == StageLocked && left > 0:
			pause = left + time.Second
		case !waits:
			pause = 0
			select {
			case <-moved:
			case <-ctx.Done():
			}
			continue
		default:
			pause = p.after(pause)
		}
		if j.pause(ctx, pause, moved, roused) || closed(roused) && !closed(moved) {
			j.poll(ctx, stage, p.after(pause))
		} else {
			pause = 0
		}
	}
}

// after is the pause after one, growing.
func (p pace) after(pause time.Duration) time.Duration {
	if pause < p.first || pause > p.longest {
		return p.first
	}
	return min(pause*3/2, p.longest)
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// poll refreshes quietly: no busy sign, and no quarrel with an action. The next
// poll comes after the pause.
func (j *Journey) poll(ctx context.Context, stage Stage, pause time.Duration) {
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
	if problem != nil && j.cfg.Patient && api.Passing(problem.Code) {
		j.lineDown(problem, pause)
		problem = nil
	}
	j.change(func(s *State) {
		switch {
		case problem != nil:
		case stage == StageJudging:
			problem = again(s.Enrolment)
		case stage == StageFields:
			problem = unread(s.Enrolment)
		}
		s.Problem = problem
	})
}

// again is why the video identification has to be repeated, nil where it has not.
func again(e api.Enrolment) *api.Problem {
	verdict := e.Identification
	if verdict == nil || verdict.State != api.IdentificationAgain {
		return nil
	}
	return api.Fail(verdict.Reason, "judged").WithTries(verdict.TriesLeft)
}

// unread is why a side of the document has to be photographed again, nil where
// none has.
func unread(e api.Enrolment) *api.Problem {
	if r := e.Reading; e.Step == api.StepCard && r != nil && r.State == api.ReadingAgain {
		return api.Fail(r.Reason, "read")
	}
	return nil
}
