package desktop

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"sync/atomic"
	"time"

	"qoltanba/app/desktop/part"
	"qoltanba/app/journey"
	"qoltanba/capture/camera"
)

// feed brings the camera's pictures to the screen, and its frames to the recording. After a fault it tries again by itself, so that the
// picture comes back when the camera does.
type feed struct {
	ctx     context.Context
	sys     camera.System
	preview *camera.Preview
	ui      func(func()) // posts to the interface's goroutine
	spawn   func(func())
	changed func()

	watch     func(*camera.Frame) // sees every frame
	target    atomic.Pointer[part.Preview]
	recording atomic.Pointer[chan journey.Frame]

	// The rest belongs to the interface's goroutine.
	wanted  bool
	format  camera.Format
	device  string
	devices []camera.Device
	fault   error // why there is no picture; nil while there is one or it is starting
	live    bool
	trying  bool // a camera was opened and has neither shown a picture nor failed
	tried   time.Time
	listing bool
}

// retryEvery is how often a camera that failed is tried again.
const retryEvery = 2 * time.Second

// listTime is how long the system may take to name its cameras.
const listTime = 20 * time.Second

// newFeed makes a feed that tells, on the interface's goroutine, when something has changed. What it does beside the interface it spawns.
func newFeed(ctx context.Context, sys camera.System, ui, spawn func(func()), changed func()) *feed {
	f := &feed{ctx: ctx, sys: sys, ui: ui, spawn: spawn, changed: changed, watch: func(*camera.Frame) {}}
	f.preview = camera.NewPreview(sys, camera.Events{Idle: f.idle, Ready: f.ready, Frame: f.frame, Failed: f.failed})
	return f
}

// aim says which picture on the screen shows the camera; nil for none.
func (f *feed) aim(p *part.Preview) { f.target.Store(p) }

// idle says whether a picture would be shown. It runs on the pump's goroutine.
func (f *feed) idle() bool {
	target := f.target.Load()
	return target != nil && target.Idle()
}

// ready runs on the pump's goroutine, the only one that takes pictures.
func (f *feed) ready() {
	picture := f.preview.Take()
	if target := f.target.Load(); target != nil && picture != nil {
		target.Feed(picture)
	}
	f.ui(func() {
		if f.live || !f.wanted {
			return
		}
		f.live, f.trying, f.fault = true, false, nil
		f.changed()
	})
}

func (f *feed) frame(frame *camera.Frame) {
	f.watch(frame)
	out := f.recording.Load()
	if out == nil {
		return
	}
	data, err := frame.Encode(80)
	if err != nil {
		return
	}
	select {
	case *out <- journey.Frame{JPEG: data, At: frame.At}:
	default: // the recording takes what it can; the rest is dropped
	}
}

func (f *feed) failed(err error) {
	f.ui(func() {
		f.live, f.trying, f.fault = false, false, err
		f.changed()
	})
}

// documentFormat has enough pixels for the small print of a card that takes half of the picture's width.
var documentFormat = camera.Format{Width: 1280, Height: 720, Rate: 30}

// want opens the camera, or lets it go. It opens it anew where it gives another format.
func (f *feed) want(on bool, format camera.Format) {
	if on == f.wanted && (!on || format == f.format) {
		return
	}
	f.wanted, f.format = on, format
	if on {
		f.live, f.fault = false, nil
		f.open()
		f.list()
		return
	}
	f.live, f.trying, f.fault = false, false, nil
	f.preview.Close()
}

// choose takes another camera of the list.
func (f *feed) choose(index int) {
	if index < 0 || index >= len(f.devices) || f.devices[index].ID == f.device {
		return
	}
	f.device, f.live, f.fault = f.devices[index].ID, false, nil
	f.open()
}

func (f *feed) open() {
	f.tried, f.trying = time.Now(), true
	f.preview.Open(f.ctx, f.device, f.format)
}

// tick tries a failed camera again, once the last try has failed too: some take seconds to their first picture. The list is looked at as
// well: another camera may have come.
func (f *feed) tick() {
	if f.wanted && f.fault != nil && !f.trying && time.Since(f.tried) >= retryEvery {
		if errors.Is(f.fault, camera.NoDevice) || errors.Is(f.fault, camera.Unplugged) {
			f.device = ""
		}
		f.open()
		f.list()
	}
}

func (f *feed) list() {
	if f.listing {
		return
	}
	f.listing = true
	f.spawn(func() {
		ctx, cancel := context.WithTimeout(f.ctx, listTime)
		defer cancel()
		devices, err := f.sys.List(ctx)
		f.ui(func() {
			f.listing = false
			if err == nil && f.ctx.Err() == nil && !sameNames(devices, f.devices) {
				f.devices = devices
				f.changed()
			}
		})
	})
}

func sameNames(a, b []camera.Device) bool {
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

func (f *feed) names() (names []string, chosen int) {
	for i, d := range f.devices {
		names = append(names, d.Name)
		if d.ID == f.device {
			chosen = i
		}
	}
	return names, chosen
}

// shoot gives the newest frame as JPEG and as a picture.
func (f *feed) shoot() ([]byte, image.Image, error) {
	data, err := f.preview.Shot()
	if err != nil {
		return nil, nil, err
	}
	picture, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, nil, &camera.Error{Fault: camera.BadFrame, Cause: err}
	}
	return data, picture, nil
}

// record gives the frames from now on; stop ends it.
func (f *feed) record() (source journey.FrameSource, stop func()) {
	frames := make(chan journey.Frame, 2)
	f.recording.Store(&frames)
	source = func(ctx context.Context) (journey.Frame, error) {
		stall := time.NewTimer(camera.StallTimeout)
		defer stall.Stop()
		select {
		case frame := <-frames:
			return frame, nil
		case <-stall.C:
			return journey.Frame{}, camera.Stalled
		case <-ctx.Done():
			return journey.Frame{}, ctx.Err()
		}
	}
	return source, func() { f.recording.Store(nil) }
}

func (f *feed) close() {
	f.target.Store(nil)
	f.preview.Close()
}
