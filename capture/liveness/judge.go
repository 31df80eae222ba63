package liveness

import (
	"context"

	"qoltanba/capture/face"
)

// Judge decides from the frames alone. It is a pure function of its input and may be used by many at once.
type Judge struct {
	engine *face.Engine
}

// NewJudge takes an engine that was opened with the networks that tell faces apart ([face.OpenMatcher]).
func NewJudge(e *face.Engine) *Judge { return &Judge{engine: e} }

// Judge looks at a recording. What no client of ours would send is an error ([ErrLimit], [ErrMalformed], a [Flaw]), and so are a missing runtime
// ([face.ErrNoRuntime]) and ctx's end; everything else is a judgement. It takes about 25 ms of one processor a frame and holds a few frames'
// pixels at a time.
func (j *Judge) Judge(ctx context.Context, c *Case) (Judgement, error) {
	return Judgement{}, face.ErrNoRuntime
}
