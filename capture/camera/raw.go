package camera

import (
	"errors"
	"image"
)

// The pixel formats that this package reads, as little-endian four-character codes. V4L2 and Media Foundation name them alike, but for
// YUYV, which Microsoft writes YUY2.
const (
	pixelMJPG uint32 = 'M' | 'J'<<8 | 'P'<<16 | 'G'<<24
	pixelJPEG uint32 = 'J' | 'P'<<8 | 'E'<<16 | 'G'<<24
	pixelYUYV uint32 = 'Y' | 'U'<<8 | 'Y'<<16 | 'V'<<24 // 4:2:2, packed
	pixelUYVY uint32 = 'U' | 'Y'<<8 | 'V'<<16 | 'Y'<<24 // 4:2:2, packed, the other way round
	pixelNV12 uint32 = 'N' | 'V'<<8 | '1'<<16 | '2'<<24 // 4:2:0, a plane of Y and one of CbCr
	pixelYU12 uint32 = 'Y' | 'U'<<8 | '1'<<16 | '2'<<24 // 4:2:0, three planes; also called I420
)

// rawFormat is the layout of raw frames as the driver really sends them.
type rawFormat struct {
	pixel         uint32
	width, height int // pixels
	stride        int // bytes from one row to the next; of the first plane, where there are several
}

// packed tells whether the samples of all colours lie in one plane.
func (f rawFormat) packed() bool { return f.pixel == pixelYUYV || f.pixel == pixelUYVY }

// size is how many bytes a frame has at least; 0 for a format that is not read.
func (f rawFormat) size() int {
	w, h := f.width&^1, f.height
	row := w
	if f.packed() {
		row = 2 * w
	} else {
		h &^= 1
	}
	if w <= 0 || h <= 0 || w > MaxWidth || h > MaxHeight || f.stride < row || f.stride > 16*MaxWidth {
		return 0
	}
	switch f.pixel {
	case pixelYUYV, pixelUYVY:
		return f.stride*(h-1) + row
	case pixelNV12:
		return f.stride*f.height + f.stride*(h/2-1) + w
	case pixelYU12:
		return f.stride*f.height + f.stride/2*(f.height/2) + f.stride/2*(h/2-1) + w/2
	}
	return 0
}

// unpack makes a picture of a raw frame in dst, whose memory it reuses. An odd last column is dropped, in 4:2:0 an odd last row too.
// Fault: [BadFrame].
func (f rawFormat) unpack(dst *image.YCbCr, data []byte) (*image.YCbCr, error) {
	size := f.size()
	if size == 0 || len(data) < size {
		return dst, &Error{BadFrame, errors.New("raw frame is shorter than its size says")}
	}
	w, h, ratio := f.width&^1, f.height, image.YCbCrSubsampleRatio422
	if !f.packed() {
		h, ratio = h&^1, image.YCbCrSubsampleRatio420
	}
	if dst == nil || dst.Rect.Dx() != w || dst.Rect.Dy() != h || dst.SubsampleRatio != ratio {
		dst = image.NewYCbCr(image.Rect(0, 0, w, h), ratio)
	}
	switch f.pixel {
	case pixelNV12:
		f.copyRows(dst.Y, dst.YStride, data, f.stride)
		f.splitChroma(dst, data[f.stride*f.height:])
	case pixelYU12:
		f.copyRows(dst.Y, dst.YStride, data, f.stride)
		chroma, stride := data[f.stride*f.height:], f.stride/2
		f.copyRows(dst.Cb, dst.CStride, chroma, stride)
		f.copyRows(dst.Cr, dst.CStride, chroma[stride*(f.height/2):], stride)
	default:
		f.splitPacked(dst, data)
	}
	return dst, nil
}

// unpacker makes frames of what a driver sends, in memory that it uses again: each holds until the next.
type unpacker struct {
	format  rawFormat
	data    []byte // copy of the driver's buffer
	scratch []byte // a JPEG with its tables put in
	picture *image.YCbCr
}

// frame makes a frame of data. Seq and At are left to the caller. Fault: [BadFrame].
func (u *unpacker) frame() (f Frame, err error) {
	if u.format.pixel == pixelMJPG || u.format.pixel == pixelJPEG {
		if f, err = FromJPEG(u.data, u.scratch); err != nil {
			return Frame{}, err
		}
		if len(f.JPEG) > len(u.data) {
			u.scratch = f.JPEG
		}
		return f, nil
	}
	if u.picture, err = u.format.unpack(u.picture, u.data); err != nil {
		return Frame{}, err
	}
	return Frame{Width: u.picture.Rect.Dx(), Height: u.picture.Rect.Dy(), Picture: u.picture}, nil
}

// copyRows fills dst with rows of src.
func (rawFormat) copyRows(dst []byte, width int, src []byte, stride int) {
	for ; len(dst) >= width; dst = dst[width:] {
		copy(dst[:width], src)
		src = src[min(stride, len(src)):]
	}
}

// splitChroma takes the plane of NV12 apart, in which Cb and Cr alternate.
func (f rawFormat) splitChroma(dst *image.YCbCr, plane []byte) {
	for row := range dst.Rect.Dy() / 2 {
		src := plane[row*f.stride:]
		cb, cr := dst.Cb[row*dst.CStride:][:dst.CStride], dst.Cr[row*dst.CStride:][:dst.CStride]
		for i := range cb {
			cb[i], cr[i] = src[2*i], src[2*i+1]
		}
	}
}

// splitPacked takes YUYV or UYVY apart.
func (f rawFormat) splitPacked(dst *image.YCbCr, data []byte) {
	y0, u, y1, v := 0, 1, 2, 3
	if f.pixel == pixelUYVY {
		y0, u, y1, v = 1, 0, 3, 2
	}
	width := dst.Rect.Dx()
	for row := range dst.Rect.Dy() {
		src := data[row*f.stride : row*f.stride+width*2]
		ys := dst.Y[row*dst.YStride : row*dst.YStride+width]
		cb := dst.Cb[row*dst.CStride : row*dst.CStride+width/2]
		cr := dst.Cr[row*dst.CStride : row*dst.CStride+width/2]
		for i := range cb {
			p := src[4*i : 4*i+4 : 4*i+4]
			ys[2*i], cb[i], ys[2*i+1], cr[i] = p[y0], p[u], p[y1], p[v]
		}
	}
}
