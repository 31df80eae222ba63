//go:build cgo

package camera

// #cgo LDFLAGS: -lole32
// #include "mediafoundation_windows.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Error names the number that the makers' documentation lists.
func (r hresult) Error() string { return fmt.Sprintf("media foundation: %#x", uint32(r)) }

// failed makes an error of an HRESULT.
func failed(code C.int32_t) error {
	if code >= 0 {
		return nil
	}
	r := hresult(uint32(code)) //nolint:gosec // the same bits
	return &Error{faultOfResult(r), r}
}

// directShowPrefix stands before the link of a real device; devices made of software, without it, have none.
const directShowPrefix = "@device:pnp:"

// openHidden opens a camera that offers DirectShow's driver nothing which that can read (it lists YUY2 alone): here its own JPEG, NV12
// and others are taken as they are, and H.264 and the like decoded by the system.
func openHidden(ctx context.Context, label string, want Format) (Stream, error) {
	link, real := strings.CutPrefix(label, directShowPrefix)
	if !real {
		return nil, &Error{Unusable, errors.New("the camera offers no format that can be read")}
	}
	name, err := windows.UTF16FromString(link)
	if err != nil {
		return nil, &Error{Unusable, err}
	}
	s := &foundationStream{frames: make(chan Frame), failed: make(chan error, 1), quit: make(chan struct{}), done: make(chan struct{})}
	started := make(chan error, 1)
	go s.run(name, want, started)
	late := time.NewTimer(StallTimeout)
	defer late.Stop()
	select {
	case err = <-started:
	case <-ctx.Done():
		err = ctx.Err()
	case <-late.C:
		err = &Error{Fault: Stalled}
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// foundationStream reads on a thread of its own, because reading knows no deadline and COM belongs to threads.
type foundationStream struct {
	frames chan Frame // each holds until the next is taken
	failed chan error
	quit   chan struct{}
	done   chan struct{}
	once   sync.Once

	mu     sync.Mutex
	camera *C.mfCamera // nil before it is open and after it was freed
}

func (s *foundationStream) run(name []uint16, want Format, started chan<- error) {
	runtime.LockOSThread() // never unlocked: the thread, and what COM keeps with it, ends with the goroutine
	defer close(s.done)
	var c *C.mfCamera
	if err := failed(C.mfFind((*C.uint16_t)(unsafe.Pointer(&name[0])), &c)); err != nil { //nolint:gosec // text of Windows' own kind
		started <- err
		return
	}
	s.hold(c)
	defer func() {
		s.hold(nil)
		C.mfFree(c)
	}()
	format, err := startHidden(c, want)
	started <- err
	if err == nil {
		s.failed <- s.pump(c, format)
	}
}

func (s *foundationStream) hold(c *C.mfCamera) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.camera = c
}

// startHidden takes the best of the camera's own formats, or what the system makes of them.
func startHidden(c *C.mfCamera, want Format) (rawFormat, error) {
	var offers []offer
	index := map[choice]C.int32_t{}
	var pixel, w, h C.uint32_t
	for i := range C.uint32_t(maxTypes) {
		if C.mfType(c, i, &pixel, &w, &h) == 0 {
			break
		}
		o := choice{pixelOfSubtype(uint32(pixel)), int(w), int(h)}
		if _, known := index[o]; !known { // the first of a size is its fastest
			index[o] = C.int32_t(i) //nolint:gosec // at most maxTypes
			offers = append(offers, offer{o.pixel, []sizeRange{{o.width, o.width, 0, o.height, o.height, 0}}})
		}
	}
	best := choice{pixelNV12, 0, 0}
	at := C.int32_t(-1)
	if all := chooseFormats(joinOffers(offers), want); len(all) > 0 {
		if i, listed := index[all[0]]; listed {
			best, at = all[0], i
		}
	}
	if err := failed(C.mfStart(c, at, &w, &h)); err != nil {
		return rawFormat{}, err
	}
	return tightFormat(best.pixel, int(w), int(h)), nil
}

// maxTypes is how many formats of a camera are looked at.
const maxTypes = 512

// joinOffers gathers the sizes of each pixel format.
func joinOffers(single []offer) (joined []offer) {
	at := map[uint32]int{}
	for _, o := range single {
		i, known := at[o.pixel]
		if !known {
			i = len(joined)
			at[o.pixel] = i
			joined = append(joined, offer{pixel: o.pixel})
		}
		joined[i].sizes = append(joined[i].sizes, o.sizes...)
	}
	return joined
}

// pump hands frames over until the stream is closed or fails.
func (s *foundationStream) pump(c *C.mfCamera, format rawFormat) error {
	both := [2]unpacker{{format: format}, {format: format}} // one is filled while the other is looked at
	for seq := uint64(0); ; seq++ {
		var data *C.uint8_t
		var length C.uint32_t
		if err := failed(C.mfRead(c, &data, &length)); err != nil {
			return err
		}
		if data == nil {
			continue
		}
		u := &both[seq%2]
		u.data = append(u.data[:0], unsafe.Slice((*byte)(data), int(length))...) //nolint:gosec // the length is the system's
		f, _ := u.frame()                                                        // a broken frame has neither JPEG nor picture
		f.Seq, f.At = seq, time.Now()
		select {
		case s.frames <- f:
		case <-s.quit:
			return &Error{Fault: Unplugged}
		}
	}
}

func (s *foundationStream) Next(ctx context.Context) (Frame, error) {
	stall := time.NewTimer(StallTimeout)
	defer stall.Stop()
	select {
	case <-ctx.Done():
		return Frame{}, ctx.Err()
	case <-stall.C:
		return Frame{}, &Error{Fault: Stalled}
	case err := <-s.failed:
		s.failed <- err
		return Frame{}, err
	case f := <-s.frames:
		if f.JPEG == nil && f.Picture == nil {
			return Frame{}, &Error{Fault: BadFrame}
		}
		return f, nil
	}
}

func (s *foundationStream) Close() error {
	stalled := false
	s.once.Do(func() {
		close(s.quit)
		s.mu.Lock()
		if s.camera != nil {
			C.mfStop(s.camera)
		}
		s.mu.Unlock()
		select {
		case <-s.done:
		case <-time.After(StallTimeout):
			stalled = true
		}
	})
	if stalled {
		return &Error{Fault: Stalled}
	}
	return nil
}
