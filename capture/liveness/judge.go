package liveness

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"math"

	"qoltanba/capture/face"
	"qoltanba/capture/picture"
)

// Judge decides from the frames alone. It is a pure function of its input and may be used by many at once.
type Judge struct {
	engine *face.Engine
}

// NewJudge takes an engine that was opened with the networks that tell faces apart ([face.OpenMatcher]).
func NewJudge(e *face.Engine) *Judge { return &Judge{engine: e} }

// Judge looks at a recording. What no client of ours would send is an error ([ErrLimit], [ErrMalformed], [TooShort]), and so are a missing
// runtime ([face.ErrNoRuntime]), a selfie without a face ([face.ErrNoFace]) and ctx's end; everything else is a judgement. Frames are decoded
// one at a time; some twenty of them once more.
func (j *Judge) Judge(ctx context.Context, c *Case) (Judgement, error) {
	if err := c.check(); err != nil {
		return Judgement{}, err
	}
	q := &inquiry{engine: j.engine, c: c, looks: make([]look, len(c.Frames))}
	if err := q.watch(ctx); err != nil {
		return Judgement{}, err
	}
	for _, examine := range []func(context.Context) error{
		q.timing, q.faces, q.sight, q.steps, q.movements, q.light, q.repeats, q.solid, q.identity, q.alone,
	} {
		if err := examine(ctx); err != nil {
			return Judgement{}, err
		}
		if q.out.Verdict == Again {
			break // nothing later could settle it, and the rest is costly
		}
	}
	if q.out.Verdict == "" {
		q.out.Verdict, q.out.Prompt = Pass, -1
	}
	return q.out, nil
}

// check refuses what is beyond the limits before anything is decoded.
func (c *Case) check() error {
	switch {
	case len(c.Frames) > MaxFrames:
		return fmt.Errorf("%w: a recording has at most %d frames", ErrLimit, MaxFrames)
	case len(c.Frames) < DefaultRules.MinFrames:
		return fmt.Errorf("%w: %d frames, needed %d", TooShort, len(c.Frames), DefaultRules.MinFrames)
	case len(c.Prompts) < MinPrompts || len(c.Prompts) > MaxPrompts:
		return fmt.Errorf("%w: a series has %d to %d prompts", ErrMalformed, MinPrompts, MaxPrompts)
	}
	for i := range c.Frames {
		if err := c.checkFrame(i); err != nil {
			return err
		}
	}
	var last uint32
	known := Movements()
	for _, p := range c.Prompts {
		if !contains(known, p.Kind) || p.From < last || p.Until <= p.From || p.Until > MaxMillis {
			return fmt.Errorf("%w: a prompt's kind or window", ErrMalformed)
		}
		last = p.Until
	}
	if c.Light != nil {
		return c.Light.check(last)
	}
	return nil
}

func (c *Case) checkFrame(i int) error {
	f := &c.Frames[i]
	if err := f.check(); err != nil {
		return err
	}
	if f.Index != i || i > 0 && f.Millis <= c.Frames[i-1].Millis {
		return fmt.Errorf("%w: frame %d does not follow the one before", ErrMalformed, f.Index)
	}
	// The recorder's pictures are of one scan; many scans would cost a walk over the picture each.
	h, err := picture.ParseJPEG(f.JPEG)
	if err != nil || h.Progressive || h.Components != 1 && h.Components != 3 || min(h.Width, h.Height) < minSide {
		return fmt.Errorf("%w: frame %d is of a kind that no recorder makes", ErrMalformed, f.Index)
	}
	return nil
}

const minSide = 96 // pixels of a frame

func (l *Light) check(after uint32) error {
	seen := map[Colour]bool{}
	for _, c := range l.Colours {
		seen[c] = contains(colours[:], c)
	}
	all := len(seen) == len(colours) && len(l.Colours) == len(colours)
	for _, ok := range seen {
		all = all && ok
	}
	if !all || l.Slot < 334 || l.Slot > 5000 || l.From < after || l.Until <= l.From || l.Until > MaxMillis {
		return fmt.Errorf("%w: the light's colours, slot or window", ErrMalformed)
	}
	return nil
}

func contains[T comparable](all []T, v T) bool {
	for _, w := range all {
		if v == w {
			return true
		}
	}
	return false
}

// look is what one frame showed, without its pixels.
type look struct {
	at    uint32
	size  image.Point
	faces int
	seen  bool // exactly one face, measured in finite numbers
	obs   face.Observation
	tint  tint
	lit   bool // tint is known
	small thumbnail

	patterns patterns // of eyes, brows and nostrils, when seen
}

// inquiry is one recording being looked at.
type inquiry struct {
	engine *face.Engine
	c      *Case
	looks  []look
	base   neutral // the person's straight look, as it was at the beginning
	out    Judgement
}

// watch decodes every frame once.
func (q *inquiry) watch(ctx context.Context) error {
	tracker := q.engine.NewTracker()
	for i := range q.looks {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("judge a recording: %w", err)
		}
		img, err := q.decode(i)
		if err != nil {
			return err
		}
		l := &q.looks[i]
		l.at, l.size = q.c.Frames[i].Millis, img.Bounds().Size()
		if l.faces, err = tracker.Observe(img, &l.obs); err != nil {
			return fmt.Errorf("observe frame %d: %w", i, err)
		}
		_, finite := sampleOf(&l.obs, l.at)
		l.seen = finite && l.faces == 1
		l.small.take(img)
		if l.seen {
			l.patterns.take(img, &l.obs.Mesh)
		}
		if l.seen && q.c.Light != nil && l.at+LeadMillis >= q.c.Light.From {
			l.tint, l.lit = tintOf(img, &l.obs.Mesh, l.at)
		}
	}
	return nil
}

func (q *inquiry) decode(i int) (image.Image, error) {
	img, err := jpeg.Decode(bytes.NewReader(q.c.Frames[i].JPEG))
	if err != nil {
		return nil, fmt.Errorf("%w: frame %d: %w", ErrMalformed, i, err)
	}
	return img, nil
}

// find notes a measurement. What is not OK and not soft settles the verdict, if none was settled before; Again outweighs Operator.
func (q *inquiry) find(f Finding, reason Reason) {
	if math.IsNaN(f.Value) || math.IsInf(f.Value, 0) {
		f.Value, f.OK = 0, false
	}
	q.out.Findings = append(q.out.Findings, f)
	if f.OK || f.Soft {
		return
	}
	q.settle(reason, f.Prompt)
}

func (q *inquiry) settle(reason Reason, prompt int) {
	v := reason.Verdict()
	if q.out.Verdict == "" || q.out.Verdict == Operator && v == Again {
		q.out.Verdict, q.out.Reason, q.out.Prompt = v, reason, prompt
	}
}

// Verdict is the one that a reason leads to.
func (r Reason) Verdict() Verdict {
	switch r {
	case OtherPerson, PersonChanged, NotSolid, LightDiffers, ClockTooEven, FramesRepeat, BlinkUnseen, LightLeftOut:
		return Operator
	case "":
		return Pass
	}
	return Again
}

// least notes a value that must reach a limit, most one that must not pass it.
func (q *inquiry) least(check Check, value, bound float64, reason Reason) {
	q.find(Finding{Check: check, Prompt: -1, Value: value, Limit: bound, OK: value >= bound}, reason)
}

func (q *inquiry) most(check Check, value, bound float64, reason Reason) {
	q.find(Finding{Check: check, Prompt: -1, Value: value, Limit: bound, OK: value <= bound}, reason)
}

// turned is how far a look is from the straight one.
func (q *inquiry) turned(l *look) face.Angles { return l.obs.Pose.Sub(q.base.pose) }

// straight says that a look is about the straight one, with the eyes as open as usual.
func (q *inquiry) straight(l *look, degrees float64) bool {
	t := q.turned(l)
	return l.seen && math.Abs(t.Yaw) <= degrees && math.Abs(t.Pitch) <= degrees
}

// selfie draws the print of the selfie.
func (q *inquiry) selfie() (face.Print, error) {
	if _, err := picture.Inspect(q.c.Selfie, picture.Upload); err != nil {
		return face.Print{}, fmt.Errorf("%w: the selfie: %w", ErrMalformed, err)
	}
	img, err := jpeg.Decode(bytes.NewReader(q.c.Selfie))
	if err != nil {
		return face.Print{}, fmt.Errorf("%w: the selfie: %w", ErrMalformed, err)
	}
	var o face.Observation
	faces, err := q.engine.Find(img, &o)
	if err != nil {
		return face.Print{}, fmt.Errorf("look for the face of the selfie: %w", err)
	}
	if faces == 0 {
		return face.Print{}, fmt.Errorf("the selfie: %w", face.ErrNoFace)
	}
	return q.engine.Print(img, &o.Mesh)
}
