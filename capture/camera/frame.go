package camera

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"log/slog"
	"slices"
	"sync"
	"time"

	"qoltanba/capture/picture"
)

// Largest sides that a frame may have. A header that claims more is a bad frame.
const (
	MaxWidth  = 3840
	MaxHeight = 2160
)

// Frame is one picture of a stream. Either JPEG or Picture is set.
type Frame struct {
	Seq           uint64       // counts the frames of the stream from 0, the bad ones too
	At            time.Time    // when it was taken, with a monotonic reading
	Width, Height int          // pixels, the real ones
	JPEG          []byte       // as the camera made it, complete with Huffman tables; nil when the camera sends raw pictures
	Picture       *image.YCbCr // raw picture; nil when the camera sends JPEG

	decoded image.Image // of JPEG, once somebody asked
}

// Decode returns the frame's pixels, which are not to be changed. A second call costs nothing. The picture of a raw frame holds until the next call
// of Next.
func (f *Frame) Decode() (image.Image, error) {
	switch {
	case f.Picture != nil:
		return f.Picture, nil
	case f.decoded != nil:
		return f.decoded, nil
	}
	img, err := jpeg.Decode(bytes.NewReader(f.JPEG))
	if err != nil {
		return nil, &Error{BadFrame, err}
	}
	f.decoded = img
	return img, nil
}

// Encode returns the frame as a JPEG: a copy of the camera's own, or a new one of the given quality (1 to 100).
func (f *Frame) Encode(quality int) ([]byte, error) {
	if f.JPEG != nil {
		return slices.Clone(f.JPEG), nil
	}
	if f.Picture == nil {
		return nil, &Error{BadFrame, errors.New("no picture in the frame")}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, f.Picture, &jpeg.Options{Quality: quality}); err != nil {
		return nil, &Error{BadFrame, err}
	}
	return out.Bytes(), nil
}

// CopyInto makes dst a frame of its own that outlives the stream. It reuses the memory that dst already has.
func (f *Frame) CopyInto(dst *Frame) {
	data, pic := dst.JPEG, dst.Picture
	*dst = *f
	dst.decoded = nil
	if f.JPEG != nil {
		dst.JPEG = append(data[:0], f.JPEG...)
	}
	if f.Picture != nil {
		dst.Picture = copyPicture(pic, f.Picture)
	}
}

func copyPicture(dst, src *image.YCbCr) *image.YCbCr {
	if dst == nil {
		dst = new(image.YCbCr)
	}
	y, cb, cr := dst.Y[:0], dst.Cb[:0], dst.Cr[:0]
	*dst = *src
	dst.Y, dst.Cb, dst.Cr = append(y, src.Y...), append(cb, src.Cb...), append(cr, src.Cr...)
	return dst
}

// String names the frame without showing it.
func (f Frame) String() string { return fmt.Sprintf("frame %d, %dx%d", f.Seq, f.Width, f.Height) }

// GoString is String, so that %#v shows no pixel.
func (f Frame) GoString() string { return f.String() }

// Format is String for every verb.
func (f Frame) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, f.String()) }

// LogValue is String.
func (f Frame) LogValue() slog.Value { return slog.StringValue(f.String()) }

// FromJPEG checks a JPEG that a camera sent and completes it: padding is cut, missing tables are put in. Only Seq and At are left to the
// caller. The result shares memory with raw or, if tables were missing, with scratch, whose capacity it reuses. Fault: [BadFrame].
func FromJPEG(raw, scratch []byte) (Frame, error) {
	end := picture.EndOfJPEG(raw)
	if end == 0 {
		return Frame{}, &Error{BadFrame, errors.New("jpeg is cut off")}
	}
	raw = raw[:end]
	h, err := picture.ParseJPEG(raw)
	if err != nil {
		return Frame{}, &Error{BadFrame, err}
	}
	if h.Width > MaxWidth || h.Height > MaxHeight {
		return Frame{}, &Error{BadFrame, fmt.Errorf("a frame of %dx%d is too large", h.Width, h.Height)}
	}
	if !h.HasHuffman {
		raw = append(append(append(scratch[:0], raw[:h.ScanOffset]...), standardHuffman()...), raw[h.ScanOffset:]...)
	}
	return Frame{Width: h.Width, Height: h.Height, JPEG: raw}, nil
}

// standardHuffman is the DHT segment with the tables of ITU-T T.81 annex K, which "AVI1" streams leave out (RFC 2435, appendix B, has
// the same). Package image/jpeg writes exactly these, hence they are taken from a picture of one pixel.
var standardHuffman = sync.OnceValue(func() []byte {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, image.NewRGBA(image.Rect(0, 0, 1, 1)), nil); err != nil {
		panic(err) // writing to memory does not fail
	}
	b := out.Bytes()
	i := bytes.Index(b, []byte{0xFF, 0xC4})
	n := 2 + int(b[i+2])<<8 + int(b[i+3])
	return b[i : i+n]
})

func isContextEnd(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
