package guide_test

import (
	"image/color"
	"testing"
	"time"

	"qoltanba/app/desktop/guide"
)

var (
	red   = color.NRGBA{R: 255, A: 255}
	green = color.NRGBA{G: 255, A: 255}
	white = color.NRGBA{R: 255, G: 255, B: 255, A: 255}
)

func TestGlowShowsEachColourForItsTime(t *testing.T) {
	t.Parallel()
	l := guide.Glow{Began: began, Colours: []color.NRGBA{red, green}, Slot: 500 * time.Millisecond}
	for ms, want := range map[int]color.NRGBA{0: white, 499: white, 700: red, 990: red, 1200: green, 1490: green, 1700: white, 9000: white} {
		got, over := l.At(began.Add(time.Duration(ms) * time.Millisecond))
		if got != want || over != (ms > 1600) {
			t.Errorf("after %d ms %v, over %v; want %v", ms, got, over, want)
		}
	}
}

// The window must be harmless to people with photosensitive epilepsy even if the service asks for more.
func TestGlowNeverFlashes(t *testing.T) {
	t.Parallel()
	const step = 10 * time.Millisecond
	for _, slot := range []time.Duration{0, time.Millisecond, 530 * time.Millisecond} {
		l := guide.Glow{Began: began, Slot: slot}
		for i := range 40 {
			l.Colours = append(l.Colours, []color.NRGBA{red, green}[i%2])
		}
		changes := []time.Duration{}
		before, turning := white, false
		for at := time.Duration(0); at < 10*time.Second; at += step {
			c, _ := l.At(began.Add(at))
			if c != before && !turning {
				changes = append(changes, at)
			}
			if jump := max(diff(c.R, before.R), diff(c.G, before.G), diff(c.B, before.B)); jump > 40 {
				t.Fatalf("with slots of %v the light jumps by %d of 255 at %v", slot, jump, at)
			}
			turning, before = c != before, c
		}
		for i := 3; i < len(changes); i++ {
			if span := changes[i] - changes[i-3]; span < time.Second {
				t.Fatalf("with slots of %v four changes lie within %v", slot, span)
			}
		}
		if len(changes) < 10 {
			t.Errorf("with slots of %v only %d changes were seen", slot, len(changes))
		}
	}
}

func diff(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }
