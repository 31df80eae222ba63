package guide

import (
	"math"
	"time"
)

// The shutter waits for a steady second, then counts aloud.
const (
	steady    = time.Second
	countFrom = 3
	count     = 700 * time.Millisecond // between two numbers
	whole     = steady + countFrom*count

	// A pause between two sights that is longer than this begins anew: nobody knows what happened meanwhile.
	longestGap = 600 * time.Millisecond
)

// What a face may move while it counts as steady: a share of the picture's shorter side, a share of its own size, degrees.
const (
	drift = 0.04
	swell = 0.08
	turn  = 6.0
)

// openEyes is how far eyes must be open for the picture, as a share of the widest that they were in the steady time.
const openEyes = 0.8

// Count is how near the automatic shutter is.
type Count struct {
	Share float64 // of the waiting time that is over, 0 to 1
	Left  int     // the number to show, 3 to 1; 0 before the countdown
	Fire  bool    // take the picture: true once
}

// Shutter takes the picture by itself once the face was good and steady for a second and a countdown. The zero value is ready.
type Shutter struct {
	anchor Sight // where the steady time began
	last   time.Time
	widest float64 // eyes
	fired  bool
}

// Reset begins anew, also after a picture was taken.
func (s *Shutter) Reset() { *s = Shutter{} }

// See takes the next sight; good says that nothing is to be put right. After it has fired it rests until Reset.
func (s *Shutter) See(sight *Sight, good bool) Count {
	gap := sight.At.Sub(s.last)
	s.last = sight.At
	switch {
	case s.fired:
		return Count{}
	case !good:
		s.anchor = Sight{}
		return Count{}
	case s.anchor.At.IsZero(), gap > longestGap, moved(&s.anchor, sight):
		s.anchor, s.widest = *sight, sight.Eyes
		return Count{}
	}
	s.widest = max(s.widest, sight.Eyes)
	over := sight.At.Sub(s.anchor.At)
	switch {
	case over < steady:
		return Count{Share: share(over)}
	case over < whole:
		return Count{Share: share(over), Left: countFrom - int((over-steady)/count)}
	case sight.Eyes < openEyes*s.widest: // a blink passes
		return Count{Share: 1, Left: 1}
	}
	s.fired = true
	return Count{Share: 1, Fire: true}
}

func share(over time.Duration) float64 { return float64(over) / float64(whole) }

func moved(a, b *Sight) bool {
	return math.Hypot(a.OffX-b.OffX, a.OffY-b.OffY) > drift ||
		math.Abs(a.Width-b.Width) > swell*a.Width ||
		math.Abs(a.Yaw-b.Yaw) > turn || math.Abs(a.Pitch-b.Pitch) > turn
}
