//go:build demo

package puppet

import (
	"image/color"
	"math"
	"math/rand/v2"
	"time"
)

// Mover moves a head as somebody does who is asked to: a little late, in about half a second, not quite still in between. Times are those of the
// recording or stream, and do not go back. It is made by [NewMover].
type Mover struct {
	late  time.Duration // from being asked to beginning
	eager float64       // how far it goes, 1 being the usual
	sway  [4]float64    // degrees of yaw and pitch, and two phases
	lean  Pose          // how this person sits

	asked  Move
	since  time.Duration
	from   Pose
	to     Pose
	begins time.Duration
}

// NewMover makes the habits of one person.
func NewMover(seed uint64) *Mover {
	rng := rand.New(rand.NewPCG(seed, 2)) //nolint:gosec // habits, to be repeatable
	between := func(lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }
	return &Mover{
		late: time.Duration(between(0.35, 0.6) * float64(time.Second)), eager: between(0.94, 1.1),
		sway: [4]float64{between(0.5, 1.3), between(0.4, 1), between(0, 6.28), between(0, 6.28)},
		lean: Pose{Roll: between(-2, 2), TX: between(-0.06, 0.06), TY: between(-0.05, 0.05)},
	}
}

// How long a head takes for a movement, and lids.
const (
	headTime = 500 * time.Millisecond
	lidTime  = 90 * time.Millisecond
)

// Ask tells what to do from now on. The move is made once; "" and FaceLight are to hold still.
func (m *Mover) Ask(what Move, now time.Duration) {
	if what != m.asked {
		m.asked, m.since = what, now
	}
}

// At is how the head is held now, without light.
func (m *Mover) At(now time.Duration) Pose {
	want := gesture(m.asked, now-m.since-m.late, m.eager)
	p := m.between(now)
	if want != m.to {
		m.from, m.to, m.begins = p, want, now
	}
	return m.swayed(p, now)
}

// gesture is the pose that a move has come to after some time.
func gesture(what Move, since time.Duration, eager float64) (p Pose) {
	held := 1150 * time.Millisecond // on the way and there
	switch {
	case since < 0 || since >= held && what != Blink:
	case what == TurnLeft:
		p.Yaw = 20 * eager
	case what == TurnRight:
		p.Yaw = -20 * eager
	case what == LookDown:
		p.Pitch = 14 * eager
	case what == LookUp:
		p.Pitch = -14 * eager
	case what == ComeCloser:
		p.Near = 0.33 * eager
	case what == Blink && (since < 380*time.Millisecond || since > 900*time.Millisecond && since < 1280*time.Millisecond):
		p.Blink = 1
	}
	return p
}

// between is where the head is on its way.
func (m *Mover) between(now time.Duration) Pose {
	way := smooth(float64(now-m.begins) / float64(headTime))
	lids := math.Min(math.Max(float64(now-m.begins)/float64(lidTime), 0), 1)
	walk := func(a, b, t float64) float64 { return a + (b-a)*t }
	return Pose{
		Yaw: walk(m.from.Yaw, m.to.Yaw, way), Pitch: walk(m.from.Pitch, m.to.Pitch, way),
		Near: walk(m.from.Near, m.to.Near, way), Blink: walk(m.from.Blink, m.to.Blink, lids),
	}
}

func smooth(x float64) float64 {
	x = math.Min(math.Max(x, 0), 1)
	return x * x * (3 - 2*x)
}

// swayed adds the small movements of somebody who tries to sit still: one to three degrees from side to side.
func (m *Mover) swayed(p Pose, now time.Duration) Pose {
	t := now.Seconds()
	p.Yaw += m.sway[0] * (math.Sin(0.9*t+m.sway[2]) + 0.35*math.Sin(2.3*t+m.sway[3]))
	p.Pitch += m.sway[1] * (math.Sin(0.7*t+m.sway[3]) + 0.35*math.Sin(1.9*t))
	p.Roll = m.lean.Roll + 0.5*m.sway[1]*math.Sin(0.6*t+m.sway[2])
	p.TX = m.lean.TX + 0.01*m.sway[0]*math.Sin(0.5*t+m.sway[3])
	p.TY = m.lean.TY + 0.01*m.sway[1]*math.Sin(0.8*t+m.sway[2])
	p.Near += 0.008 * m.sway[1] * math.Sin(0.5*t+m.sway[2])
	return p
}

// LightOf is what a screen that shows one colour adds to the skin. Reflect is the share of a white screen.
func LightOf(c color.RGBA, reflect float64) RGB {
	linear := func(v uint8) float64 { return reflect * math.Pow(float64(v)/255, gamma) }
	return RGB{linear(c.R), linear(c.G), linear(c.B)}
}
