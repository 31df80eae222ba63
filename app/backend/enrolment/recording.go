package enrolment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"qoltanba/app/api"
	"qoltanba/app/backend/store"
	"qoltanba/capture/liveness"
)

// SendFrames keeps the frames of a batch that are new. A batch that begins
// beyond what was received is not kept: the answer says from where to go on.
func (s *Service) SendFrames(ctx context.Context, c Call, in api.Frames) (api.Challenge, error) {
	frames, err := liveness.ParseBatch(in)
	if err != nil {
		return api.Challenge{}, api.Fail(api.RecordingBroken, "not a batch of frames").WithCause(err)
	}
	r, err := s.ready(ctx, c, during(api.StepRecording))
	if err != nil {
		return api.Challenge{}, err
	}
	ch := r.State.Challenge
	if ch == nil || !s.now().Before(ch.FramesBy) {
		return api.Challenge{}, api.Fail(api.ChallengeExpired, "start another challenge")
	}
	kept, err := s.keepFrames(ctx, c, r, frames)
	if err != nil {
		return api.Challenge{}, err
	}
	return change(ctx, s, c, during(api.StepRecording), func(w *work) error {
		now := w.State.Challenge
		if now == nil || now.ID != ch.ID {
			return api.Fail(api.ChallengeExpired, "another challenge was started")
		}
		if kept != nil && kept.First == now.received() {
			now.Batches = append(now.Batches, *kept)
		}
		return nil
	}, (*Service).renderChallenge)
}

// keepFrames puts those of the frames that follow what was received into the
// evidence. It returns nil where there is none.
func (s *Service) keepFrames(ctx context.Context, c Call, r *record, frames []liveness.Frame) (*batch, error) {
	ch := r.State.Challenge
	skip := ch.received() - frames[0].Index
	if skip < 0 || skip >= len(frames) {
		return nil, nil
	}
	frames = frames[skip:]
	content := liveness.NewBatch(nil)
	for i := range frames {
		var err error
		if content, err = liveness.AppendFrame(content, &frames[i]); err != nil {
			return nil, api.Fail(api.RecordingBroken, "not a batch of frames").WithCause(err)
		}
	}
	sum := sha256.Sum256(content)
	name := fmt.Sprintf("recording/%s/%04d-%s.frames", strings.ToLower(ch.ID), frames[0].Index, hex.EncodeToString(sum[:6]))
	if err := s.reserve(ctx, c, during(api.StepRecording), name, len(content)); err != nil {
		return nil, err
	}
	if err := s.keepEvidence(ctx, r.ID, name, content, api.MaxFrames); err != nil {
		return nil, err
	}
	return &batch{Name: name, First: frames[0].Index, Frames: len(frames)}, nil
}

// ready makes the checks of a change without making it, before slow work.
func (s *Service) ready(ctx context.Context, c Call, may rule) (*record, error) {
	var r *record
	err := s.Store.View(ctx, func(tx store.Tx) error {
		w, err := s.admit(tx, c, may)
		if err == nil {
			r = w.record
		}
		return err
	})
	return r, err
}

// FinishRecording verifies the frames against the heads that were heard live,
// and hands the recording to the judge.
func (s *Service) FinishRecording(ctx context.Context, c Call) (api.Enrolment, error) {
	r, err := s.ready(ctx, c, takes(api.StepRecording))
	if err != nil {
		return api.Enrolment{}, err
	}
	ch := r.State.Challenge
	switch {
	case ch == nil:
		return api.Enrolment{}, api.Fail(api.ChallengeExpired, "start a challenge")
	case !ch.Over:
		return api.Enrolment{}, api.Fail(api.OutOfOrder, "not all prompts were shown")
	case ch.received() < ch.lastHead() && s.now().Before(ch.FramesBy):
		return api.Enrolment{}, api.Fail(api.RecordingBroken, "%d of %d frames came", ch.received(), ch.lastHead())
	}
	flaw := s.verifyRecording(ctx, r.ID, ch)
	if flaw != nil && liveness.FlawOf(flaw) == "" && !errors.Is(flaw, liveness.ErrMalformed) && !errors.Is(flaw, liveness.ErrLimit) {
		return api.Enrolment{}, flaw
	}
	return s.step(ctx, c, takes(api.StepRecording), func(w *work) error {
		st := &w.State
		if st.Challenge == nil || st.Challenge.ID != ch.ID || st.Challenge.received() != ch.received() {
			return api.Fail(api.ChallengeExpired, "the recording has changed")
		}
		if flaw != nil {
			return s.failRecording(w, liveness.FlawOf(flaw))
		}
		st.Recording, st.Challenge = st.Challenge, nil
		waits, err := s.askJudge(w)
		if err == nil && !waits {
			err = s.recordingGood(w)
		}
		if err != nil {
			return err
		}
		if err := s.handOver(w); err != nil {
			return err
		}
		return w.audit("recording", ch.ID)
	})
}

func (s *Service) failRecording(w *work, flaw liveness.Flaw) error {
	st := &w.State
	if err := s.recordingFailed(w, flaw == liveness.HeadsSparse || flaw == liveness.NotLive); err != nil {
		return err
	}
	if err := w.audit("recording-refused", string(flaw)); err != nil {
		return err
	}
	if p := s.lockedOut(w, string(flaw)); p != nil {
		return keep(p)
	}
	return keep(api.Fail(api.RecordingBroken, "%s", flaw).WithTries(st.Recordings.Left(s.rules.Recordings, w.now)))
}

// verifyRecording reads the frames back, batch by batch, and checks the chain.
func (s *Service) verifyRecording(ctx context.Context, caseID string, ch *challenge) error {
	heads := make([]liveness.Announced, 0, len(ch.Heads))
	for _, h := range ch.Heads {
		head, err := liveness.ParseHead(h.Head)
		if err != nil {
			return err
		}
		heads = append(heads, liveness.Announced{Frames: h.Frames, Head: head, At: h.At})
	}
	v, err := liveness.NewVerifier(ch.Seed, ch.Started, heads, liveness.DefaultRules)
	if err != nil {
		return err
	}
	for _, b := range ch.Batches {
		if err := s.verifyBatch(ctx, caseID, b.Name, v); err != nil {
			return err
		}
	}
	return v.Finish()
}

func (s *Service) verifyBatch(ctx context.Context, caseID, name string, v *liveness.Verifier) error {
	content, err := s.readEvidence(ctx, caseID, name, api.MaxFrames)
	if err != nil {
		return err
	}
	frames, err := liveness.ParseBatch(content)
	if err != nil {
		return err
	}
	for i := range frames {
		if err := v.Add(&frames[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) readEvidence(ctx context.Context, caseID, name string, most int64) (content []byte, err error) {
	from, err := s.Evidence.Open(ctx, caseID, name)
	if err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	return io.ReadAll(io.LimitReader(from, most))
}
