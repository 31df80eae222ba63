package guide

import (
	"testing"
	"time"
)

// good is a sight of a document that can be photographed, at so many milliseconds.
func good(ms int) CardSight {
	return CardSight{
		At: time.Unix(100, 0).Add(time.Duration(ms) * time.Millisecond), Seen: true, Fill: 0.48, Density: 7.2, Sharp: 1.8,
		Corners: [4][2]float64{{0.2, 0.1}, {0.7, 0.1}, {0.7, 0.4}, {0.2, 0.4}},
	}
}

func TestOneRemarkOnADocument(t *testing.T) {
	t.Parallel()
	for want, change := range map[Remark]func(*CardSight){
		Good:       func(*CardSight) {},
		NoCard:     func(s *CardSight) { *s = CardSight{At: s.At} },
		Edges:      func(s *CardSight) { s.Cut, s.Fill = true, 0.95 },
		OtherSide:  func(s *CardSight) { s.Other, s.Glare = true, 0.1 },
		Nearer:     func(s *CardSight) { s.Fill, s.Density, s.Sharp = 0.25, 3.7, 0.3 },
		Away:       func(s *CardSight) { s.Fill, s.Sharp = 0.9, 0.3 },
		UpsideDown: func(s *CardSight) { s.UpsideDown = true },
		Flat:       func(s *CardSight) { s.Tilt = 0.3 },
		Unfocused:  func(s *CardSight) { s.Fill, s.Sharp = 0.7, 0.4 },
		Spot:       func(s *CardSight) { s.Glare = 0.05 },
		Steady:     func(s *CardSight) { s.Sharp = 0.5 },
		Lines:      func(s *CardSight) { s.Unread = true },
		Portrait:   func(s *CardSight) { s.Hidden = true },
	} {
		var a CardAdviser
		var said Remark
		for ms := 0; ms <= 2000; ms += 100 {
			s := good(ms)
			change(&s)
			said = a.See(&s)
		}
		if said != want {
			t.Errorf("it says %q instead of %q", said, want)
		}
	}
}

func TestASmallDocumentBeforeAFineCamera(t *testing.T) {
	t.Parallel()
	s := good(0)
	if s.Fill, s.Density = 0.3, 13; judgeCard(&s, None) != Good {
		t.Errorf("with 13 pixels a millimetre it says %q", judgeCard(&s, None))
	}
	if s.Fill, s.Density = 0.6, 4.5; judgeCard(&s, None) != Nearer {
		t.Errorf("with 4.5 it says %q", judgeCard(&s, None))
	}
}

func TestAFileIsOfferedWhereFocusNeverComes(t *testing.T) {
	t.Parallel()
	var a CardAdviser
	var said Remark
	at := 0
	for ; said != ByFile && at < 60_000; at += 100 {
		s := good(at)
		s.Sharp = 0.5
		said = a.See(&s)
	}
	if at < 12_000 || at > 14_000 {
		t.Errorf("it is offered after %d ms", at)
	}
	s := good(at)
	for range 20 {
		s.At = s.At.Add(100 * time.Millisecond)
		said = a.See(&s)
	}
	if said != Good {
		t.Errorf("once it is sharp it says %q", said)
	}
}

// TestLinesThatAreNotReadHoldNobody: after a while the picture is taken all the same.
func TestLinesThatAreNotReadHoldNobody(t *testing.T) {
	t.Parallel()
	var a CardAdviser
	said, at := None, 0
	for ; said != Good && at < 60_000; at += 100 {
		s := good(at)
		s.Unread = true
		said = a.See(&s)
	}
	if at < 8_000 || at > 10_000 {
		t.Errorf("it goes on after %d ms", at)
	}
}

// film shows sights to a film until it fires, and tells how many frames it keeps.
func film(f *Film, from, until int, change func(ms int, s *CardSight) Remark) (kept int, fired bool) {
	for ms := from; ms <= until; ms += 100 {
		s := good(ms)
		out := f.See(&s, change(ms, &s))
		if out.Again {
			kept = 0
		}
		if out.Keep {
			kept++
		}
		if out.Fire {
			return kept, true
		}
	}
	return kept, false
}

func TestAGoodDocumentIsFilmed(t *testing.T) {
	t.Parallel()
	var f Film
	kept, fired := film(&f, 0, 4000, func(ms int, s *CardSight) Remark {
		if ms > 1200 { // it is tilted, and a lamp wanders over it
			s.Tilt, s.Glare, s.Sharp = 0.25, 0.1, 0.8
			return Spot
		}
		return Good
	})
	if !fired || kept < 5 || kept > 9 {
		t.Errorf("fired %v with %d frames", fired, kept)
	}
	if again, fired := film(&f, 4100, 9000, func(int, *CardSight) Remark { return Good }); fired || again > 0 {
		t.Error("it fires again by itself")
	}
}

func TestWhatEndsAFilm(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*CardSight){
		"it is gone":         func(s *CardSight) { s.Seen = false },
		"it jumps":           func(s *CardSight) { s.Corners[0][0] += float64(s.At.UnixMilli()%200) / 1000 },
		"the other side":     func(s *CardSight) { s.Other = true },
		"beyond the edge":    func(s *CardSight) { s.Cut = true },
		"too far to be read": func(s *CardSight) { s.Fill, s.Density = 0.2, 3 },
	} {
		var f Film
		if _, fired := film(&f, 0, 6000, func(ms int, s *CardSight) Remark {
			if ms < 1500 {
				return Good
			}
			change(s)
			return NoCard
		}); fired {
			t.Errorf("%s: a picture is taken", name)
		}
	}
}
