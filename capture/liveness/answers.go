package liveness

import (
	"cmp"
	"context"
	"math"
	"slices"

	"qoltanba/capture/face"
)

// movements runs the guide's follower over the frames and looks at every answer.
func (q *inquiry) movements(ctx context.Context) error {
	var f follower
	var answers [MaxPrompts + 1]answer
	prompts := append(slices.Clone(q.c.Prompts), Asked{Kind: ScreenLight, From: q.c.Prompts[len(q.c.Prompts)-1].Until})
	next := 0
	for i := range q.looks {
		l := &q.looks[i]
		for next < len(prompts) && l.at > prompts[next].From {
			f.ask(next, prompts[next].Kind, prompts[next].From)
			next++
		}
		if s, ok := sampleOf(&l.obs, l.at); ok && l.seen {
			f.add(s)
		}
		if f.asking {
			answers[f.before.prompt] = f.before
			answers[f.now.prompt] = f.now
		}
	}
	q.base = f.first
	if !f.known {
		f.knownAt = MaxMillis
	}
	q.most(CheckNeutral, float64(f.knownAt), float64(q.c.Prompts[0].From+limit.straightMillis), NotStraight)
	for i := range q.c.Prompts {
		q.answered(i, &answers[i])
	}
	return ctx.Err()
}

// answered notes how a prompt was answered. A blink that the mesh did not see decides nothing: glasses and a smile hide it. The pixels of the
// eyes are looked at in [inquiry.alone].
func (q *inquiry) answered(i int, a *answer) {
	kind := q.c.Prompts[i].Kind
	reason := NotDone
	if a.otherMost > max(a.most, 0.5*limit.other) {
		reason = OtherDone
	}
	if kind == Blink {
		q.find(Finding{Check: CheckBlink, Prompt: i, Value: a.deepest, Limit: limit.blink, OK: a.reached, Soft: true}, NotDone)
	} else {
		q.find(Finding{Check: CheckMovement, Prompt: i, Value: a.most, Limit: 1, OK: a.reached}, reason)
		q.find(Finding{Check: CheckBack, Prompt: i, Value: max(a.now, 0), Limit: limit.back, OK: a.done || !a.reached}, NotBack)
	}
	q.find(Finding{Check: CheckOther, Prompt: i, Value: a.otherMost, Limit: limit.other, OK: a.other == ""}, OtherDone)
}

// light looks for the screen's colours on the face. Too little of them is no fault of the person: it asks for a darker room.
func (q *inquiry) light(ctx context.Context) error {
	if q.c.Light == nil {
		return nil
	}
	tints := make([]tint, 0, len(q.looks))
	for i := range q.looks {
		if q.looks[i].lit {
			tints = append(tints, q.looks[i].tint)
		}
	}
	found := findLight(tints, q.c.Light)
	legible := found.enough && found.signal >= limit.lightSignal
	right := legible && found.shown >= limit.lightOrder && found.shown > found.other
	q.find(Finding{Check: CheckLightSignal, Prompt: -1, Value: found.signal, Limit: limit.lightSignal, OK: legible, Soft: true}, LightUnclear)
	q.find(Finding{Check: CheckLightOrder, Prompt: -1, Value: found.shown, Limit: limit.lightOrder, OK: right, Soft: true}, LightUnclear)
	switch {
	case right:
	case found.signal >= limit.lightOtherSignal && found.other >= limit.lightOtherOrder && found.ever <= limit.lightOtherMost:
		q.settle(LightDiffers, -1)
	default:
		q.settle(LightUnclear, -1)
	}
	return ctx.Err()
}

// solid looks at the turned head: the median over several pictures to both sides, which are chosen here. Up and down the head turns less, and
// few films show it: what is found there is noted and decides nothing.
func (q *inquiry) solid(ctx context.Context) error {
	s := new(solidity)
	left, err := q.pairs(ctx, s, turning, 1)
	if err != nil {
		return err
	}
	right, err := q.pairs(ctx, s, turning, -1)
	if err != nil {
		return err
	}
	q.least(CheckTurnFrames, float64(min(len(left), len(right))), limit.turnFrames, TurnSlower)
	if q.out.Verdict == Again {
		return nil
	}
	scale, depth := medians(slices.Concat(left, right))
	q.least(CheckParallax, scale, limit.parallax, NotSolid)
	q.least(CheckDepth, depth, limit.depth, NotSolid)
	up, err := q.pairs(ctx, s, nodding, -1)
	if err != nil {
		return err
	}
	down, err := q.pairs(ctx, s, nodding, 1)
	if err != nil {
		return err
	}
	if nods := slices.Concat(up, down); len(nods) > 0 {
		scale, _ := medians(nods)
		q.find(Finding{Check: CheckNodParallax, Prompt: -1, Value: scale, Limit: limit.parallax, OK: scale >= limit.parallax, Soft: true}, "")
	}
	return nil
}

func medians(all []parallax) (scale, depth float64) {
	scales, depths := make([]float64, len(all)), make([]float64, len(all))
	for i, p := range all {
		scales[i], depths[i] = p.scale, p.depth
	}
	return median(scales), median(depths)
}

// pairs measures the frames turned to a side about an axis.
func (q *inquiry) pairs(ctx context.Context, s *solidity, a axis, sign float64) (found []parallax, err error) {
	for _, i := range q.turnFrames(a, sign) {
		p, ok, err := q.pair(ctx, s, a, i)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, p)
		}
	}
	return found, nil
}

// pairsASide is how many turned pictures are looked at to each side.
const pairsASide = 4

// about is the turn about an axis, and the one about the other.
func (a axis) about(t face.Angles) (own, other float64) {
	if a == nodding {
		return t.Pitch, t.Yaw
	}
	return t.Yaw, t.Pitch
}

// turnFrames are the frames turned to a side, between the bounds, turned little about the other axis, at about the usual distance: those next
// to the middle.
func (q *inquiry) turnFrames(a axis, sign float64) []int {
	const ideal = 18
	var all []int
	off := func(i int) float64 {
		own, _ := a.about(q.turned(&q.looks[i]))
		return math.Abs(sign*own - ideal)
	}
	for i := range q.looks {
		l := &q.looks[i]
		own, other := a.about(q.turned(l))
		if l.seen && sign*own >= limit.solidLeast && sign*own <= limit.solidMost && math.Abs(other) < aside &&
			math.Abs(l.obs.Width/q.base.width-1) < limit.closer {
			all = append(all, i)
		}
	}
	slices.SortFunc(all, func(a, b int) int { return cmp.Compare(off(a), off(b)) })
	return all[:min(len(all), pairsASide)]
}

const aside = 10 // degrees that a head may be turned about the other axis

// pair holds a turned frame against the straight one next to it in time.
func (q *inquiry) pair(ctx context.Context, s *solidity, a axis, turned int) (p parallax, ok bool, err error) {
	if err := ctx.Err(); err != nil {
		return p, false, err
	}
	l := &q.looks[turned]
	own, other := a.about(q.turned(l))
	const reach = 4000
	straight, found := q.best(l.at-min(l.at, reach), l.at+reach, func(c *look) float64 {
		o, across := a.about(q.turned(c))
		return math.Abs(o) + math.Abs(across-other)/2 + math.Abs(float64(c.at)-float64(l.at))/500
	})
	if !found {
		return p, false, nil
	}
	from, _ := a.about(q.turned(&q.looks[straight]))
	if math.Abs(from) > limit.frontal {
		return p, false, nil
	}
	img, err := q.decode(straight)
	if err != nil {
		return p, false, err
	}
	if !s.setStraight(img, &q.looks[straight].obs.Mesh) {
		return p, false, nil
	}
	if img, err = q.decode(turned); err != nil {
		return p, false, err
	}
	p, ok = s.measure(img, &l.obs.Mesh, a, own-from)
	return p, ok, nil
}
