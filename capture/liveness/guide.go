package liveness

import (
	"time"

	"qoltanba/capture/face"
)

// Guide tells live, picture by picture, how far the movement that is asked for has come. It uses the code and the thresholds of the [Judge], and
// asks for a little more, as the judge sees fewer pictures and takes the straight look from another moment: what the guide calls done the
// judge will call done. It is not for concurrent use and allocates nothing.
//
//	g := liveness.NewGuide()
//	for each picture {
//		faces, _ := tracker.Observe(img, &o)
//		p := g.Observe(&o, faces, at)
//		if !p.Neutral { "look straight into the camera" } // begin the recording only when it is true
//	}
//	g.Ask(liveness.TurnLeft) // when the prompt comes; then p tells of it
//
// A person who is not straight when a prompt comes has to come back first: until then Fraction stays 0 and Straight is false.
type Guide struct {
	f follower
}

// Progress is how things stand after a picture.
type Progress struct {
	Neutral  bool    // the person's own straight look is known: it was held still for half a second. It stays true
	Straight bool    // the head is near that look now
	Fraction float64 // how far the movement has come, 0 to 1; stays at 1 once reached
	Reached  bool    // far enough: sound and word to come back are due
	Done     bool    // and back: nothing more to do for this prompt
	Other    Prompt  // another movement that is being made instead, far enough to spoil the answer; "" for none
}

// NewGuide begins with a person who is yet to look straight.
func NewGuide() *Guide { return &Guide{f: follower{margin: guideMargin}} }

// guideMargin is two degrees of a turn: as far as two straight looks of one person lie apart.
const guideMargin = 0.15

// Ask begins a prompt. [ScreenLight] asks for the straight look, held: nothing of it is ever reached.
func (g *Guide) Ask(p Prompt) { g.f.ask(g.f.now.prompt+1, p, g.f.last.at) }

// Observe takes what a tracker saw in the picture of that time, counted from any moment on. faces is as in [face.Tracker.Observe]; only
// exactly one face counts.
func (g *Guide) Observe(o *face.Observation, faces int, at time.Duration) Progress {
	s, ok := sampleOf(o, uint32(max(at, 0).Milliseconds())) //nolint:gosec // wraps after 49 days
	if ok && faces == 1 {
		g.f.add(s)
	}
	return g.f.progress(ok && faces == 1)
}

// Reset forgets the person: the straight look is to be found anew.
func (g *Guide) Reset() { *g = *NewGuide() }

func (f *follower) progress(seen bool) Progress {
	p := Progress{Neutral: f.known}
	if !f.known {
		return p
	}
	if seen {
		_, far := f.base.strongest(&f.last)
		p.Straight = far < limit.back
	}
	if !f.asking {
		return p
	}
	a := &f.now
	p.Reached, p.Done, p.Other = a.reached, a.done, a.other
	p.Fraction = min(max(a.now/a.need, 0), 1)
	if a.reached {
		p.Fraction = 1
	}
	return p
}
