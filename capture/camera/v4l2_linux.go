package camera

import (
	"encoding/binary"
	"unsafe"

	"github.com/blackjack/webcam/ioctl"
	"golang.org/x/sys/unix"
)

// rawFormat is the layout of raw frames as the driver really sends them.
type rawFormat struct {
	width, height int // pixels
	stride        int // bytes from one row to the next
}

// v4l2Format is struct v4l2_format of linux/videodev2.h with the union as bytes; the empty array gives it the union's alignment.
type v4l2Format struct {
	kind uint32
	_    [0]uintptr
	pix  [200]byte
}

// readFormat asks the driver for the current capture format (VIDIOC_G_FMT). It uses a handle of its own, which V4L2 allows beside the
// one that streams.
func readFormat(path string) (rawFormat, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return rawFormat{}, err
	}
	defer func() { _ = unix.Close(fd) }()
	f := v4l2Format{kind: 1} // V4L2_BUF_TYPE_VIDEO_CAPTURE
	request := ioctl.IoRW(uintptr('V'), 4, unsafe.Sizeof(f))
	if err := ioctl.Ioctl(uintptr(fd), request, uintptr(unsafe.Pointer(&f))); err != nil { //nolint:gosec // the ABI of ioctl(2)
		return rawFormat{}, err
	}
	return parsePixFormat(f.pix[:]), nil
}

// parsePixFormat reads width, height and bytesperline of struct v4l2_pix_format. A driver may leave the last 0.
func parsePixFormat(b []byte) rawFormat {
	word := func(i int) int { return int(binary.NativeEndian.Uint32(b[4*i:])) }
	f := rawFormat{width: word(0), height: word(1), stride: word(4)}
	if f.stride < f.width*2 {
		f.stride = f.width * 2
	}
	return f
}
