package liveness

import (
	"math"
	"slices"

	"qoltanba/capture/face"
)

// sample is what counts of an observation.
type sample struct {
	at    uint32 // ms
	pose  face.Angles
	eyes  face.Eyes
	width float64 // pixels
}

// sampleOf makes nothing of an observation with numbers that are not finite.
func sampleOf(o *face.Observation, at uint32) (sample, bool) {
	s := sample{at: at, pose: o.Pose, eyes: o.Eyes, width: o.Width}
	sum := s.pose.Yaw + s.pose.Pitch + s.pose.Roll + s.eyes.Left + s.eyes.Right + s.width
	return s, s.width > 1 && !math.IsNaN(sum) && !math.IsInf(sum, 0)
}

// neutral is a person's own straight look, to which movements are held.
type neutral struct {
	pose  face.Angles
	width float64
}

// straightFinder waits until a head is held still and about straight.
type straightFinder struct {
	ring [32]sample
	n    int // samples taken
}

func (f *straightFinder) add(s sample) (neutral, bool) {
	f.ring[f.n%len(f.ring)] = s
	f.n++
	var yaw, pitch, width [len(f.ring)]float64
	k := 0
	for back := 1; back <= min(f.n, len(f.ring)); back++ {
		p := f.ring[(f.n-back)%len(f.ring)]
		if s.at-p.at > limit.stillMillis {
			break
		}
		yaw[k], pitch[k], width[k] = p.pose.Yaw, p.pose.Pitch, p.width
		k++
	}
	oldest := f.ring[(f.n-max(k, 1))%len(f.ring)]
	if k < 4 || float64(s.at-oldest.at) < 0.6*float64(limit.stillMillis) {
		return neutral{}, false
	}
	base := neutral{pose: face.Angles{Yaw: median(yaw[:k]), Pitch: median(pitch[:k]), Roll: s.pose.Roll}, width: median(width[:k])}
	still := span(yaw[:k]) <= limit.stillDegrees && span(pitch[:k]) <= limit.stillDegrees && span(width[:k]) <= limit.stillWidth*base.width
	about := math.Abs(base.pose.Yaw) <= limit.straightYaw && math.Abs(base.pose.Pitch) <= limit.straightPitch && math.Abs(s.pose.Roll) <= limit.straightRoll
	return base, still && about
}

// span is from the least to the most of sorted values.
func span(v []float64) float64 { return v[len(v)-1] - v[0] }

// median sorts v in place. It is 0 for nothing.
func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return (v[len(v)/2] + v[(len(v)-1)/2]) / 2
}

// amount is how far a head movement has gone from neutral, in units of what is asked: 1 is far enough.
func (b *neutral) amount(p Prompt, s *sample) float64 {
	turn := s.pose.Sub(b.pose)
	switch p {
	case TurnLeft:
		return turn.Yaw / limit.turn
	case TurnRight:
		return -turn.Yaw / limit.turn
	case LookUp:
		return -turn.Pitch / limit.look
	case LookDown:
		return turn.Pitch / limit.look
	case ComeCloser:
		return (s.width/b.width - 1) / limit.closer
	}
	return 0
}

var headMovements = [...]Prompt{TurnLeft, TurnRight, LookUp, LookDown, ComeCloser}

// strongest is the head movement that has gone farthest.
func (b *neutral) strongest(s *sample) (p Prompt, most float64) {
	for _, q := range headMovements {
		if a := b.amount(q, s); a > most {
			p, most = q, a
		}
	}
	return p, most
}

// eyelids keeps how open the eyes have been lately, so that a blink is one for this person and this pose.
type eyelids struct {
	ring [32]sample
	n    int
}

// dip is how far both eyes have closed, in units of what is asked. The usual openness is the upper quartile of the last moments, which a blink
// does not lower; where openness trembles a blink has to stand out from that.
func (e *eyelids) dip(s *sample) (amount, ratio float64) {
	var left, right [len(e.ring)]float64
	k := 0
	for back := 1; back <= min(e.n, len(e.ring)); back++ {
		p := e.ring[(e.n-back)%len(e.ring)]
		if s.at-p.at > limit.lidMillis {
			break
		}
		left[k], right[k] = p.eyes.Left, p.eyes.Right
		k++
	}
	e.ring[e.n%len(e.ring)] = *s
	e.n++
	if k < 4 {
		return 0, 1
	}
	slices.Sort(left[:k])
	slices.Sort(right[:k])
	l, tremorL := usual(left[:k])
	r, tremorR := usual(right[:k])
	if l <= 0 || r <= 0 {
		return 0, 1
	}
	ratio = max(s.eyes.Left/l, s.eyes.Right/r)
	return (1 - ratio) / max(1-limit.blink, limit.blinkTremor*max(tremorL, tremorR)), ratio
}

// usual is the upper quartile of sorted values, and the spread of the upper half as a share of it.
func usual(v []float64) (value, tremor float64) {
	value = v[len(v)*3/4]
	if value > 0 {
		tremor = (value - v[len(v)/2]) / value
	}
	return value, tremor
}

// answer is how a prompt is being answered.
type answer struct {
	prompt    int // index in the series
	kind      Prompt
	asked     uint32
	need      float64 // the amount at which the movement is reached
	ready     bool    // the head was straight after the prompt came: only what follows counts
	now, most float64 // amounts
	deepest   float64 // least openness of the eyes, as a share of the usual one; for Blink
	reached   bool
	done      bool
	other     Prompt // the movement that went too far instead, if any
	otherMost float64
}

// add takes a sample in the answer's own window.
func (a *answer) add(base *neutral, s *sample, dip, ratio float64) {
	strongest, far := base.strongest(s)
	a.ready = a.ready || far < limit.back || a.kind == ScreenLight
	if !a.ready {
		return
	}
	own := base.amount(a.kind, s)
	if a.kind == Blink {
		if far >= 1 {
			dip = 0 // a turned head changes what the eyes seem
		} else {
			a.deepest = min(a.deepest, ratio)
		}
		own = dip
	}
	if strongest != a.kind && far > a.otherMost && (a.kind == Blink || far > own) {
		a.otherMost = far
		if far >= limit.other {
			a.other = strongest
		}
	}
	a.settle(own)
}

// settle takes the amount of the movement itself.
func (a *answer) settle(own float64) {
	a.now = own
	a.most = max(a.most, own)
	a.reached = a.reached || own >= a.need
	a.done = a.done || a.reached && own < limit.back/a.need
}

// follower follows a person through a series: it finds the straight look and measures every answer against it. The [Guide] runs it live, the
// [Judge] over the frames.
type follower struct {
	finder      straightFinder
	lids        eyelids
	first, base neutral
	known       bool
	knownAt     uint32
	last        sample
	now, before answer // before may still be coming back
	asking      bool
	margin      float64 // asked beyond the thresholds, as a share of them
}

// finish lets the answer before the present one still reach its end, and come back, when the next prompt has come already.
func (f *follower) finish(s *sample, dip float64) {
	a, late := &f.before, s.at-f.now.asked
	if a.kind == "" || !a.ready || a.done || late > limit.backMillis || !a.reached && late > limit.lateMillis {
		return
	}
	own := f.base.amount(a.kind, s)
	if a.kind == Blink {
		own = dip
	}
	a.settle(own)
}

// ask begins a prompt.
func (f *follower) ask(index int, kind Prompt, at uint32) {
	f.before = f.now
	f.now = answer{prompt: index, kind: kind, asked: at, deepest: 1, need: 1}
	if kind != Blink {
		f.now.need += f.margin
	}
	f.asking = true
}

func (f *follower) add(s sample) {
	f.last = s
	dip, ratio := f.lids.dip(&s)
	if base, ok := f.finder.add(s); ok {
		f.settle(base, s.at)
	}
	if !f.known || !f.asking {
		return
	}
	f.finish(&s, dip)
	f.now.add(&f.base, &s, dip, ratio)
}

// settle takes a straight look as the neutral one. People shift as they go on, so a later one near the first replaces it.
func (f *follower) settle(base neutral, at uint32) {
	if !f.known {
		f.first, f.base, f.known, f.knownAt = base, base, true, at
		return
	}
	drift := base.pose.Sub(f.first.pose)
	if math.Abs(drift.Yaw) <= limit.drift && math.Abs(drift.Pitch) <= limit.drift && math.Abs(base.width/f.first.width-1) <= limit.driftWidth {
		f.base = base
	}
}
