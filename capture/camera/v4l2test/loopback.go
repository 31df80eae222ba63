//go:build linux && v4l2

package v4l2test

import (
	"encoding/binary"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Loopback is the device's name, as the script of the virtual machine gives it.
const Loopback = "Loopback"

// Feeder writes frames into the loopback device, fifteen a second.
type Feeder struct {
	device *os.File
	silent atomic.Bool
	stop   func()
}

// Feed begins to write what frame returns for 0, 1, 2 and so on, in a format named by its four-character code. The device is a camera
// from the first frame to the end of the test, or to [Feeder.Stop].
func Feed(t *testing.T, pixel string, width, height int, frame func(n int) []byte) *Feeder {
	t.Helper()
	device, err := os.OpenFile(Node(t, Loopback), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := startOutput(device, pixel, width, height); err != nil {
		_ = device.Close()
		t.Fatal(err)
	}
	f := &Feeder{device: device}
	quit, done := make(chan struct{}), make(chan struct{})
	f.stop = sync.OnceFunc(func() {
		close(quit)
		<-done
		_ = device.Close()
	})
	t.Cleanup(f.stop)
	if _, err := device.Write(frame(0)); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(done)
		tick := time.NewTicker(time.Second / 15)
		defer tick.Stop()
		for n := 1; ; n++ {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			if f.silent.Load() {
				continue
			}
			if _, err := device.Write(frame(n)); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	return f
}

// Silence holds the frames back while on.
func (f *Feeder) Silence(on bool) { f.silent.Store(on) }

// Stop lets the device go. It is no camera any more.
func (f *Feeder) Stop() { f.stop() }

// startOutput calls VIDIOC_S_FMT and VIDIOC_STREAMON of linux/videodev2.h for V4L2_BUF_TYPE_VIDEO_OUTPUT. Without the latter the driver
// would not notice that its writer goes away.
func startOutput(device *os.File, pixel string, width, height int) error {
	const output = 2
	var format struct {
		kind uint32
		_    [0]uintptr
		pix  [200]byte
	}
	format.kind = output
	put := func(i, v int) { binary.NativeEndian.PutUint32(format.pix[4*i:], uint32(v)) } //nolint:gosec // small numbers of tests
	put(0, width)
	put(1, height)
	copy(format.pix[8:], pixel)
	put(3, 1)              // V4L2_FIELD_NONE
	put(5, width*height*2) // sizeimage
	put(6, 8)              // V4L2_COLORSPACE_SRGB
	kind := int32(output)
	for _, call := range []struct {
		request uintptr
		arg     unsafe.Pointer
	}{
		{3<<30 | 208<<16 | 'V'<<8 | 5, unsafe.Pointer(&format)}, //nolint:gosec // the ABI of ioctl(2)
		{1<<30 | 4<<16 | 'V'<<8 | 18, unsafe.Pointer(&kind)},    //nolint:gosec // the ABI of ioctl(2)
	} {
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, device.Fd(), call.request, uintptr(call.arg)); errno != 0 {
			return errno
		}
	}
	return nil
}
