//go:build demo

// Package synthetic has cameras that are not there: for demonstrations, for tests, and for support staff who replay a citizen's trouble.
//
// A [Device] plays a [Source] at real pace: a [Person] (a portrait brought to life by package puppet, who does what is asked, reflects the
// screen's colours and shows a document) or
// [Files] (pictures from a folder or an .mjpeg file, or filmed beforehand). Devices stand in a [System], which is a camera.System like that of real
// cameras; above the Stream interface nobody can tell them apart. [Faults] make a device fail as real ones do, on demand.
//
// The package exists only under the build tag demo: a program that can invent a face has no place on a citizen's computer.
package synthetic

import (
	"context"
	"errors"
	"image"
	"sync"
	"time"

	"qoltanba/capture/camera"
)

// Source makes the pictures of a device.
type Source interface {
	// JPEG returns picture n of a stream. The bytes hold until the next call.
	JPEG(n uint64, want camera.Format) ([]byte, error)
}

// Raw is a source whose device does not compress, which spares both sides the work.
type Raw interface {
	Source
	// Picture returns picture n of a stream. It holds until the next call.
	Picture(n uint64, want camera.Format) (*image.YCbCr, error)
}

// Faults say how a device fails. Counts are frames since Open; 0 means never.
type Faults struct {
	Open     camera.Fault // opening fails in this way
	UnplugAt uint64       // the device goes away, and comes back by Plug
	StallAt  uint64       // no frame any more
	BadEvery uint64       // every such frame is cut off in the middle
	Stall    time.Duration
}

// Device is one synthetic camera. It is safe for concurrent use and, like a real one, open once at a time.
type Device struct {
	info   camera.Device
	source Source

	mu     sync.Mutex
	faults Faults
	away   bool
	open   bool
}

// NewDevice makes a device that is plugged in and works.
func NewDevice(id, name string, source Source) *Device {
	return &Device{info: camera.Device{ID: id, Name: name}, source: source}
}

// SetFaults changes how the device fails, from the next frame or Open on.
func (d *Device) SetFaults(f Faults) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = f
}

// Plug puts the device in or, with false, pulls it out.
func (d *Device) Plug(in bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.away = !in
}

func (d *Device) state() (Faults, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.faults, d.away
}

func (d *Device) start(want camera.Format) (camera.Stream, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.away:
		return nil, &camera.Error{Fault: camera.NoDevice}
	case d.faults.Open != "":
		return nil, &camera.Error{Fault: d.faults.Open}
	case d.open:
		return nil, &camera.Error{Fault: camera.Busy}
	}
	d.open = true
	return &stream{device: d, want: want, next: time.Now()}, nil
}

// System holds devices.
type System struct{ devices []*Device }

// NewSystem returns a system of the given devices, listed in this order.
func NewSystem(devices ...*Device) *System { return &System{devices} }

// List returns the devices that are plugged in.
func (s *System) List(ctx context.Context) ([]camera.Device, error) {
	var list []camera.Device
	for _, d := range s.devices {
		if _, away := d.state(); !away {
			list = append(list, d.info)
		}
	}
	return list, ctx.Err()
}

// Open starts a device, or the first one for an empty id.
func (s *System) Open(ctx context.Context, id string, want camera.Format) (camera.Stream, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, d := range s.devices {
		if _, away := d.state(); d.info.ID == id || (id == "" && !away) {
			return d.start(want.OrDefault())
		}
	}
	return nil, &camera.Error{Fault: camera.NoDevice}
}

// stream paces a source by the clock. One that is read too slowly skips pictures, as a camera does.
type stream struct {
	device *Device
	want   camera.Format
	n      uint64 // frames given
	shown  uint64 // number of the picture that is due, with those that were skipped
	next   time.Time
	closed bool
}

func (s *stream) Next(ctx context.Context) (camera.Frame, error) {
	faults, away := s.device.state()
	switch {
	case s.closed:
		return camera.Frame{}, &camera.Error{Fault: camera.Unplugged, Cause: errors.New("the stream is closed")}
	case away:
		return camera.Frame{}, &camera.Error{Fault: camera.Unplugged}
	case faults.UnplugAt > 0 && s.n >= faults.UnplugAt:
		s.device.Plug(false)
		return camera.Frame{}, &camera.Error{Fault: camera.Unplugged}
	case faults.StallAt > 0 && s.n >= faults.StallAt:
		return camera.Frame{}, s.stall(ctx, faults.Stall)
	}
	if err := s.wait(ctx, time.Until(s.next)); err != nil {
		return camera.Frame{}, err
	}
	n := s.n
	s.n++
	at := time.Now()
	interval := time.Second / time.Duration(s.want.Rate)
	if s.next = s.next.Add(interval); at.Sub(s.next) > interval {
		s.shown += uint64(at.Sub(s.next) / interval) //nolint:gosec // not negative
		s.next = at
	}
	f, err := s.take(faults.BadEvery > 0 && n%faults.BadEvery == faults.BadEvery-1)
	s.shown++
	f.Seq, f.At = n, at
	return f, err
}

// take gets the picture that is due from the source.
func (s *stream) take(bad bool) (camera.Frame, error) {
	if raw, ok := s.device.source.(Raw); ok {
		img, err := raw.Picture(s.shown, s.want)
		if err == nil && bad {
			err = errors.New("the picture is cut off")
		}
		if err != nil {
			return camera.Frame{}, &camera.Error{Fault: camera.BadFrame, Cause: err}
		}
		return camera.Frame{Width: img.Rect.Dx(), Height: img.Rect.Dy(), Picture: img}, nil
	}
	data, err := s.device.source.JPEG(s.shown, s.want)
	if err != nil {
		return camera.Frame{}, &camera.Error{Fault: camera.BadFrame, Cause: err}
	}
	if bad {
		data = data[:len(data)/2]
	}
	return camera.FromJPEG(data, nil)
}

func (s *stream) stall(ctx context.Context, d time.Duration) error {
	if d == 0 {
		d = camera.StallTimeout
	}
	if err := s.wait(ctx, d); err != nil {
		return err
	}
	return &camera.Error{Fault: camera.Stalled}
}

func (*stream) wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

func (s *stream) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	s.device.mu.Lock()
	defer s.device.mu.Unlock()
	s.device.open = false
	return nil
}
