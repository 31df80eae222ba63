package camera

import (
	"context"
	"image"
	"sync"
	"testing"
	"time"
)

// reel is a system whose one camera plays what a test sends it.
type reel struct {
	feed chan func() (Frame, error)

	mu           sync.Mutex
	open, opened int
	refuse       error
}

func newReel() *reel { return &reel{feed: make(chan func() (Frame, error))} }

func (r *reel) List(context.Context) ([]Device, error) { return []Device{{ID: "reel"}}, nil }

func (r *reel) Open(context.Context, string, Format) (Stream, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refuse != nil {
		return nil, r.refuse
	}
	r.open++
	r.opened++
	return &reelStream{r}, nil
}

func (r *reel) counts() (open, opened int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.open, r.opened
}

type reelStream struct{ *reel }

func (s *reelStream) Next(ctx context.Context) (Frame, error) {
	select {
	case <-ctx.Done():
		return Frame{}, ctx.Err()
	case f := <-s.feed:
		return f()
	}
}

func (s *reelStream) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	return nil
}

// play sends one frame taken at the given time after start.
func (r *reel) play(t *testing.T, data []byte, at time.Duration) {
	t.Helper()
	r.send(t, func() (Frame, error) {
		f, err := FromJPEG(data, nil)
		f.At = time.Unix(0, 0).Add(at)
		return f, err
	})
}

func (r *reel) send(t *testing.T, f func() (Frame, error)) {
	t.Helper()
	select {
	case r.feed <- f:
	case <-time.After(10 * time.Second):
		t.Fatal("the pump does not read")
	}
}

// watched is a preview with its events on channels.
type watched struct {
	*Preview
	ready  chan struct{}
	frames chan uint64
	failed chan error
}

func watch(t *testing.T, sys System) watched {
	w := watched{ready: make(chan struct{}, 100), frames: make(chan uint64, 100), failed: make(chan error, 100)}
	w.Preview = NewPreview(sys, Events{
		Ready:  func() { w.ready <- struct{}{} },
		Frame:  func(f *Frame) { w.frames <- f.Seq },
		Failed: func(err error) { w.failed <- err },
	})
	t.Cleanup(w.Close)
	return w
}

func await[T any](t *testing.T, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

func TestPreviewShowsTheNewestAndKeepsTheJPEG(t *testing.T) {
	r := newReel()
	p := watch(t, r)
	if _, err := p.Shot(); err == nil {
		t.Error("a shot before the first frame")
	}
	p.Open(t.Context(), "", Format{})
	small, large := jpegOf(t, 32, 24), jpegOf(t, 64, 48)
	r.play(t, small, 0)
	await(t, p.frames)
	r.play(t, large, time.Second)
	await(t, p.frames)
	if got := p.Take(); got.Bounds() != image.Rect(0, 0, 64, 48) {
		t.Errorf("the window got %v", got.Bounds())
	}
	if shot, err := p.Shot(); err != nil || string(shot) != string(large) {
		t.Errorf("the shot has %d bytes (%v), the camera's had %d", len(shot), err, len(large))
	}
	if len(p.ready) != 1 {
		t.Errorf("%d announcements before the first Take, want 1", len(p.ready))
	}
}

func TestPreviewNeverWritesIntoTheWindowsPicture(t *testing.T) {
	r := newReel()
	p := watch(t, r)
	p.Open(t.Context(), "", Format{})
	data := jpegOf(t, 32, 24)
	r.play(t, data, 0)
	await(t, p.frames)
	mine := p.Take()
	mine.Pix[0] = 123
	for i := range 6 {
		r.play(t, data, time.Duration(i+1)*time.Second)
		await(t, p.frames)
	}
	if mine.Pix[0] != 123 {
		t.Error("the pump wrote into the picture that the window holds")
	}
	if p.Take() == mine {
		t.Error("no newer picture came")
	}
}

func TestPreviewDropsWhatComesTooFast(t *testing.T) {
	r := newReel()
	p := watch(t, r)
	p.Open(t.Context(), "", Format{})
	r.play(t, jpegOf(t, 32, 24), 0)
	await(t, p.frames)
	shown := p.Take()
	r.play(t, jpegOf(t, 32, 24), 10*time.Millisecond)
	await(t, p.frames)
	if p.Take() != shown {
		t.Error("a frame 10 ms later was decoded for the window")
	}
}

func TestPreviewDecodesNothingForABusyWindow(t *testing.T) {
	r := newReel()
	frames := make(chan uint64, 100)
	p := NewPreview(r, Events{Idle: func() bool { return false }, Frame: func(f *Frame) { frames <- f.Seq }})
	t.Cleanup(p.Close)
	p.Open(t.Context(), "", Format{})
	first, second, third := jpegOf(t, 32, 24), jpegOf(t, 48, 36), jpegOf(t, 64, 48)
	r.play(t, first, 0)
	await(t, frames)
	r.play(t, second, maxUnshown/2)
	await(t, frames)
	if shot, err := p.Shot(); err != nil || string(shot) != string(first) {
		t.Errorf("a frame was decoded although the window was busy (%v)", err)
	}
	r.play(t, third, maxUnshown)
	await(t, frames)
	if shot, err := p.Shot(); err != nil || string(shot) != string(third) {
		t.Errorf("the shutter's picture grew old (%v)", err)
	}
}

func TestPreviewSkipsBadFramesAndReportsAFaultOnce(t *testing.T) {
	r := newReel()
	p := watch(t, r)
	p.Open(t.Context(), "", Format{})
	whole := jpegOf(t, 32, 24)
	r.play(t, whole[:100], 0)
	r.play(t, whole, time.Second)
	await(t, p.frames)
	r.send(t, func() (Frame, error) { return Frame{}, &Error{Fault: Unplugged} })
	if err := await(t, p.failed); Kind(err) != Unplugged {
		t.Errorf("got %v", err)
	}
	p.Close()
	if open, _ := r.counts(); open != 0 || len(p.failed) != 0 {
		t.Errorf("%d streams left open, %d more reports", open, len(p.failed))
	}
}

func TestPreviewGivesUpOnACameraOfBadFramesOnly(t *testing.T) {
	r := newReel()
	p := watch(t, r)
	p.Open(t.Context(), "", Format{})
	for range maxBadFrames {
		r.play(t, []byte("no picture"), 0)
	}
	if err := await(t, p.failed); Kind(err) != BadFrame && Kind(err) != Stalled {
		t.Errorf("got %v", err)
	}
}

func TestPreviewOpensAgainAfterAFailure(t *testing.T) {
	r := newReel()
	r.refuse = &Error{Fault: Busy}
	p := watch(t, r)
	p.Open(t.Context(), "", Format{})
	if err := await(t, p.failed); Kind(err) != Busy {
		t.Errorf("got %v", err)
	}
	r.mu.Lock()
	r.refuse = nil
	r.mu.Unlock()
	p.Open(t.Context(), "", Format{})
	r.play(t, jpegOf(t, 32, 24), 0)
	await(t, p.ready)
	p.Open(t.Context(), "", Format{}) // another camera, say: the first is freed before
	r.play(t, jpegOf(t, 32, 24), 0)
	await(t, p.ready)
	if open, opened := r.counts(); open != 1 || opened != 2 {
		t.Errorf("%d open of %d", open, opened)
	}
	p.Close()
	p.Close()
	if open, _ := r.counts(); open != 0 {
		t.Errorf("%d streams left open", open)
	}
}

func TestMirrorTurnsTheShownPictureOnly(t *testing.T) {
	r := newReel()
	p := watch(t, r)
	p.SetMirror(true)
	p.Open(t.Context(), "", Format{})
	data := jpegOf(t, 64, 48)
	r.play(t, data, 0)
	await(t, p.frames)
	img := p.Take()
	if left, right := img.RGBAAt(2, 10).R, img.RGBAAt(61, 10).R; left < right {
		t.Errorf("red is %d on the left and %d on the right: not mirrored", left, right)
	}
	if shot, _ := p.Shot(); string(shot) != string(data) {
		t.Error("the shot was changed")
	}
}

func TestWatchTellsWhatChanges(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lists := make(chan []Device)
	seen := make(chan []Device)
	go Watch(ctx, listing(lists), time.Millisecond, func(d []Device) { seen <- d })
	one := []Device{{ID: "a", Name: "A"}}
	lists <- nil
	if d := await(t, seen); len(d) != 0 {
		t.Errorf("first %v", d)
	}
	lists <- nil
	lists <- one
	if d := await(t, seen); len(d) != 1 {
		t.Errorf("then %v", d)
	}
	cancel()
}

type listing chan []Device

func (l listing) List(ctx context.Context) ([]Device, error) {
	select {
	case d := <-l:
		return d, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (listing) Open(context.Context, string, Format) (Stream, error) { return nil, NoDevice }

func BenchmarkPreview(b *testing.B) {
	data := jpegOf(b, 640, 480)
	p := NewPreview(nil, Events{})
	var next *image.RGBA
	var shown time.Time
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		f, err := FromJPEG(data, nil)
		if err != nil {
			b.Fatal(err)
		}
		f.At = time.Unix(int64(i), 0)
		if next, err = p.handle(&f, next, &shown); err != nil {
			b.Fatal(err)
		}
		p.Take()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
}

func BenchmarkPreviewRaw(b *testing.B) {
	raw := rawFormat{pixelYUYV, 640, 480, 1280}
	data := make([]byte, raw.size())
	p := NewPreview(nil, Events{})
	var pic *image.YCbCr
	var next *image.RGBA
	var shown time.Time
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		var err error
		if pic, err = raw.unpack(pic, data); err != nil {
			b.Fatal(err)
		}
		f := Frame{At: time.Unix(int64(i), 0), Width: 640, Height: 480, Picture: pic}
		if next, err = p.handle(&f, next, &shown); err != nil {
			b.Fatal(err)
		}
		p.Take()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
}

func TestOpenDoesNotWaitForTheCameraBefore(t *testing.T) {
	r := newReel()
	p := watch(t, r)
	p.Open(t.Context(), "", Format{})
	hang := make(chan struct{})
	r.send(t, func() (Frame, error) {
		<-hang
		return Frame{}, &Error{Fault: BadFrame}
	})
	p.Open(t.Context(), "", Format{}) // returns although the driver hangs
	if open, opened := r.counts(); open != 1 || opened != 1 {
		t.Errorf("%d open of %d: the second camera did not wait for the first", open, opened)
	}
	close(hang)
	r.play(t, jpegOf(t, 32, 24), 0)
	await(t, p.ready)
	if open, opened := r.counts(); open != 1 || opened != 2 {
		t.Errorf("%d open of %d", open, opened)
	}
}
