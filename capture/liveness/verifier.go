package liveness

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"
)

// Flaw says why a recording does not answer its challenge. The values are stable and may go into a verdict.
type Flaw string

// The flaws.
const (
	HeadMismatch Flaw = "head-mismatch" // the frames are not those whose head was announced
	Unannounced  Flaw = "unannounced"   // frames that no head announced, or heads without their frames
	HeadsSparse  Flaw = "heads-sparse"  // no head for too long
	NotLive      Flaw = "not-live"      // heads came too long after, or before, the frames they stand for
	Repeated     Flaw = "repeated"      // the same picture twice: no sensor does that
	Gaps         Flaw = "gaps"          // too long without a frame
	TooShort     Flaw = "too-short"     // too few frames
)

// Error makes a flaw an error of its own, so that errors.Is(err, liveness.Repeated) holds.
func (f Flaw) Error() string { return "recording has a flaw: " + string(f) }

// FlawOf returns the flaw in err's chain, or "" if there is none.
func FlawOf(err error) Flaw {
	var f Flaw
	if errors.As(err, &f) {
		return f
	}
	return ""
}

// Announced is a head as the backend heard it.
type Announced struct {
	Frames int // that it stands for
	Head   Head
	At     time.Time // by the backend's clock
}

// Rules bound what counts as live.
type Rules struct {
	MinFrames int           // fewer are too short
	MaxGap    time.Duration // between two frames
	MaxSilent time.Duration // between two heads, and from the start to the first
	MaxLag    time.Duration // a head after the last frame it stands for
	MaxAhead  time.Duration // a head before that frame: clocks drift a little
}

// DefaultRules allow for a line of 1 Mbit/s with hiccups and for a camera that drops to three frames a second in the dark.
var DefaultRules = Rules{
	MinFrames: 20,
	MaxGap:    1500 * time.Millisecond,
	MaxSilent: 6 * time.Second,
	MaxLag:    6 * time.Second,
	MaxAhead:  500 * time.Millisecond,
}

// Verifier checks a recording frame by frame, so that the whole need never be in memory.
type Verifier struct {
	rules   Rules
	chain   *Chain
	started time.Time
	heads   []Announced // those not yet reached
	seen    map[[sha256.Size]byte]struct{}
	err     error
}

// NewVerifier begins a check. started is when the backend gave the seed out; heads are in order of receipt. What can be seen from the
// heads alone is an error at once.
func NewVerifier(seed []byte, started time.Time, heads []Announced, rules Rules) (*Verifier, error) {
	chain, err := NewChain(seed)
	if err != nil {
		return nil, err
	}
	if len(heads) == 0 {
		return nil, fmt.Errorf("%w: no head was announced", Unannounced)
	}
	last := Announced{At: started}
	for _, h := range heads {
		if h.Frames < last.Frames || h.Frames > MaxFrames || h.At.Before(last.At) {
			return nil, fmt.Errorf("%w: heads go backwards", HeadMismatch)
		}
		if h.At.Sub(last.At) > rules.MaxSilent {
			return nil, fmt.Errorf("%w: %s without a head", HeadsSparse, h.At.Sub(last.At).Round(time.Millisecond))
		}
		last = h
	}
	v := &Verifier{rules: rules, chain: chain, started: started, heads: heads, seen: make(map[[sha256.Size]byte]struct{}, last.Frames)}
	return v, v.reach()
}

// Add takes the next frame. After an error it returns the same error again.
func (v *Verifier) Add(f *Frame) error {
	if v.err == nil {
		v.err = v.add(f)
	}
	return v.err
}

func (v *Verifier) add(f *Frame) error {
	if len(v.heads) == 0 {
		return fmt.Errorf("%w: frame %d comes after the last head", Unannounced, f.Index)
	}
	before := v.chain.millis
	digest, err := v.chain.append(f)
	if err != nil {
		return err
	}
	if gap := time.Duration(f.Millis-before) * time.Millisecond; f.Index > 0 && gap > v.rules.MaxGap {
		return fmt.Errorf("%w: %s before frame %d", Gaps, gap, f.Index)
	}
	if _, again := v.seen[digest]; again {
		return fmt.Errorf("%w: frame %d", Repeated, f.Index)
	}
	v.seen[digest] = struct{}{}
	return v.reach()
}

// reach checks every head that stands for the frames so far.
func (v *Verifier) reach() error {
	frames, head := v.chain.Head()
	first := true // a head heard again says nothing new, whenever it came
	for len(v.heads) > 0 && v.heads[0].Frames == frames {
		h := v.heads[0]
		v.heads = v.heads[1:]
		if h.Head != head {
			return fmt.Errorf("%w: after %d frames", HeadMismatch, frames)
		}
		lag := h.At.Sub(v.started) - time.Duration(v.chain.millis)*time.Millisecond
		if first && frames > 0 && (lag > v.rules.MaxLag || lag < -v.rules.MaxAhead) {
			return fmt.Errorf("%w: a head came %s after its frame", NotLive, lag.Round(time.Millisecond))
		}
		first = false
	}
	return nil
}

// Finish tells whether the recording is whole, after the last frame.
func (v *Verifier) Finish() error {
	switch {
	case v.err != nil:
		return v.err
	case len(v.heads) > 0:
		return fmt.Errorf("%w: %d of %d frames came", Unannounced, v.chain.frames, v.heads[len(v.heads)-1].Frames)
	case v.chain.frames < v.rules.MinFrames:
		return fmt.Errorf("%w: %d frames, needed %d", TooShort, v.chain.frames, v.rules.MinFrames)
	}
	return nil
}
