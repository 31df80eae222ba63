package liveness

import (
	"context"
	"math"
	"slices"
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

// answered notes how a prompt was answered. A blink that was not seen decides nothing: glasses and a smile hide it.
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

// solid looks at the turned head: the median over several pictures to both sides, which are chosen here.
func (q *inquiry) solid(ctx context.Context) error {
	s := new(solidity)
	var scales, depths []float64
	var sides [2]int
	for side, sign := range []float64{1, -1} {
		for _, i := range q.turnFrames(sign) {
			p, ok, err := q.pair(ctx, s, i)
			if err != nil {
				return err
			}
			if ok {
				scales, depths = append(scales, p.scale), append(depths, p.depth)
				sides[side]++
			}
		}
	}
	q.least(CheckTurnFrames, float64(min(sides[0], sides[1])), limit.turnFrames, TurnSlower)
	if q.out.Verdict == Again {
		return nil
	}
	q.least(CheckParallax, median(scales), limit.parallax, NotSolid)
	q.least(CheckDepth, median(depths), limit.depth, NotSolid)
	return nil
}

// pairsASide is how many turned pictures are looked at to each side.
const pairsASide = 4

// turnFrames are the frames turned to a side, between the bounds, nodding little, at about the usual distance: those next to the middle.
func (q *inquiry) turnFrames(sign float64) []int {
	const ideal = 18
	var all []int
	off := func(i int) float64 { return math.Abs(sign*q.turned(&q.looks[i]).Yaw - ideal) }
	for i := range q.looks {
		l := &q.looks[i]
		t := q.turned(l)
		if l.seen && sign*t.Yaw >= limit.solidLeast && sign*t.Yaw <= limit.solidMost && math.Abs(t.Pitch) < nodding &&
			math.Abs(l.obs.Width/q.base.width-1) < limit.closer {
			all = append(all, i)
		}
	}
	slices.SortFunc(all, func(a, b int) int {
		if off(a) < off(b) {
			return -1
		}
		return 1
	})
	return all[:min(len(all), pairsASide)]
}

const nodding = 10 // degrees

// pair holds a turned frame against the straight one next to it in time.
func (q *inquiry) pair(ctx context.Context, s *solidity, turned int) (p parallax, ok bool, err error) {
	if err := ctx.Err(); err != nil {
		return p, false, err
	}
	l := &q.looks[turned]
	const reach = 4000
	straight, found := q.best(l.at-min(l.at, reach), l.at+reach, func(c *look) float64 {
		t := q.turned(c)
		return math.Abs(t.Yaw) + math.Abs(t.Pitch-q.turned(l).Pitch)/2 + math.Abs(float64(c.at)-float64(l.at))/500
	})
	if !found || math.Abs(q.turned(&q.looks[straight]).Yaw) > limit.frontal {
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
	p, ok = s.measure(img, &l.obs.Mesh, l.obs.Pose.Yaw-q.looks[straight].obs.Pose.Yaw)
	return p, ok, nil
}
