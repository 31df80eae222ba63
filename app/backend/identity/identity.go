// Package identity says, from the evidence alone, whether the person before the
// camera lives and is the one of the register and of the card.
//
// [Faces] does the work: [Faces.Recording] judges selfie and recording (package
// liveness), [Faces.Match] holds the selfie against the register's portrait and
// the one on the card (package face), where two networks that were trained apart
// have to agree. What is done with an answer is not decided here: package
// enrolment stores it, counts tries, and asks a [Policy] whether a machine's
// pass is enough.
//
// # Invariants
//
//   - A machine never refuses a citizen. It passes, asks to do something again
//     that the citizen can do better, or leaves the case to an operator.
//   - No finding is proof against anybody: measurements are shown to the
//     operator beside the evidence and told to nobody else.
//   - Without the library (see [face.ErrNoRuntime]) the service works all the
//     same: everything goes to an operator.
//
// Nothing that is judged here is kept here. A recording is at most
// [liveness.MaxFrames] frames of [liveness.MaxFrameBytes], and one is in memory
// for each that is judged at a time; pictures are decoded one by one.
package identity

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"qoltanba/app/api"
	"qoltanba/assets/models/embedders"
	"qoltanba/capture/face"
	"qoltanba/capture/liveness"
)

// Outcome is what a machine says of a recording.
type Outcome string

// The outcomes. Their values are stored.
const (
	Pass   Outcome = "pass"
	Again  Outcome = "again"  // for the reason that the verdict has
	Unsure Outcome = "unsure" // a person has to look
)

// Verdict is a machine's word on selfie and recording.
type Verdict struct {
	Outcome  Outcome
	Reason   api.Code           `json:",omitempty"` // of Again: one of [api.AgainReasons]
	Doubt    liveness.Reason    `json:",omitempty"` // of Unsure, for the operator
	Movement liveness.Prompt    `json:",omitempty"` // that the reason is about
	Findings []liveness.Finding `json:",omitempty"`
}

// reasons words what the judge says in codes that have a sentence and a remedy.
var reasons = map[liveness.Reason]api.Code{
	liveness.Faltered: api.RecordingCut, liveness.FaceLost: api.FaceMissing, liveness.MoreFaces: api.FaceSeveral,
	liveness.TooFar: api.FaceFar, liveness.TooDark: api.FaceDark, liveness.TooBright: api.FaceGlare,
	liveness.NotStraight: api.FaceTurned, liveness.NotDone: api.MovementMissing, liveness.OtherDone: api.MovementOther,
	liveness.NotBack: api.MovementHeld, liveness.TurnSlower: api.MovementFast, liveness.Jumped: api.RecordingJumped,
	liveness.LightUnclear: api.LightUnclear,
}

// Faces judges with the networks of package face. It may be used by many at once.
type Faces struct {
	engine *face.Engine
	judge  *liveness.Judge
}

// Open loads ONNX Runtime from a path ("": see [face.Open]) and the networks. The
// error is [face.ErrNoRuntime] where there is none.
func Open(library string) (*Faces, error) {
	engine, err := face.OpenMatcher(library, face.Embedders{Mobile: embedders.MobileFaceNet, ResNet: embedders.ResNet})
	if err != nil {
		return nil, err
	}
	return NewFaces(engine), nil
}

// NewFaces takes an engine that was opened with [face.OpenMatcher].
func NewFaces(engine *face.Engine) *Faces {
	return &Faces{engine: engine, judge: liveness.NewJudge(engine)}
}

// Close frees the networks.
func (f *Faces) Close() error { return f.engine.Close() }

// Recording judges a recording whose chain was verified. An error is the end of
// ctx or a fault of the machine: what is wrong with the recording is a verdict.
func (f *Faces) Recording(ctx context.Context, c *liveness.Case) (Verdict, error) {
	j, err := f.judge.Judge(ctx, c)
	switch {
	case errors.Is(err, face.ErrNoFace):
		return Verdict{Outcome: Again, Reason: api.SelfieUnclear}, nil
	case errors.Is(err, liveness.ErrLimit), errors.Is(err, liveness.ErrMalformed), errors.Is(err, liveness.TooShort):
		return Verdict{Outcome: Again, Reason: api.RecordingBroken}, nil
	case err != nil:
		return Verdict{}, fmt.Errorf("judge the recording: %w", err)
	}
	return worded(c, j), nil
}

// worded is a judgement with its reason as a code. One that this package does not
// know is a person's to look at.
func worded(c *liveness.Case, j liveness.Judgement) Verdict {
	v := Verdict{Outcome: Unsure, Findings: j.Findings}
	if j.Prompt >= 0 && j.Prompt < len(c.Prompts) {
		v.Movement = c.Prompts[j.Prompt].Kind
	}
	switch code := reasons[j.Reason]; {
	case j.Verdict == liveness.Pass:
		v.Outcome = Pass
	case j.Verdict == liveness.Again && code != "":
		v.Outcome, v.Reason = Again, code
	default:
		v.Doubt = j.Reason
	}
	return v
}

// Policy is what the agency wants done with a machine's pass. The zero value is
// none: an agency has to say it.
type Policy struct {
	set    bool
	sample int // of 100 passes, how many an operator looks at all the same; 100: all
}

// The policies that are written in a word.
const (
	accept   = "accept"
	operator = "operator"
)

// Accept lets every pass stand, ByOperator none.
var (
	Accept     = Policy{set: true}
	ByOperator = Policy{set: true, sample: 100}
)

// ParsePolicy reads "accept", "operator", or "sample N%" with N from 1 to 99.
func ParsePolicy(text string) (Policy, error) {
	switch text {
	case accept:
		return Accept, nil
	case operator:
		return ByOperator, nil
	}
	if share, ok := strings.CutPrefix(text, "sample "); ok {
		n, err := strconv.Atoi(strings.TrimSuffix(share, "%"))
		if err == nil && strings.HasSuffix(share, "%") && n >= 1 && n <= 99 {
			return Policy{set: true, sample: n}, nil
		}
	}
	return Policy{}, fmt.Errorf("%q is none of: accept, operator, or sample N%% with N from 1 to 99", text)
}

// String is the policy as [ParsePolicy] reads it; "" for none.
func (p Policy) String() string {
	switch {
	case !p.set:
		return ""
	case p == Accept:
		return accept
	case p == ByOperator:
		return operator
	default:
		return fmt.Sprintf("sample %d%%", p.sample)
	}
}

// Advises says that a machine's word is for the operator alone: the citizen is
// neither passed nor asked to do anything again. So it is where nothing was said.
func (p Policy) Advises() bool { return !p.set || p == ByOperator }

// Stands draws whether a pass stands without an operator. pick(k) returns a
// uniform number below k.
func (p Policy) Stands(pick func(k int) int) bool { return p.set && pick(100) >= p.sample }
