package camera

import (
	"encoding/binary"
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/blackjack/webcam"
	"github.com/blackjack/webcam/ioctl"
	"golang.org/x/sys/unix"
)

// Values of linux/videodev2.h.
const (
	bufferKind  = 1      // V4L2_BUF_TYPE_VIDEO_CAPTURE
	memoryMap   = 1      // V4L2_MEMORY_MMAP
	bufferError = 1 << 6 // V4L2_BUF_FLAG_ERROR
)

// The structures of linux/videodev2.h, as far as they are read; unions are bytes, and [0]uintptr gives them their alignment.
type (
	v4l2Format struct {
		kind uint32
		_    [0]uintptr
		pix  [200]byte
	}
	v4l2Buffer struct {
		index, kind, used, flags, field uint32
		_                               unix.Timeval
		_                               [16]byte // timecode
		_, memory                       uint32
		_                               uintptr
		_                               [3]uint32
	}
)

var (
	getFormat     = ioctl.IoRW('V', 4, unsafe.Sizeof(v4l2Format{}))
	dequeueBuffer = ioctl.IoRW('V', 17, unsafe.Sizeof(v4l2Buffer{}))
)

// video is an open V4L2 device. Its methods give the kernel's own errors, of type unix.Errno.
//
// The webcam module drives it. Beside the module, with the descriptor that it holds, stand what it does not tell: the size and the layout that
// the driver really chose, whether a frame is broken, and a wait of less than a second; and what it leaves behind when a start fails.
type video struct {
	cam     *webcam.Webcam
	fd      uintptr
	buffers [][]byte // mapped by the module
	running bool
}

// openVideo opens a device file, and refuses one that captures nothing.
func openVideo(path string) (*video, error) {
	cam, err := webcam.Open(path)
	if err != nil {
		return nil, err
	}
	v := &video{cam: cam, fd: uintptr(reflect.ValueOf(cam).Elem().FieldByName("fd").Uint())}
	unix.CloseOnExec(int(v.fd)) // a browser that we open must not keep the camera
	return v, nil
}

func (v *video) ask(request uintptr, arg unsafe.Pointer) error {
	for {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, v.fd, request, uintptr(arg))
		switch errno {
		case 0:
			return nil
		case unix.EINTR:
			continue
		}
		return errno
	}
}

// offers lists the pixel formats that the driver has, with their sizes.
func (v *video) offers() (list []offer) {
	for pixel := range v.cam.GetSupportedFormats() {
		o := offer{pixel: uint32(pixel)}
		for _, s := range v.cam.GetSupportedFrameSizes(pixel) {
			o.sizes = append(o.sizes, sizeRange{
				int(s.MinWidth), int(s.MaxWidth), int(s.StepWidth), int(s.MinHeight), int(s.MaxHeight), int(s.StepHeight),
			})
		}
		list = append(list, o)
	}
	return list
}

// set asks for a format and tells which one the driver made of it; the module tells what was asked for.
func (v *video) set(c choice) (rawFormat, error) {
	if _, _, _, err := v.cam.SetImageFormat(webcam.PixelFormat(c.pixel), uint32(c.width), uint32(c.height)); err != nil { //nolint:gosec // sizes come from the driver
		return rawFormat{}, err
	}
	f := v4l2Format{kind: bufferKind}
	if err := v.ask(getFormat, unsafe.Pointer(&f)); err != nil { //nolint:gosec // the ABI of ioctl(2)
		return rawFormat{}, err
	}
	return parsePixFormat(f.pix[:]), nil
}

// pace asks for so many frames a second. Many drivers have one rate only and refuse.
func (v *video) pace(rate int) { _ = v.cam.SetFramerate(float32(rate)) }

// start maps so many buffers and begins to stream. On an error the device is to be closed.
func (v *video) start(buffers uint32) error {
	err := errors.Join(v.cam.SetBufferCount(buffers), v.cam.StartStreaming())
	mapped := reflect.ValueOf(v.cam).Elem().FieldByName("buffers")
	for i := range mapped.Len() {
		v.buffers = append(v.buffers, mapped.Index(i).Bytes())
	}
	v.running = err == nil
	return errnoOf(err)
}

// errnoOf finds the kernel's error again where the module kept its text alone.
func errnoOf(err error) error {
	if err == nil {
		return nil
	}
	for _, errno := range []unix.Errno{unix.EBUSY, unix.ENOSPC, unix.EACCES, unix.EPERM, unix.ENOENT, unix.ENODEV, unix.ENXIO, unix.ETIMEDOUT} {
		if strings.HasSuffix(err.Error(), errno.Error()) {
			return errors.Join(err, errno)
		}
	}
	return err
}

// wait waits for a frame or an error to be dequeued.
func (v *video) wait(d time.Duration) (bool, error) {
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(v.fd), Events: unix.POLLIN}}, int(d.Milliseconds())) //nolint:gosec // a descriptor
	if errors.Is(err, unix.EINTR) {
		return false, nil
	}
	return n > 0, err
}

// take copies a frame into dst, so that the driver cannot write over it, and gives the buffer back. whole is false for one that the driver
// knows to be broken.
func (v *video) take(dst []byte) (data []byte, whole bool, err error) {
	b := v4l2Buffer{kind: bufferKind, memory: memoryMap}
	if err := v.ask(dequeueBuffer, unsafe.Pointer(&b)); err != nil { //nolint:gosec // the ABI of ioctl(2)
		return dst, false, err
	}
	if int(b.index) >= len(v.buffers) {
		return dst, false, unix.EIO
	}
	from := v.buffers[b.index]
	dst = append(dst[:0], from[:min(int(b.used), len(from))]...)
	return dst, b.flags&bufferError == 0, v.cam.ReleaseFrame(b.index)
}

// close ends the stream and leaves nothing mapped: what the module leaves of a start that failed would keep the camera busy.
func (v *video) close() (err error) {
	if !v.running {
		for _, b := range slices.DeleteFunc(v.buffers, func(b []byte) bool { return b == nil }) {
			err = errors.Join(err, unix.Munmap(b))
		}
	}
	v.buffers, v.running = nil, false
	return errors.Join(err, v.cam.Close())
}

// parsePixFormat reads width, height, pixelformat and bytesperline of struct v4l2_pix_format. A driver may leave the last 0.
func parsePixFormat(b []byte) rawFormat {
	word := func(i int) int { return int(binary.NativeEndian.Uint32(b[4*i:])) }
	f := rawFormat{pixel: binary.NativeEndian.Uint32(b[8:]), width: word(0), height: word(1), stride: word(4)}
	least := f.width
	if f.packed() {
		least *= 2
	}
	f.stride = max(f.stride, least)
	return f
}
