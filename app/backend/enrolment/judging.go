package enrolment

import (
	"context"
	"slices"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/identity"
	"qoltanba/capture/liveness"
)

// Judge looks at faces; [identity.Faces] does. An error is a fault of the machine
// or the end of ctx, never the citizen's.
type Judge interface {
	// Recording says whether selfie and recording show one living person who did
	// what was asked.
	Recording(ctx context.Context, c *liveness.Case) (identity.Verdict, error)
	// Match holds the selfie against the portraits of the register and of the
	// document; nil is none.
	Match(ctx context.Context, selfie, register, card []byte) (identity.Match, error)
}

// verdict is a machine's on selfie and recording.
type verdict struct {
	State    api.IdentificationState
	Reason   api.Code        `json:",omitempty"` // of again
	Movement liveness.Prompt `json:",omitempty"` // that the reason is about
	Since    time.Time

	Challenge string            // whose recording it is about
	Begun     int               `json:",omitempty"` // times that judging began
	Said      *identity.Verdict `json:",omitempty"` // nil: nothing yet, or nothing ever
}

const (
	// maxBegun bounds how often judging is begun: a recording that takes the
	// process down with it is left to an operator.
	maxBegun = 3
	// maxFaults bounds how often the machine may fail at it.
	maxFaults = 2
)

type judgeArgs struct{ Enrolment, Challenge string }

// askJudge hands a recording that was just completed to the judge, and says
// whether the citizen has to wait for the verdict. Where the machine only
// advises, or has failed the citizen too often, an operator decides and nobody
// waits.
func (s *Service) askJudge(w *work) (waits bool, err error) {
	st := &w.State
	st.Verdict = nil
	if s.Judge == nil {
		return false, nil
	}
	exhausted, err := s.exhausted(w)
	if err != nil {
		return false, err
	}
	st.Verdict = &verdict{State: api.IdentificationJudging, Since: w.now, Challenge: st.Recording.ID}
	if waits = !exhausted && !s.Pass.Advises(); !waits {
		st.Verdict.State = api.IdentificationOperator
	}
	return waits, w.enqueueHeavy(jobJudge, judgeArgs{Enrolment: w.ID, Challenge: st.Recording.ID})
}

// judge is the job that judges a recording. Its result is stored once: a
// recording that has its verdict, or that was made again, is left alone.
func (s *Service) judge(ctx context.Context, args judgeArgs) error {
	began := time.Now()
	var due *record
	err := s.update(ctx, args.Enrolment, func(w *work) error {
		due = nil
		if !w.State.awaitsVerdict(args.Challenge) {
			return nil
		}
		if w.State.Verdict.Begun++; w.State.Verdict.Begun > maxBegun {
			return s.settle(w, identity.Verdict{Outcome: identity.Unsure})
		}
		due = w.record
		return nil
	})
	if err != nil || due == nil {
		return err
	}
	c, err := s.caseFor(ctx, due)
	if err != nil {
		return err
	}
	said, err := s.Judge.Recording(ctx, c)
	if err != nil && (ctx.Err() != nil || due.State.Verdict.Begun < maxFaults) {
		return err
	}
	if err != nil {
		said = identity.Verdict{Outcome: identity.Unsure}
	}
	s.took.Store(int64(time.Since(began)))
	return s.update(ctx, args.Enrolment, func(w *work) error {
		if !w.State.awaitsVerdict(args.Challenge) {
			return nil
		}
		return s.settle(w, said)
	})
}

func (s *State) awaitsVerdict(challenge string) bool {
	v := s.Verdict
	return s.Recording != nil && v != nil && v.Challenge == challenge && v.Said == nil
}

// settle stores what the machine said and takes the way on.
func (s *Service) settle(w *work, said identity.Verdict) error {
	st := &w.State
	v := st.Verdict
	v.Said = &said
	if err := w.audit("judged", string(said.Outcome)+" "+string(said.Reason)+string(said.Doubt)); err != nil {
		return err
	}
	if v.State != api.IdentificationJudging {
		return nil // the citizen has gone on, and an operator decides
	}
	v.Since = w.now
	switch said.Outcome {
	case identity.Pass:
		v.State = api.IdentificationPassed
	case identity.Again:
		if err := s.again(w, said); err != nil {
			return err
		}
	default:
		v.State = api.IdentificationOperator
	}
	if v.State != api.IdentificationAgain {
		if err := s.recordingGood(w); err != nil {
			return err
		}
	}
	return s.handOver(w)
}

// again counts a failed identification and goes back to what has to be done
// again, or leaves the recording to an operator once there were too many.
func (s *Service) again(w *work, said identity.Verdict) error {
	st := &w.State
	exhausted, err := s.identificationFailed(w)
	if err != nil {
		return err
	}
	if exhausted {
		st.Verdict.State = api.IdentificationOperator
		return nil
	}
	if err := s.recordingFailed(w, false); err != nil {
		return err
	}
	st.Verdict.State, st.Verdict.Reason, st.Verdict.Movement = api.IdentificationAgain, said.Reason, said.Movement
	st.Recording = nil
	if said.Reason == api.SelfieUnclear {
		st.Selfie = nil
	}
	return nil
}

// caseFor reads selfie and recording out of the evidence.
func (s *Service) caseFor(ctx context.Context, r *record) (*liveness.Case, error) {
	var frames []liveness.Frame
	for _, b := range r.State.Recording.Batches {
		content, err := s.readEvidence(ctx, r.ID, b.Name, api.MaxFrames)
		if err != nil {
			return nil, err
		}
		more, err := liveness.ParseBatch(content)
		if err != nil {
			return nil, err
		}
		frames = append(frames, more...)
	}
	selfie, err := s.readEvidence(ctx, r.ID, r.State.Selfie.Name, maxClean)
	if err != nil {
		return nil, err
	}
	c := r.State.Recording.asked(frames)
	c.Selfie = selfie
	return c, nil
}

// asked is what was asked for, in times of the recording: those of the frames
// that were heard of when a prompt was told, and when the next was.
func (c *challenge) asked(frames []liveness.Frame) *liveness.Case {
	made := &liveness.Case{Frames: frames}
	for i, p := range c.Prompts {
		from, until := c.filmed(p.From, frames), c.filmedAfter(p.Until, frames)
		if i+1 < len(c.Prompts) {
			until = c.filmed(c.Prompts[i+1].From, frames)
		}
		if p.Kind == liveness.ScreenLight {
			made.Light = &liveness.Light{Colours: p.Colours, Slot: liveness.SlotMillis, From: from, Until: until}
		} else {
			made.Prompts = append(made.Prompts, liveness.Asked{Kind: p.Kind, From: from, Until: until})
		}
	}
	return made
}

// filmed is the time of the last frame that was heard of at a moment.
func (c *challenge) filmed(at time.Time, frames []liveness.Frame) uint32 {
	n := 0
	for _, h := range c.Heads {
		if !h.At.After(at) {
			n = h.Frames
		}
	}
	return millisOf(frames, n)
}

// filmedAfter is that of the first head heard at a moment or after it.
func (c *challenge) filmedAfter(at time.Time, frames []liveness.Frame) uint32 {
	i := slices.IndexFunc(c.Heads, func(h heard) bool { return !h.At.Before(at) })
	if i < 0 {
		i = len(c.Heads) - 1
	}
	if i < 0 {
		return 0
	}
	return millisOf(frames, c.Heads[i].Frames)
}

// millisOf is the time of the nth frame, counted from 1; 0 before the first.
func millisOf(frames []liveness.Frame, n int) uint32 {
	if n = min(n, len(frames)); n <= 0 {
		return 0
	}
	return frames[n-1].Millis
}

// A guess for the first recordings of a process.
const firstGuess = 10 * time.Second

// renderVerdict is the verdict as the citizen sees it.
func (s *Service) renderVerdict(st *State, now time.Time) *api.Identification {
	v := st.Verdict
	if v == nil {
		return nil
	}
	told := &api.Identification{
		State: v.State, Reason: v.Reason, Movement: api.PromptKind(v.Movement), Since: v.Since,
		TriesLeft: st.Recordings.Left(s.rules.Recordings, now),
	}
	if v.State == api.IdentificationJudging {
		took := time.Duration(s.took.Load())
		if took == 0 {
			took = firstGuess
		}
		expected := v.Since.Add(took)
		told.Expected = &expected
	}
	return told
}
