package camera

import (
	"context"
	"errors"
	"image"
	"image/draw"
	"sync"
	"sync/atomic"
	"time"
)

// maxBadFrames in a row end a stream as [Stalled]: at 30 frames a second, about the stall timeout.
const maxBadFrames = 150

// previewRate is how many pictures a second are decoded for a window; what comes faster is dropped before decoding.
const previewRate = 30

// Preview pumps frames from a camera to a window. It owns one goroutine between Open and Close.
//
// Pictures go through three buffers that change places: the pump fills one, one lies ready, one belongs to the window. Thus nobody
// waits for anybody, no picture is torn, and a slow window skips pictures instead of queueing them.
//
// The functions in Events are called from the pump's goroutine and must return soon. They must not call Open or Close and must not
// wait for a goroutine that does; a window posts them to its own loop.
type Preview struct {
	sys    System
	events Events
	mirror atomic.Bool

	life   sync.Mutex // guards cancel and done: one Open or Close at a time
	cancel context.CancelFunc
	done   chan struct{}

	mu        sync.Mutex // guards the rest
	ready     *image.RGBA
	front     *image.RGBA
	fresh     bool // ready is newer than front
	announced bool // Ready was called and Take was not
	last      Frame
	haveLast  bool
}

// Events are what a preview tells, and asks. Each may be nil.
type Events struct {
	Idle   func() bool  // whether a picture could be shown now; while not, frames are not decoded for the window. nil: always
	Ready  func()       // a picture waits in Take; not called again before Take was
	Frame  func(*Frame) // every whole frame, shown or not, to be recorded or analysed; valid during the call only
	Failed func(error)  // the stream is over, with a fault that Kind finds; at most once for each Open
}

// NewPreview makes a preview that shows nothing yet.
func NewPreview(sys System, events Events) *Preview {
	return &Preview{sys: sys, events: events}
}

// SetMirror turns the shown picture left to right, as people know themselves from a mirror. Frames and shots are never mirrored.
func (p *Preview) SetMirror(on bool) { p.mirror.Store(on) }

// Open starts showing a camera and returns at once, so that a window may call it. What was open before is closed first, by the new pump. It
// may be called again after a failure.
func (p *Preview) Open(ctx context.Context, id string, want Format) {
	p.life.Lock()
	defer p.life.Unlock()
	before := p.done
	if p.cancel != nil {
		p.cancel()
	}
	ctx, p.cancel = context.WithCancel(ctx)
	p.done = make(chan struct{})
	p.forget()
	go func(done chan struct{}) {
		defer close(done)
		if before != nil {
			<-before
			p.forget() // what the last pump showed since
		}
		if ctx.Err() != nil {
			return
		}
		err := p.run(ctx, id, want)
		if ctx.Err() == nil && err != nil && p.events.Failed != nil {
			p.events.Failed(err)
		}
	}(p.done)
}

// Close stops the pump, frees the camera and waits until both are done. A camera that hangs in its driver can take a second.
func (p *Preview) Close() {
	p.life.Lock()
	defer p.life.Unlock()
	if p.cancel == nil {
		return
	}
	p.cancel()
	<-p.done
	p.cancel, p.done = nil, nil
	p.forget()
}

// forget drops the pictures of a camera that is no longer shown.
func (p *Preview) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fresh, p.announced, p.haveLast, p.last = false, false, false, Frame{}
}

// Take returns the newest picture, or nil before the first. The picture belongs to the caller until the next Take, so only one
// goroutine (the window's) may call it.
func (p *Preview) Take() *image.RGBA {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.announced = false
	if p.fresh {
		p.front, p.ready, p.fresh = p.ready, p.front, false
	}
	return p.front
}

// ErrNoFrameYet is returned by [Preview.Shot] before the first frame.
var ErrNoFrameYet = errors.New("wait for the first picture of the camera")

// Shot returns the newest frame as a JPEG: the camera's own bytes where there are such. It is not mirrored.
func (p *Preview) Shot() ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.haveLast {
		return nil, ErrNoFrameYet
	}
	return p.last.Encode(95)
}

func (p *Preview) run(ctx context.Context, id string, want Format) (err error) {
	stream, err := p.sys.Open(ctx, id, want)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stream.Close()) }()
	var (
		back  *image.RGBA
		shown time.Time
		bad   int
	)
	for {
		frame, err := stream.Next(ctx)
		if err == nil {
			back, err = p.handle(&frame, back, &shown)
		}
		switch {
		case err == nil:
			bad = 0
		case ctx.Err() != nil:
			return nil
		case Kind(err) != BadFrame:
			return err
		default:
			if bad++; bad >= maxBadFrames {
				return &Error{Stalled, err}
			}
		}
	}
}

// handle passes a frame on and, if one is due, shows it. It returns the buffer to fill next.
func (p *Preview) handle(f *Frame, back *image.RGBA, shown *time.Time) (*image.RGBA, error) {
	if p.due(f.At, *shown) {
		img, err := f.Decode()
		if err != nil {
			return back, err
		}
		back = fill(back, img)
		if p.mirror.Load() {
			mirror(back)
		}
		*shown = f.At
		p.keep(f)
		back = p.publish(back)
	}
	if p.events.Frame != nil {
		p.events.Frame(f)
	}
	return back, nil
}

// keep holds a frame for the shutter. Only frames that could be decoded are kept.
func (p *Preview) keep(f *Frame) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f.CopyInto(&p.last)
	p.haveLast = true
}

// maxUnshown is how old the picture of the shutter may become while the window is not idle.
const maxUnshown = 200 * time.Millisecond

// due allows a tenth of the interval early, so that a camera of exactly the preview's rate is not halved by jitter.
func (p *Preview) due(at, shown time.Time) bool {
	switch {
	case shown.IsZero():
		return true
	case at.Sub(shown) >= maxUnshown:
		return true
	case p.events.Idle != nil && !p.events.Idle():
		return false
	}
	return at.Sub(shown) >= time.Second/previewRate*9/10
}

func (p *Preview) publish(img *image.RGBA) (next *image.RGBA) {
	p.mu.Lock()
	next, p.ready, p.fresh = p.ready, img, true
	tell := !p.announced && p.events.Ready != nil
	p.announced = true
	p.mu.Unlock()
	if tell {
		p.events.Ready()
	}
	return next
}

// fill draws img into dst, or into a new picture if dst has another size.
func fill(dst *image.RGBA, img image.Image) *image.RGBA {
	b := img.Bounds()
	if dst == nil || dst.Rect.Dx() != b.Dx() || dst.Rect.Dy() != b.Dy() {
		dst = image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	}
	draw.Draw(dst, dst.Rect, img, b.Min, draw.Src)
	return dst
}

// mirror swaps left and right in place.
func mirror(img *image.RGBA) {
	w := img.Rect.Dx()
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride : y*img.Stride+4*w]
		for a, b := 0, 4*(w-1); a < b; a, b = a+4, b-4 {
			l, r := [4]byte(row[a:]), [4]byte(row[b:])
			copy(row[a:], r[:])
			copy(row[b:], l[:])
		}
	}
}
