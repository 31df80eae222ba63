package liveness

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// noisy is a picture as detailed as a real face: about 40 kB at quality 75 and 640x480.
func noisy(n, w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	rng := rand.New(rand.NewPCG(5, uint64(n)))
	for y := range h {
		for x := range w {
			v := uint8((x+y+n)/5&127 + rng.IntN(14))
			img.SetRGBA(x, y, color.RGBA{v + 40, v, v / 2, 255})
		}
	}
	return img
}

func newRecorder(t testing.TB) *Recorder {
	t.Helper()
	r, err := NewRecorder(seed, start)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// film offers a picture every 1/15 s for the given time and calls each afterwards.
func film(t testing.TB, r *Recorder, from, length time.Duration, each func(now time.Time, taken bool)) {
	t.Helper()
	n := int(from / (time.Second / 15))
	for at := from; at < from+length; at += time.Second / 15 {
		now := start.Add(at)
		taken, err := r.Offer(noisy(n%40, 320, 240), now)
		if err != nil {
			t.Fatal(err)
		}
		n++
		each(now, taken)
	}
}

func TestRecorderTakesTenFramesASecond(t *testing.T) {
	r := newRecorder(t)
	taken := 0
	film(t, r, 0, 2*time.Second, func(_ time.Time, yes bool) {
		if yes {
			taken++
		}
		r.Received(1000, 1_000_000, time.Second) // a quick line
	})
	if taken < 14 || taken > 21 {
		t.Errorf("%d frames in 2 s", taken)
	}
	if n, _ := r.Head(); n != taken {
		t.Errorf("the chain has %d frames of %d", n, taken)
	}
}

// line carries bytes at a rate, as the clock of the test goes on.
type line struct {
	r     *Recorder
	rate  float64
	buf   []byte
	busy  int // bytes of the batch under way
	until time.Time
	since time.Time
	got   []Frame
	heads []Announced
}

func (l *line) step(t testing.TB, now time.Time) {
	if l.busy > 0 && !now.Before(l.until) {
		frames, err := ParseBatch(l.buf[:l.busy])
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range frames {
			f.JPEG = append([]byte(nil), f.JPEG...)
			l.got = append(l.got, f)
		}
		l.r.Received(len(l.got), l.busy, l.until.Sub(l.since))
		l.busy = 0
	}
	if l.busy == 0 {
		batch, n := l.r.Batch(l.buf)
		if n == 0 {
			return
		}
		l.buf, l.busy, l.since = batch, len(batch), now
		l.until = now.Add(time.Duration(float64(len(batch)) / l.rate * float64(time.Second)))
	}
}

func (l *line) announce(now time.Time) {
	n, head := l.r.Head()
	l.heads = append(l.heads, Announced{n, head, now.Add(50 * time.Millisecond)})
}

func TestASlowLineIsOnlySlow(t *testing.T) {
	r := newRecorder(t)
	l := &line{r: r, rate: 25_000} // pictures of 320x240 on 0.2 Mbit/s are as 640x480 on about 1 Mbit/s
	count := 0
	film(t, r, 0, 12*time.Second, func(now time.Time, _ bool) {
		if count++; count%15 == 0 {
			l.announce(now)
		}
		l.step(t, now)
	})
	end := start.Add(12 * time.Second)
	l.announce(end)
	if r.level == 0 {
		t.Error("the recorder did not step down")
	}
	for now := end; r.Waiting() > 0; now = now.Add(100 * time.Millisecond) {
		if now.Sub(end) > 30*time.Second {
			t.Fatalf("%d frames still wait 30 s after the end", r.Waiting())
		}
		l.step(t, now)
	}
	if err := verify(l.got, l.heads); err != nil {
		t.Error(err)
	}
}

func TestRecorderStepsUpAgain(t *testing.T) {
	r := newRecorder(t)
	r.Received(0, 10_000, time.Second) // a line of 80 kbit/s
	film(t, r, 0, 6*time.Second, func(time.Time, bool) {})
	low := r.level
	r.Received(1000, 10_000_000, time.Second)
	film(t, r, 6*time.Second, 6*time.Second, func(time.Time, bool) { r.Received(1000, 10_000_000, time.Second) })
	if low == 0 || r.level != 0 {
		t.Errorf("level %d on a slow line, %d on a quick line", low, r.level)
	}
}

func TestABatchComesAgainUntilReceived(t *testing.T) {
	r := newRecorder(t)
	film(t, r, 0, time.Second, func(time.Time, bool) {})
	first, n := r.Batch(nil)
	again, m := r.Batch(nil)
	if n == 0 || n != m || string(first) != string(again) {
		t.Errorf("%d frames, then %d", n, m)
	}
	r.Received(n, len(first), time.Second)
	next, k := r.Batch(nil)
	if k > 0 {
		frames, err := ParseBatch(next)
		if err != nil || frames[0].Index != n {
			t.Errorf("after %d frames came %v (%v)", n, frames[0], err)
		}
	}
}

func TestRecorderScalesDownAndKeepsTheShape(t *testing.T) {
	r := newRecorder(t)
	if _, err := r.Offer(noisy(1, 1280, 720), start); err != nil {
		t.Fatal(err)
	}
	if got := r.scaled.Rect; got != image.Rect(0, 0, 640, 360) {
		t.Errorf("got %v", got)
	}
}

func TestRecorderEnds(t *testing.T) {
	r := newRecorder(t)
	if ok, err := r.Offer(noisy(1, 32, 24), start.Add(-time.Second)); ok || err != nil {
		t.Errorf("a picture from before the start: %v, %v", ok, err)
	}
	if _, err := r.Offer(noisy(1, 32, 24), start.Add((MaxMillis+1)*time.Millisecond)); !errors.Is(err, ErrFull) {
		t.Errorf("got %v", err)
	}
}

func TestRecorderPrintsAndKeepsNothing(t *testing.T) {
	r := newRecorder(t)
	if _, err := r.Offer(noisy(1, 64, 48), start); err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprintf("%v %+v %#v %s", r, r, r, r); strings.Contains(s, "255 216") || strings.Contains(s, "0xff, 0xd8") {
		t.Errorf("printed %.100s", s)
	}
	data := r.frames[0].JPEG
	r.Wipe()
	if r.Waiting() != 0 || data[0] != 0 {
		t.Error("the pictures are still there")
	}
}

func BenchmarkOffer(b *testing.B) {
	img := noisy(1, 640, 480)
	b.ReportAllocs()
	r := newRecorder(b)
	for b.Loop() {
		data, err := r.encode(img, 75)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(data)))
	}
}
