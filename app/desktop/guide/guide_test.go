package guide_test

import (
	"slices"
	"testing"
	"time"

	"qoltanba/app/desktop/guide"
)

var began = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

const frame = 66 * time.Millisecond

// good is a face as it should be.
func good() guide.Sight {
	return guide.Sight{Faces: 1, Width: 0.4, Light: 0.55, Sharpness: 0.5, Eyes: 0.3}
}

// film shows an adviser a number of frames and returns what stood on the screen, each remark once.
func film(a *guide.Adviser, from time.Time, n int, at func(i int) guide.Sight) (said []guide.Remark, end time.Time) {
	for i := range n {
		s := at(i)
		s.At = from
		if r := a.See(&s); len(said) == 0 || said[len(said)-1] != r {
			said = append(said, r)
		}
		from = from.Add(frame)
	}
	return said, from
}

func always(change func(*guide.Sight)) func(int) guide.Sight {
	return func(int) guide.Sight {
		s := good()
		change(&s)
		return s
	}
}

func TestEachFaultIsNamed(t *testing.T) {
	t.Parallel()
	for want, change := range map[guide.Remark]func(*guide.Sight){
		guide.Good:     func(*guide.Sight) {},
		guide.NoFace:   func(s *guide.Sight) { *s = guide.Sight{} },
		guide.OneFace:  func(s *guide.Sight) { s.Faces = 2 },
		guide.Closer:   func(s *guide.Sight) { s.Width = 0.15 },
		guide.Farther:  func(s *guide.Sight) { s.Width = 0.7 },
		guide.Centre:   func(s *guide.Sight) { s.OffX = -0.2 },
		guide.Covered:  func(s *guide.Sight) { s.Covered = 0.6 },
		guide.Light:    func(s *guide.Sight) { s.Light = 0.08 },
		guide.Bright:   func(s *guide.Sight) { s.Light = 0.97 },
		guide.Side:     func(s *guide.Sight) { s.Uneven = 0.8 },
		guide.Glare:    func(s *guide.Sight) { s.Glare = 0.2 },
		guide.Straight: func(s *guide.Sight) { s.Yaw = 25 },
		guide.Sharp:    func(s *guide.Sight) { s.Sharpness = 0.05 },
	} {
		var a guide.Adviser
		said, _ := film(&a, began, 10, always(change))
		if want := []guide.Remark{guide.None, want}; !slices.Equal(said, want) {
			t.Errorf("said %q, want %q", said, want)
		}
	}
}

func TestTheMostUrgentFaultComesFirst(t *testing.T) {
	t.Parallel()
	var a guide.Adviser
	said, _ := film(&a, began, 10, always(func(s *guide.Sight) { s.Width, s.Light, s.Yaw = 0.1, 0.05, 30 }))
	if last := said[len(said)-1]; last != guide.Closer {
		t.Errorf("of a dark, far and turned face %q was said", last)
	}
}

func TestAFaceOnTheEdgeDoesNotFlicker(t *testing.T) {
	t.Parallel()
	var a guide.Adviser
	said, from := film(&a, began, 10, always(func(s *guide.Sight) { s.Width = 0.24 }))
	// Too far by the entering edge and not by the leaving one, in turn.
	more, _ := film(&a, from, 60, func(i int) guide.Sight {
		s := good()
		s.Width = []float64{0.255, 0.28}[i%2]
		return s
	})
	if said = append(said, more...); said[len(said)-1] != guide.Closer || len(more) != 1 {
		t.Errorf("said %q: it must stand at %q", said, guide.Closer)
	}
}

func TestAPassingFaultIsNotSpokenOf(t *testing.T) {
	t.Parallel()
	var a guide.Adviser
	_, from := film(&a, began, 10, always(func(*guide.Sight) {}))
	said, _ := film(&a, from, 30, func(i int) guide.Sight {
		s := good()
		if i == 10 || i == 20 {
			s.Faces = 0
		}
		return s
	})
	if !slices.Equal(said, []guide.Remark{guide.Good}) {
		t.Errorf("a face that was missed for a frame led to %q", said)
	}
}

func TestARemarkStandsUntilItCanBeRead(t *testing.T) {
	t.Parallel()
	var a guide.Adviser
	_, from := film(&a, began, 6, always(func(s *guide.Sight) { s.Light = 0.05 }))
	first := from
	said, _ := film(&a, from, 60, func(int) guide.Sight {
		s := good()
		s.Width = 0.1
		return s
	})
	if !slices.Equal(said, []guide.Remark{guide.Light, guide.Closer}) {
		t.Fatalf("said %q", said)
	}
	// The same again, looking only as far as the first remark must stand.
	a = guide.Adviser{}
	film(&a, began, 6, always(func(s *guide.Sight) { s.Light = 0.05 }))
	said, _ = film(&a, first, 18, always(func(s *guide.Sight) { s.Width = 0.1 }))
	if !slices.Equal(said, []guide.Remark{guide.Light}) {
		t.Errorf("within its time %q was said", said)
	}
	// That all is well is said at once.
	said, _ = film(&a, first.Add(18*frame), 8, always(func(*guide.Sight) {}))
	if said[len(said)-1] != guide.Good {
		t.Errorf("a face put right is told %q", said)
	}
}

// expose lets a shutter see frames until it fires, and says what it counted and in which frame it fired; -1 for never.
func expose(s *guide.Shutter, n int, at func(i int) (guide.Sight, bool)) (counted []int, fired int) {
	fired = -1
	for i := range n {
		sight, ok := at(i)
		sight.At = began.Add(time.Duration(i) * frame)
		c := s.See(&sight, ok)
		if len(counted) == 0 || counted[len(counted)-1] != c.Left {
			counted = append(counted, c.Left)
		}
		if c.Fire {
			if fired >= 0 {
				return counted, -2
			}
			fired = i
		}
		if c.Share < 0 || c.Share > 1 {
			return counted, -3
		}
	}
	return counted, fired
}

func TestShutterCountsDownOnce(t *testing.T) {
	t.Parallel()
	var s guide.Shutter
	counted, fired := expose(&s, 120, func(int) (guide.Sight, bool) { return good(), true })
	if !slices.Equal(counted, []int{0, 3, 2, 1, 0}) {
		t.Errorf("counted %v", counted)
	}
	if over := time.Duration(fired) * frame; over < 3*time.Second || over > 4*time.Second {
		t.Errorf("fired after %v", over)
	}
	s.Reset()
	if _, fired = expose(&s, 60, func(int) (guide.Sight, bool) { return good(), true }); fired < 0 {
		t.Error("it did not fire again after a reset")
	}
}

func TestShutterWaitsForASteadyFace(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]func(i int) (guide.Sight, bool){
		"a fault every two seconds": func(i int) (guide.Sight, bool) { return good(), i%30 != 29 },
		"a face that wanders": func(i int) (guide.Sight, bool) {
			s := good()
			s.OffX = 0.06 * float64(i/20%2)
			return s, true
		},
		"a face that comes closer": func(i int) (guide.Sight, bool) {
			s := good()
			s.Width *= 1 + float64(i)*0.005
			return s, true
		},
		"a head that turns": func(i int) (guide.Sight, bool) {
			s := good()
			s.Yaw = 7 * float64(i/20%2)
			return s, true
		},
	} {
		var s guide.Shutter
		if _, fired := expose(&s, 200, at); fired >= 0 {
			t.Errorf("%s: fired at frame %d", name, fired)
		}
	}
}

func TestShutterWaitsForOpenEyes(t *testing.T) {
	t.Parallel()
	var s guide.Shutter
	_, fired := expose(&s, 120, func(i int) (guide.Sight, bool) {
		sight := good()
		if i > 40 && i < 70 {
			sight.Eyes = 0.1
		}
		return sight, true
	})
	if fired != 70 {
		t.Errorf("fired at frame %d, want the first with open eyes, 70", fired)
	}
}

func TestShutterBeginsAnewAfterAGap(t *testing.T) {
	t.Parallel()
	var s guide.Shutter
	sight := good()
	for i := range 40 {
		sight.At = began.Add(time.Duration(i) * frame)
		s.See(&sight, true)
	}
	sight.At = sight.At.Add(3 * time.Second)
	if c := s.See(&sight, true); c != (guide.Count{}) {
		t.Errorf("after a gap %+v", c)
	}
}
