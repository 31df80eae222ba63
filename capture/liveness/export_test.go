package liveness

import (
	"context"
	"math"

	"qoltanba/capture/face"
)

// SolidAlone looks at the turned head of a recording whatever its answers were: how many attacks the test of the pixels meets and stops. looked
// is whether there were frames to look at.
func SolidAlone(ctx context.Context, e *face.Engine, c *Case) (looked, solid bool, err error) {
	q := &inquiry{engine: e, c: c, looks: make([]look, len(c.Frames))}
	if err := q.watch(ctx); err != nil {
		return false, false, err
	}
	if err := q.movements(ctx); err != nil {
		return false, false, err
	}
	q.out = Judgement{}
	if err := q.solid(ctx); err != nil {
		return false, false, err
	}
	return q.out.Reason != TurnSlower && !math.IsNaN(q.base.width), q.out.Reason == "", nil
}
