package liveness

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// filmed is a recording with its heads as an honest client on a quick line makes them: one a second, 80 ms after its frame.
func filmed(t testing.TB, n int) ([]Frame, []Announced) {
	t.Helper()
	frames := reel(t, n)
	return frames, announce(t, frames)
}

func announce(t testing.TB, frames []Frame) []Announced {
	t.Helper()
	c, err := NewChain(seed)
	if err != nil {
		t.Fatal(err)
	}
	var heads []Announced
	for i := range frames {
		if err := c.Append(&frames[i]); err != nil {
			t.Fatal(err)
		}
		if i%10 == 9 || i == len(frames)-1 {
			k, head := c.Head()
			heads = append(heads, Announced{k, head, start.Add(time.Duration(frames[i].Millis+80) * time.Millisecond)})
		}
	}
	return heads
}

func verify(frames []Frame, heads []Announced) error {
	v, err := NewVerifier(seed, start, heads, DefaultRules)
	if err != nil {
		return err
	}
	for i := range frames {
		if err := v.Add(&frames[i]); err != nil {
			return errors.Join(err, onlyIfSticky(v, err))
		}
	}
	return v.Finish()
}

func onlyIfSticky(v *Verifier, err error) error {
	if !errors.Is(v.Finish(), err) {
		return errors.New("the verifier forgot its error")
	}
	return nil
}

func TestVerifierAcceptsAnHonestRecording(t *testing.T) {
	frames, heads := filmed(t, 45)
	if err := verify(frames, heads); err != nil {
		t.Error(err)
	}
	again := heads[len(heads)-1]
	again.At = again.At.Add(4 * time.Second)
	if err := verify(frames, append(heads, again)); err != nil {
		t.Errorf("the last head sent again while frames follow: %v", err)
	}
}

func TestVerifierFindsFlaws(t *testing.T) {
	for name, c := range map[string]struct {
		want   Flaw
		tamper func(f []Frame, h []Announced) ([]Frame, []Announced)
	}{
		"a frame replaced after its head": {HeadMismatch, func(f []Frame, h []Announced) ([]Frame, []Announced) {
			f[12].JPEG = jpegOf(t, 1000, 32, 24)
			return f, h
		}},
		"a time changed": {HeadMismatch, func(f []Frame, h []Announced) ([]Frame, []Announced) {
			f[12].Millis++
			return f, h
		}},
		"frames missing at the end": {Unannounced, func(f []Frame, h []Announced) ([]Frame, []Announced) {
			return f[:40], h
		}},
		"frames nobody announced": {Unannounced, func(f []Frame, h []Announced) ([]Frame, []Announced) {
			return f, h[:len(h)-1]
		}},
		"no head at all": {Unannounced, func(f []Frame, _ []Announced) ([]Frame, []Announced) {
			return f, nil
		}},
		"a picture twice": {Repeated, func(f []Frame, _ []Announced) ([]Frame, []Announced) {
			f[30].JPEG = f[3].JPEG
			return f, announce(t, f)
		}},
		"a hole": {Gaps, func(f []Frame, _ []Announced) ([]Frame, []Announced) {
			for i := 25; i < len(f); i++ {
				f[i].Millis += 1500
			}
			return f, announce(t, f)
		}},
		"too short": {TooShort, func(f []Frame, _ []Announced) ([]Frame, []Announced) {
			return f[:10], announce(t, f[:10])
		}},
		"heads in arrears": {NotLive, func(f []Frame, h []Announced) ([]Frame, []Announced) {
			for i := range h {
				h[i].At = h[i].At.Add(time.Duration(i) * 2 * time.Second)
			}
			return f, h
		}},
		"frames from the future": {NotLive, func(f []Frame, h []Announced) ([]Frame, []Announced) {
			for i := range h {
				h[i].At = start.Add(time.Duration(i) * 100 * time.Millisecond)
			}
			return f, h
		}},
		"silence": {HeadsSparse, func(f []Frame, h []Announced) ([]Frame, []Announced) {
			h[len(h)-1].At = h[len(h)-2].At.Add(DefaultRules.MaxSilent + time.Second)
			return f, h
		}},
		"heads backwards": {HeadMismatch, func(f []Frame, h []Announced) ([]Frame, []Announced) {
			h[1], h[2] = h[2], h[1]
			return f, h
		}},
	} {
		frames, heads := filmed(t, 45)
		frames, heads = c.tamper(frames, heads)
		if err := verify(frames, heads); FlawOf(err) != c.want {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestVerifierRefusesAnotherSeed(t *testing.T) {
	frames, heads := filmed(t, 45)
	other := slices.Clone(seed)
	other[0] ^= 1
	v, err := NewVerifier(other, start, heads, DefaultRules)
	if err != nil {
		t.Fatal(err)
	}
	for i := range frames {
		err = v.Add(&frames[i])
	}
	if FlawOf(err) != HeadMismatch {
		t.Errorf("got %v", err)
	}
}

func BenchmarkVerifier(b *testing.B) {
	frames, heads := filmed(b, 200)
	b.ReportAllocs()
	for b.Loop() {
		if err := verify(frames, heads); err != nil {
			b.Fatal(err)
		}
	}
}
