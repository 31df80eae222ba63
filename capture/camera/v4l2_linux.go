package camera

import (
	"encoding/binary"
	"errors"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Values of linux/videodev2.h.
const (
	bufferKind = 1 // V4L2_BUF_TYPE_VIDEO_CAPTURE
	memoryMap  = 1 // V4L2_MEMORY_MMAP
	fieldAny   = 0 // V4L2_FIELD_ANY

	canCapture    = 1 << 0  // V4L2_CAP_VIDEO_CAPTURE
	canStream     = 1 << 26 // V4L2_CAP_STREAMING
	hasDeviceCaps = 1 << 31 // V4L2_CAP_DEVICE_CAPS
	bufferError   = 1 << 6  // V4L2_BUF_FLAG_ERROR
	sizeDiscrete  = 1       // V4L2_FRMSIZE_TYPE_DISCRETE
)

// Most that is taken of what a driver lists or hands out.
const (
	maxFormats = 64
	maxSizes   = 256
	maxBuffers = 32
)

// The structures of linux/videodev2.h, as far as they are read; unions are bytes, and [0]uintptr gives them their alignment.
type (
	v4l2Capability struct {
		_           [84]byte // driver, card, bus and version
		all, device uint32
		_           [3]uint32
	}
	v4l2FormatDesc struct {
		index, kind, flags uint32
		_                  [32]byte
		pixel              uint32
		_                  [4]uint32
	}
	v4l2FrameSize struct {
		index, pixel, kind uint32
		size               [6]uint32 // width and height, or least, most and step of both
		_                  [2]uint32
	}
	v4l2Format struct {
		kind uint32
		_    [0]uintptr
		pix  [200]byte
	}
	v4l2StreamParm struct {
		kind, capability, mode uint32
		numerator, denominator uint32 // time for a frame
		_                      [184]byte
	}
	v4l2Request struct {
		count, kind, memory uint32
		_                   [2]uint32
	}
	v4l2Buffer struct {
		index, kind, used, flags, field uint32
		_                               unix.Timeval
		_                               [16]byte // timecode
		_, memory                       uint32
		offset                          uintptr // of the union, whose first half it is
		length                          uint32
		_                               [2]uint32
	}
)

// The requests to a driver (VIDIOC_…).
var (
	queryCapability = request(2, 0, unsafe.Sizeof(v4l2Capability{}))
	enumFormat      = request(3, 2, unsafe.Sizeof(v4l2FormatDesc{}))
	setFormat       = request(3, 5, unsafe.Sizeof(v4l2Format{}))
	requestBuffers  = request(3, 8, unsafe.Sizeof(v4l2Request{}))
	queryBuffer     = request(3, 9, unsafe.Sizeof(v4l2Buffer{}))
	queueBuffer     = request(3, 15, unsafe.Sizeof(v4l2Buffer{}))
	dequeueBuffer   = request(3, 17, unsafe.Sizeof(v4l2Buffer{}))
	streamOn        = request(1, 18, unsafe.Sizeof(int32(0)))
	streamOff       = request(1, 19, unsafe.Sizeof(int32(0)))
	setParm         = request(3, 22, unsafe.Sizeof(v4l2StreamParm{}))
	enumFrameSizes  = request(3, 74, unsafe.Sizeof(v4l2FrameSize{}))
)

// request is the macro _IOC of asm-generic/ioctl.h for type 'V'; direction 1 writes, 2 reads, 3 does both.
func request(direction, number, size uintptr) uintptr {
	return direction<<30 | size<<16 | 'V'<<8 | number
}

// errNoCapture is what a device is told that gives no pictures.
var errNoCapture = errors.New("not a device that captures video")

// video is an open V4L2 device. Its methods give the kernel's own errors, of type unix.Errno.
type video struct {
	fd      int
	buffers [][]byte // mapped
	running bool
}

// openVideo opens a device file, and refuses one that captures nothing.
func openVideo(path string) (*video, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	v := &video{fd: fd}
	var c v4l2Capability
	if err := v.ask(queryCapability, unsafe.Pointer(&c)); err != nil { //nolint:gosec // the ABI of ioctl(2)
		return nil, errors.Join(err, unix.Close(fd))
	}
	can := c.all
	if can&hasDeviceCaps != 0 {
		can = c.device // of this node alone
	}
	if can&canCapture == 0 || can&canStream == 0 {
		return nil, errors.Join(errNoCapture, unix.Close(fd))
	}
	return v, nil
}

func (v *video) ask(request uintptr, arg unsafe.Pointer) error {
	for {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(v.fd), request, uintptr(arg))
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
	for i := range uint32(maxFormats) {
		f := v4l2FormatDesc{index: i, kind: bufferKind}
		if v.ask(enumFormat, unsafe.Pointer(&f)) != nil { //nolint:gosec // the ABI of ioctl(2)
			break
		}
		list = append(list, offer{f.pixel, v.sizes(f.pixel)})
	}
	return list
}

func (v *video) sizes(pixel uint32) (list []sizeRange) {
	for i := range uint32(maxSizes) {
		s := v4l2FrameSize{index: i, pixel: pixel}
		if v.ask(enumFrameSizes, unsafe.Pointer(&s)) != nil { //nolint:gosec // the ABI of ioctl(2)
			break
		}
		n := s.size
		if s.kind == sizeDiscrete {
			list = append(list, sizeRange{int(n[0]), int(n[0]), 0, int(n[1]), int(n[1]), 0})
			continue
		}
		return append(list, sizeRange{int(n[0]), int(n[1]), int(n[2]), int(n[3]), int(n[4]), int(n[5])}) // there is one only
	}
	return list
}

// set asks for a format and tells which one the driver made of it.
func (v *video) set(c choice) (rawFormat, error) {
	f := v4l2Format{kind: bufferKind}
	for i, value := range []int{c.width, c.height} {
		binary.NativeEndian.PutUint32(f.pix[4*i:], uint32(value)) //nolint:gosec // sizes come from the driver
	}
	binary.NativeEndian.PutUint32(f.pix[8:], c.pixel)
	binary.NativeEndian.PutUint32(f.pix[12:], fieldAny)
	if err := v.ask(setFormat, unsafe.Pointer(&f)); err != nil { //nolint:gosec // the ABI of ioctl(2)
		return rawFormat{}, err
	}
	return parsePixFormat(f.pix[:]), nil
}

// pace asks for so many frames a second. Many drivers have one rate only and refuse.
func (v *video) pace(rate int) {
	p := v4l2StreamParm{kind: bufferKind, numerator: 1, denominator: uint32(rate)} //nolint:gosec // a small number of ours
	_ = v.ask(setParm, unsafe.Pointer(&p))                                         //nolint:gosec // the ABI of ioctl(2)
}

// start maps so many buffers and begins to stream. On an error the device is to be closed.
func (v *video) start(buffers uint32) error {
	r := v4l2Request{count: buffers, kind: bufferKind, memory: memoryMap}
	if err := v.ask(requestBuffers, unsafe.Pointer(&r)); err != nil { //nolint:gosec // the ABI of ioctl(2)
		return err
	}
	if r.count == 0 || r.count > maxBuffers {
		return unix.ENOMEM
	}
	for i := range r.count {
		b := v4l2Buffer{index: i, kind: bufferKind, memory: memoryMap}
		if err := v.ask(queryBuffer, unsafe.Pointer(&b)); err != nil { //nolint:gosec // the ABI of ioctl(2)
			return err
		}
		offset := *(*uint32)(unsafe.Pointer(&b.offset)) //nolint:gosec // the union's member of 32 bits
		m, err := unix.Mmap(v.fd, int64(offset), int(b.length), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		if err != nil {
			return err
		}
		v.buffers = append(v.buffers, m)
		if err := v.ask(queueBuffer, unsafe.Pointer(&b)); err != nil { //nolint:gosec // the ABI of ioctl(2)
			return err
		}
	}
	kind := int32(bufferKind)
	v.running = true
	return v.ask(streamOn, unsafe.Pointer(&kind)) //nolint:gosec // the ABI of ioctl(2)
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
	whole = b.flags&bufferError == 0
	return dst, whole, v.ask(queueBuffer, unsafe.Pointer(&b)) //nolint:gosec // the ABI of ioctl(2)
}

// close ends the stream and leaves nothing mapped: a mapping that stayed would keep the camera busy.
func (v *video) close() (err error) {
	if v.running {
		kind := int32(bufferKind)
		err = v.ask(streamOff, unsafe.Pointer(&kind)) //nolint:gosec // the ABI of ioctl(2)
	}
	for _, b := range v.buffers {
		err = errors.Join(err, unix.Munmap(b))
	}
	v.buffers, v.running = nil, false
	return errors.Join(err, unix.Close(v.fd))
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
