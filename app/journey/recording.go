package journey

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"image/jpeg"
	"sync"
	"time"

	"qoltanba/app/api"
	"qoltanba/capture/camera"
	"qoltanba/capture/liveness"
)

// Frame is one picture of a recording as the camera made it: a JPEG, and when
// it was taken, with a monotonic reading. It prints as its size.
type Frame struct {
	JPEG []byte
	At   time.Time
}

// Format shows no pixel, whatever the verb.
func (f Frame) Format(s fmt.State, _ rune) { _, _ = fmt.Fprintf(s, "[frame of %d bytes]", len(f.JPEG)) }

// FrameSource waits for the next frame of a camera. The bytes hold until the
// next call. A [camera.BadFrame] is skipped, any other error ends the
// recording.
type FrameSource func(ctx context.Context) (Frame, error)

const (
	idlePause = 100 * time.Millisecond // when no frame waits to be sent
	// maxStuck is how many batches in a row may arrive without the backend
	// having more frames than before.
	maxStuck = 3
)

// Record passes the video identification: it starts the challenge as wished,
// takes about ten frames a second from the source, sends the head of their hash
// chain live, shows each prompt in State.Recording when it is due, sends the
// frames in batches that fit the line, and finishes. The stage is recording
// meanwhile; after a failure it is recording-intro again. Stage: recording-intro.
func (j *Journey) Record(ctx context.Context, wish api.ChallengeRequest, frames FrameSource) error {
	return j.act(ctx, "record", []Stage{StageRecordingIntro}, func(ctx context.Context) error {
		if err := step(ctx, j, api.StartChallenge, wish, nil); err != nil {
			return err
		}
		challenge := j.State().Enrolment.Challenge
		if challenge == nil {
			return api.Fail(api.ChallengeExpired, "the answer has no challenge")
		}
		r, err := j.newRecording(*challenge, frames)
		if err != nil {
			return err
		}
		j.change(func(s *State) {
			j.overlay, s.Recording = StageRecording, Recording{Prompts: challenge.Prompts}
			j.settleStage(s)
		})
		err = r.run(ctx)
		r.recorder.Wipe()
		if err == nil {
			err = step(ctx, j, api.FinishRecording, api.None{}, nil)
		}
		j.change(func(s *State) {
			j.overlay, s.Recording = "", Recording{}
			j.settleStage(s)
		})
		return err
	})
}

// AskOperator goes on without a video identification, for a citizen who cannot
// do what it asks: an operator will decide. Stage: recording-intro.
func (j *Journey) AskOperator(ctx context.Context) error {
	return j.act(ctx, "ask operator", []Stage{StageRecordingIntro}, func(ctx context.Context) error {
		return step(ctx, j, api.AskOperator, api.None{}, nil)
	})
}

// recording is one challenge being answered. Three loops share it: one takes
// frames, one sends heads, one sends batches; it ends when all have.
type recording struct {
	journey  *Journey
	source   FrameSource
	recorder *liveness.Recorder
	every    time.Duration // between two heads
	session  api.Session

	filmed chan struct{} // closed when no frame is taken any more
	told   chan struct{} // closed when the last head was heard
}

func (j *Journey) newRecording(c api.Challenge, source FrameSource) (*recording, error) {
	seed, err := base64.RawURLEncoding.DecodeString(c.Seed)
	if err != nil {
		return nil, api.Fail(api.RecordingBroken, "the challenge's seed is no base64url").WithCause(err)
	}
	recorder, err := liveness.NewRecorder(seed, j.cfg.Now())
	if err != nil {
		return nil, api.Fail(api.RecordingBroken, "the challenge's seed").WithCause(err)
	}
	every := min(max(time.Duration(c.NextHead)*time.Millisecond, 100*time.Millisecond), 5*time.Second)
	return &recording{
		journey: j, source: source, recorder: recorder, every: every, session: j.session(),
		filmed: make(chan struct{}), told: make(chan struct{}),
	}, nil
}

// run ends with the first error of a loop, which ends the others.
func (r *recording) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	over, stop := context.WithCancel(ctx) // ended when all movements were shown
	defer stop()
	var loops sync.WaitGroup
	for _, loop := range []func() error{
		func() error { defer close(r.filmed); return r.film(ctx, over) },
		func() error { return r.tell(ctx, stop) },
		func() error { return r.send(ctx) },
	} {
		loops.Go(func() {
			if err := loop(); err != nil {
				cancel(err)
			}
		})
	}
	loops.Wait()
	return context.Cause(ctx)
}

// film offers frames until all movements were shown.
func (r *recording) film(ctx, over context.Context) error {
	for {
		frame, err := r.source(over)
		if err == nil {
			err = r.offer(&frame)
		}
		switch {
		case over.Err() != nil:
			return ctx.Err()
		case err != nil && camera.Kind(err) != camera.BadFrame:
			return err
		}
	}
}

func (r *recording) offer(frame *Frame) error {
	picture, err := jpeg.Decode(bytes.NewReader(frame.JPEG))
	if err != nil {
		return &camera.Error{Fault: camera.BadFrame, Cause: err}
	}
	taken, err := r.recorder.Offer(picture, frame.At)
	switch {
	case errors.Is(err, liveness.ErrFull):
		return api.Fail(api.ChallengeExpired, "the recording is full").WithCause(err)
	case err != nil:
		return api.Fail(api.RecordingBroken, "a frame was not taken").WithCause(err)
	case taken:
		frames, _ := r.recorder.Head()
		r.journey.change(func(s *State) { s.Recording.Frames = frames })
	}
	return nil
}

// tell sends the chain's head, live, until all movements were shown, and then
// once more for the frames since.
func (r *recording) tell(ctx context.Context, stop context.CancelFunc) error {
	heard := r.journey.cfg.Now()
	for over := false; !over; {
		if err := r.journey.cfg.Wait(ctx, r.every); err != nil {
			return err
		}
		answer, err := r.head(ctx)
		if err != nil {
			return err
		}
		// The backend would refuse what was filmed out of its hearing.
		now := r.journey.cfg.Now()
		if now.Sub(heard) > liveness.DefaultRules.MaxSilent {
			return api.Fail(api.ChallengeExpired, "the line was lost")
		}
		over, heard = answer.Over, now
	}
	stop()
	<-r.filmed
	// The backend passes over a head that follows another at once.
	if err := r.journey.cfg.Wait(ctx, r.every); err != nil {
		return err
	}
	if _, err := r.head(ctx); err != nil {
		return err
	}
	close(r.told)
	return nil
}

func (r *recording) head(ctx context.Context) (api.Challenge, error) {
	frames, head := r.recorder.Head()
	answer, err := api.Call(ctx, r.journey.cfg.Client, api.SendHead, api.Request[api.HeadRequest]{
		Session: r.session, Body: api.HeadRequest{Frames: frames, Head: head.String()},
	})
	if err == nil {
		r.journey.change(func(s *State) { s.Recording.Prompt, s.Recording.Over = answer.Prompt, answer.Over })
	}
	return answer, err
}

// send sends batches until the backend has every frame that a head stands for.
func (r *recording) send(ctx context.Context) error {
	var buffer []byte
	received, stuck := 0, 0
	for {
		batch, frames := r.recorder.Batch(buffer)
		if frames == 0 {
			if r.wholly() {
				return nil
			}
			if err := r.journey.cfg.Wait(ctx, idlePause); err != nil {
				return err
			}
			continue
		}
		began := r.journey.cfg.Now()
		answer, err := api.Call(ctx, r.journey.cfg.Client, api.SendFrames, api.Request[api.Frames]{
			Session: r.session, Body: api.Frames(batch),
		})
		if err != nil {
			return err
		}
		r.recorder.Received(answer.Received, len(batch), r.journey.cfg.Now().Sub(began))
		buffer = batch
		if stuck++; answer.Received > received {
			received, stuck = answer.Received, 0
		}
		if stuck == maxStuck {
			return api.Fail(api.RecordingBroken, "frames do not arrive")
		}
		r.journey.change(func(s *State) { s.Recording.Sent = received })
	}
}

// wholly says that no frame will follow those that were sent.
func (r *recording) wholly() bool {
	select {
	case <-r.told:
		return r.recorder.Waiting() == 0
	default:
		return false
	}
}
