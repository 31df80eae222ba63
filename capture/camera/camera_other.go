//go:build (windows || darwin) && cgo

package camera

import (
	"context"
	"errors"
	"image"
	"image/color"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pion/mediadevices/pkg/driver"
	driverCamera "github.com/pion/mediadevices/pkg/driver/camera"
	"github.com/pion/mediadevices/pkg/io/video"
	"github.com/pion/mediadevices/pkg/prop"
)

// listAge is how long a list is taken as current: every look at the hardware registers drivers anew.
const listAge = 2 * time.Second

// Default returns the cameras of DirectShow or AVFoundation.
func Default() System { return &native{} }

// native wraps the driver registry of mediadevices. Its identifiers are random for each process and its registry may hold a camera
// twice, hence devices are known here by their label, which is the device's name on Windows and its unique id on macOS.
type native struct {
	mu     sync.Mutex
	looked time.Time
}

func (s *native) List(ctx context.Context) ([]Device, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var list []Device
	for _, d := range s.drivers() {
		info := d.Info()
		dev := Device{ID: info.Label, Name: info.Name}
		if dev.Name == "" {
			dev.Name = info.Label
		}
		list = append(list, dev)
	}
	return list, nil
}

// drivers returns one driver for each label, in order of labels, and looks at the hardware again when the list is old and no camera
// is in use.
func (s *native) drivers() []driver.Driver {
	registry := driver.GetManager()
	cameras := driver.FilterAnd(driver.FilterVideoRecorder(), driver.FilterDeviceType(driver.Camera))
	all := registry.Query(cameras)
	running := slices.ContainsFunc(all, func(d driver.Driver) bool { return d.Status() != driver.StateClosed })
	if !running && time.Since(s.looked) > listAge {
		for _, d := range all {
			registry.Delete(d.ID())
		}
		driverCamera.Initialize()
		s.looked = time.Now()
		all = registry.Query(cameras)
	}
	slices.SortFunc(all, func(a, b driver.Driver) int {
		return strings.Compare(a.Info().Label+a.ID(), b.Info().Label+b.ID())
	})
	return slices.CompactFunc(all, func(a, b driver.Driver) bool { return a.Info().Label == b.Info().Label })
}

func (s *native) Open(ctx context.Context, id string, want Format) (Stream, error) {
	if err := permit(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, d := range s.drivers() {
		if id == "" || d.Info().Label == id {
			return openNative(ctx, d, want.OrDefault())
		}
	}
	return nil, &Error{NoDevice, errors.New("no such camera is connected")}
}

func openNative(ctx context.Context, d driver.Driver, want Format) (Stream, error) {
	if d.Status() != driver.StateClosed {
		return nil, &Error{Busy, errors.New("the camera is in use by this program")}
	}
	if err := d.Open(); err != nil {
		return nil, &Error{nativeFault(err), err}
	}
	media, ok := nearestMedia(d.Properties(), want)
	if !ok {
		if err := d.Close(); err != nil {
			return nil, &Error{nativeFault(err), err}
		}
		return openHidden(ctx, d.Info().Label, want)
	}
	recorder, ok := d.(driver.VideoRecorder)
	if !ok {
		return nil, errors.Join(&Error{Unusable, errors.New("the camera sends no pictures")}, d.Close())
	}
	reader, err := recorder.VideoRecord(media) // closes the driver when it fails
	if err != nil {
		return nil, &Error{nativeFault(err), err}
	}
	s := &nativeStream{driver: d, frames: make(chan nativeFrame), quit: make(chan struct{}), done: make(chan struct{})}
	go s.pump(reader)
	return s, nil
}

// nearestMedia chooses among the driver's own formats by the rule of nearestSize.
func nearestMedia(all []prop.Media, want Format) (prop.Media, bool) {
	if len(all) == 0 {
		return prop.Media{}, false
	}
	sizes := make([]sizeRange, len(all))
	for i, m := range all {
		sizes[i] = sizeRange{m.Width, m.Width, 0, m.Height, m.Height, 0}
	}
	w, h := nearestSize(sizes, want.Width, want.Height)
	i := slices.IndexFunc(all, func(m prop.Media) bool { return m.Width == w && m.Height == h })
	if i < 0 {
		return prop.Media{}, false
	}
	return all[i], true
}

// nativeFault reads the few words that the drivers give; DirectShow does not say more than that opening failed, and by far the most
// frequent cause is another program.
func nativeFault(err error) Fault {
	text := strings.ToLower(err.Error())
	switch {
	case strings.Contains(text, "denied"), strings.Contains(text, "authoriz"):
		return Denied
	case strings.Contains(text, "not found"), strings.Contains(text, "no device"):
		return NoDevice
	case strings.Contains(text, "open device"), strings.Contains(text, "in use"), strings.Contains(text, "busy"):
		return Busy
	}
	return Unusable
}

type nativeFrame struct {
	picture *image.YCbCr
	at      time.Time
	err     error
}

// nativeStream reads on a goroutine of its own, because the driver's read knows no deadline.
type nativeStream struct {
	driver driver.Driver
	frames chan nativeFrame
	quit   chan struct{}
	done   chan struct{}
	once   sync.Once
	seq    uint64
	kept   *image.YCbCr
}

func (s *nativeStream) pump(reader video.Reader) {
	defer close(s.done)
	var own [2]*image.YCbCr
	for i := 0; ; i ^= 1 {
		img, release, err := reader.Read()
		f := nativeFrame{at: time.Now(), err: err}
		if err == nil {
			own[i] = copyPicture(own[i], asYCbCr(img))
			f.picture = own[i]
			release()
		}
		select {
		case s.frames <- f:
		case <-s.quit:
			if err != nil {
				return
			}
			continue // the driver must be drained while it closes, or its callback blocks for ever
		}
		if errors.Is(err, io.EOF) {
			return
		}
	}
}

func (s *nativeStream) Next(ctx context.Context) (Frame, error) {
	stall := time.NewTimer(StallTimeout)
	defer stall.Stop()
	select {
	case <-ctx.Done():
		return Frame{}, ctx.Err()
	case <-stall.C:
		return Frame{}, &Error{Fault: Stalled}
	case <-s.done:
		return Frame{}, &Error{Fault: Unplugged}
	case f := <-s.frames:
		seq := s.seq
		s.seq++
		if errors.Is(f.err, io.EOF) {
			return Frame{}, &Error{Unplugged, f.err}
		}
		if f.err != nil {
			return Frame{}, &Error{BadFrame, f.err}
		}
		s.kept = copyPicture(s.kept, f.picture)
		return Frame{Seq: seq, At: f.at, Width: s.kept.Rect.Dx(), Height: s.kept.Rect.Dy(), Picture: s.kept}, nil
	}
}

func (s *nativeStream) Close() (err error) {
	s.once.Do(func() {
		close(s.quit)
		err = s.driver.Close()
		select {
		case <-s.done:
		case <-time.After(StallTimeout):
			err = errors.Join(err, &Error{Fault: Stalled})
		}
	})
	return err
}

// asYCbCr returns img itself or, for the rare driver that gives other pictures, a copy.
func asYCbCr(img image.Image) *image.YCbCr {
	if y, ok := img.(*image.YCbCr); ok {
		return y
	}
	b := img.Bounds()
	out := image.NewYCbCr(image.Rect(0, 0, b.Dx(), b.Dy()), image.YCbCrSubsampleRatio444)
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := color.YCbCrModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.YCbCr)
			i := out.YOffset(x, y)
			out.Y[i], out.Cb[i], out.Cr[i] = c.Y, c.Cb, c.Cr
		}
	}
	return out
}
