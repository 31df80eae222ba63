package liveness

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/image/draw"
)

// Frames are scaled down to fit this, which is enough for a face and for its verification.
const (
	recordWidth  = 640
	recordHeight = 480
)

// level is one way to spend the line: the quality of the JPEGs and how many a second.
type level struct{ quality, rate int }

// levels step from the best picture to what a line of 1 Mbit/s carries while it is filmed.
var levels = []level{{75, 10}, {70, 9}, {64, 8}, {58, 6}, {50, 5}}

// The recorder steps down when sending what waits would take longer than backlogHigh, and up again below backlogLow.
const (
	backlogHigh = 3 * time.Second
	backlogLow  = 1 * time.Second
	settleTime  = time.Second // between two steps
	batchTime   = 2 * time.Second
	assumedRate = 125_000.0 // bytes a second, 1 Mbit/s, until the line has been measured
)

// ErrFull is returned when a recording has reached its limits.
var ErrFull = errors.New("recording is full")

// Recorder makes a recording on the desktop: it takes frames, keeps them in memory until the backend has them, and fits their size to
// the line. Offer is for the goroutine of the camera; the other methods may be called from any.
type Recorder struct {
	started time.Time

	// Of Offer alone.
	scaled  *image.RGBA
	encoded bytes.Buffer
	last    time.Time // of the last frame taken

	mu      sync.Mutex // guards the rest
	chain   *Chain
	frames  []Frame // not yet received by the backend
	waiting int     // bytes of frames
	level   int
	stepped time.Time
	line    float64 // measured bytes a second; 0 before the first batch
}

// NewRecorder begins a recording at the backend's seed. Milliseconds count from started, which must have a monotonic reading.
func NewRecorder(seed []byte, started time.Time) (*Recorder, error) {
	chain, err := NewChain(seed)
	if err != nil {
		return nil, err
	}
	return &Recorder{started: started, chain: chain, stepped: started}, nil
}

// String shows nothing of what is recorded.
func (r *Recorder) String() string { return "recording" }

// GoString is String.
func (r *Recorder) GoString() string { return r.String() }

// LogValue is String.
func (r *Recorder) LogValue() slog.Value { return slog.StringValue(r.String()) }

// Offer gives the recorder a camera's picture taken at the given time. It takes as many as its present rate asks for and says whether
// it took this one. ErrFull ends the recording.
func (r *Recorder) Offer(img image.Image, at time.Time) (bool, error) {
	quality, interval := r.pace(at)
	if at.Before(r.started) || (!r.last.IsZero() && at.Sub(r.last) < interval*9/10) {
		return false, nil
	}
	data, err := r.encode(img, quality)
	if err != nil {
		return false, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n, _ := r.chain.Head()
	ms := at.Sub(r.started).Milliseconds()
	if n >= MaxFrames || ms > MaxMillis {
		return false, ErrFull
	}
	f := Frame{Index: n, Millis: uint32(ms), JPEG: data} //nolint:gosec // between 0 and MaxMillis
	if err := r.chain.Append(&f); err != nil {
		return false, err
	}
	r.frames = append(r.frames, f)
	r.waiting += len(data)
	r.last = at
	return true, nil
}

// Head returns how many frames were hashed so far and the head to announce for them.
func (r *Recorder) Head() (frames int, head Head) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.chain.Head()
}

// Batch puts the oldest frames that the backend does not have into buf's memory: as many as the line carries in about two seconds, at
// least one. It returns no batch and 0 when none waits. The same frames come again until Received says they arrived.
func (r *Recorder) Batch(buf []byte) (batch []byte, frames int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.frames) == 0 {
		return nil, 0
	}
	room := min(int(r.lineRate()*batchTime.Seconds()), MaxBatchBytes)
	batch = NewBatch(buf)
	for i := range r.frames {
		f := &r.frames[i]
		if frames > 0 && len(batch)+frameHeader+len(f.JPEG) > room {
			break
		}
		next, err := AppendFrame(batch, f)
		if err != nil {
			break // no room: every frame here has passed its own check
		}
		batch, frames = next, frames+1
	}
	return batch, frames
}

// Received tells that the backend has all frames before the given count, and that sending bytes took this long (0 if nothing was sent,
// as when a recording is resumed). Their memory is freed.
func (r *Recorder) Received(count, bytes int, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if took > 0 && bytes > 0 {
		rate := float64(bytes) / took.Seconds()
		if r.line == 0 {
			r.line = rate
		}
		r.line += (rate - r.line) * 0.4
	}
	for len(r.frames) > 0 && r.frames[0].Index < count {
		r.waiting -= len(r.frames[0].JPEG)
		clear(r.frames[0].JPEG)
		r.frames[0] = Frame{}
		r.frames = r.frames[1:]
	}
}

// Waiting returns how many frames the backend does not have yet.
func (r *Recorder) Waiting() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.frames)
}

// Wipe forgets the pictures. The recorder is of no use afterwards.
func (r *Recorder) Wipe() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.frames {
		clear(r.frames[i].JPEG)
	}
	r.frames, r.waiting = nil, 0
}

func (r *Recorder) lineRate() float64 {
	if r.line == 0 {
		return assumedRate
	}
	return r.line
}

// pace steps through the levels as the backlog grows and shrinks.
func (r *Recorder) pace(now time.Time) (quality int, interval time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.stepped) >= settleTime {
		backlog := time.Duration(float64(r.waiting) / r.lineRate() * float64(time.Second))
		switch {
		case backlog > backlogHigh && r.level < len(levels)-1:
			r.level++
			r.stepped = now
		case backlog < backlogLow && r.level > 0:
			r.level--
			r.stepped = now
		}
	}
	l := levels[r.level]
	return l.quality, time.Second / time.Duration(l.rate)
}

// encode makes the JPEG of a frame, scaled down if need be.
func (r *Recorder) encode(img image.Image, quality int) ([]byte, error) {
	img = r.fit(img)
	for ; ; quality -= 15 {
		r.encoded.Reset()
		if err := jpeg.Encode(&r.encoded, img, &jpeg.Options{Quality: quality}); err != nil {
			return nil, fmt.Errorf("encode a frame: %w", err)
		}
		if r.encoded.Len() <= MaxFrameBytes {
			return slices.Clone(r.encoded.Bytes()), nil
		}
		if quality <= 20 {
			return nil, fmt.Errorf("%w: the picture does not fit a frame", ErrLimit)
		}
	}
}

func (r *Recorder) fit(img image.Image) image.Image {
	b := img.Bounds()
	if b.Dx() <= recordWidth && b.Dy() <= recordHeight {
		return img
	}
	scale := min(float64(recordWidth)/float64(b.Dx()), float64(recordHeight)/float64(b.Dy()))
	size := image.Rect(0, 0, max(int(float64(b.Dx())*scale), 1), max(int(float64(b.Dy())*scale), 1))
	if r.scaled == nil || r.scaled.Rect != size {
		r.scaled = image.NewRGBA(size)
	}
	draw.ApproxBiLinear.Scale(r.scaled, size, img, b, draw.Src, nil)
	return r.scaled
}
