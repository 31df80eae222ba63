// Package camera shows cameras of every system through one interface.
//
// A [System] lists devices and opens a [Stream]; a stream gives one [Frame] after another. A frame keeps the JPEG that the camera
// made, if it made one, so that it can be sent on without loss, and decodes it only when somebody asks for pixels. [Preview] is the
// pump between a stream and a window: it owns the goroutine, drops frames rather than queue them, and reuses its buffers.
//
// Invariants:
//   - A frame's bytes belong to the stream and hold until the next call of Next; [Frame.CopyInto] keeps them longer.
//   - Frames carry the size that the picture really has. Drivers change what they were asked for, and some do not say so.
//   - Every failure is one of the faults below, found by [Kind]. [BadFrame] concerns one frame only and the stream goes on; after any
//     other fault the stream is to be closed.
//   - Frames are pictures of people: they never print themselves.
//
// On Linux the cameras are V4L2 devices, in pure Go. On Windows and macOS they come from DirectShow and AVFoundation through
// pion/mediadevices, which needs cgo; without it the list is empty. What DirectShow's driver cannot read is left to Media Foundation. Package
// synthetic adds cameras that are not there, v4l2test makes the kernel's test drivers fail.
package camera

import (
	"context"
	"time"
)

// System is the set of cameras that a computer has. Implementations are safe for concurrent use.
type System interface {
	// List returns the cameras present now, in a stable order. A camera that may not be opened is listed all the same, so that
	// opening it can say why. No camera at all is an empty list and no error.
	List(ctx context.Context) ([]Device, error)
	// Open starts a camera. An empty id means the first of the list. The size in want is a wish; frames tell the real one.
	Open(ctx context.Context, id string, want Format) (Stream, error)
}

// Device is one camera.
type Device struct {
	ID   string // stays the same when the program restarts or the camera is put back into the same socket
	Name string // as the maker calls it, for people to choose by
}

// Format is a wish for a stream. Zero values mean [DefaultFormat].
type Format struct {
	Width, Height int // pixels
	Rate          int // frames per second
}

// DefaultFormat is what every webcam offers. A recording takes of it what its line carries.
var DefaultFormat = Format{Width: 640, Height: 480, Rate: 30}

// OrDefault fills zero fields from [DefaultFormat].
func (f Format) OrDefault() Format {
	if f.Width <= 0 || f.Height <= 0 {
		f.Width, f.Height = DefaultFormat.Width, DefaultFormat.Height
	}
	if f.Rate <= 0 {
		f.Rate = DefaultFormat.Rate
	}
	return f
}

// StallTimeout is how long a stream waits for a frame before it gives up with [Stalled].
const StallTimeout = 5 * time.Second

// Stream is an open camera. Next and Close are called by one goroutine.
type Stream interface {
	// Next waits for a frame. It ends with ctx's error when ctx ends, with [BadFrame] for a frame to be skipped, and with another
	// fault when the stream is over.
	Next(ctx context.Context) (Frame, error)
	// Close frees the camera. It may be called more than once.
	Close() error
}

// Watch calls changed with the list of cameras, at once and whenever it has changed, until ctx ends. A list that can't be had
// counts as empty.
func Watch(ctx context.Context, sys System, every time.Duration, changed func([]Device)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var last []Device
	for first := true; ; first = false {
		now, err := sys.List(ctx)
		if err != nil {
			now = nil
		}
		if ctx.Err() != nil {
			return
		}
		if first || !sameDevices(last, now) {
			last = now
			changed(now)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func sameDevices(a, b []Device) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
