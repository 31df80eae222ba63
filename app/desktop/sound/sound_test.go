package sound

import (
	"errors"
	"log/slog"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recorder is a device that ends nothing by itself and writes down what it is given.
type recorder struct {
	mu      sync.Mutex
	lengths []int
	stopped int
	heard   chan struct{}
}

func (r *recorder) play(pcm []byte) (func(), <-chan struct{}) {
	r.mu.Lock()
	r.lengths = append(r.lengths, len(pcm))
	r.mu.Unlock()
	r.heard <- struct{}{}
	return func() {
		r.mu.Lock()
		r.stopped++
		r.mu.Unlock()
	}, make(chan struct{})
}

func TestANewSoundEndsTheOneBefore(t *testing.T) {
	t.Parallel()
	r := &recorder{heard: make(chan struct{})}
	p := newPlayer(slog.New(slog.DiscardHandler), func() (output, error) { return r, nil })
	p.Play("kk", "left")
	<-r.heard
	p.Play("kk", "done", "screen")
	<-r.heard
	p.Close()
	if len(r.lengths) != 2 || r.stopped != 2 {
		t.Fatalf("played %v, stopped %d", r.lengths, r.stopped)
	}
	// 16 bits, two channels, twice the samples of the files: 0.70 s, and 0.50 and 1.59 s.
	for i, seconds := range []float64{0.699, 2.088} {
		if got := float64(r.lengths[i]) / 4 / sampleRate; got < seconds-0.02 || got > seconds+0.02 {
			t.Errorf("sound %d lasts %.3f s, want %.3f", i, got, seconds)
		}
	}
}

func TestWithoutADeviceAllIsSilent(t *testing.T) {
	t.Parallel()
	opened := make(chan struct{}, 10)
	p := newPlayer(slog.New(slog.DiscardHandler), func() (output, error) {
		opened <- struct{}{}
		return nil, errors.New("none")
	})
	p.Play("ru", "left")
	<-opened
	for range 100 {
		p.Play("ru", "right")
	}
	p.Close()
	p.Play("ru", "up") // after the end, too
	if len(opened) != 0 {
		t.Error("a device that is not there was asked for again and again")
	}
}

func TestTheSystemsOwnDeviceOrNone(t *testing.T) {
	t.Parallel()
	if _, err := openDevice(); err != nil {
		t.Logf("here: %v", err)
		p := New(slog.New(slog.DiscardHandler))
		p.Play("en", "good")
		p.Close()
	}
}

func TestASoundThatIsMissingIsPassedOver(t *testing.T) {
	t.Parallel()
	p := &Player{log: slog.New(slog.DiscardHandler)}
	if n := len(p.frames(request{"en", []string{"nonsense"}})); n != 0 {
		t.Errorf("nonsense has %d bytes", n)
	}
	alone, both := len(p.frames(request{"en", []string{"done"}})), len(p.frames(request{"en", []string{"nonsense", "done"}}))
	if alone == 0 || alone != both {
		t.Errorf("%d bytes alone, %d with nonsense before", alone, both)
	}
}
