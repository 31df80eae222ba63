package liveness

import (
	"encoding/binary"
	"fmt"
)

const (
	batchMagic   = "QLRB"
	batchVersion = 1
	batchHeader  = len(batchMagic) + 1 + 2
	frameHeader  = 12
)

// NewBatch returns an empty batch in buf's memory, to be filled with [AppendFrame].
func NewBatch(buf []byte) []byte {
	return append(append(buf[:0], batchMagic...), batchVersion, 0, 0)
}

// AppendFrame adds a frame to a batch. It returns the batch unchanged and [ErrLimit] when there is no room.
func AppendFrame(batch []byte, f *Frame) ([]byte, error) {
	if err := f.check(); err != nil {
		return batch, err
	}
	if len(batch)+frameHeader+len(f.JPEG) > MaxBatchBytes {
		return batch, fmt.Errorf("%w: a batch has at most %d bytes", ErrLimit, MaxBatchBytes)
	}
	count := batch[len(batchMagic)+1 : batchHeader]
	binary.BigEndian.PutUint16(count, binary.BigEndian.Uint16(count)+1)
	batch = binary.BigEndian.AppendUint32(batch, uint32(f.Index)) //nolint:gosec // checked above
	batch = binary.BigEndian.AppendUint32(batch, f.Millis)
	batch = binary.BigEndian.AppendUint32(batch, uint32(len(f.JPEG))) //nolint:gosec // checked above
	return append(batch, f.JPEG...), nil
}

// ParseBatch reads a batch whole. The frames share b's memory; their indices follow one another and their times grow. Anything beyond
// the limits is [ErrLimit], anything else that is wrong [ErrMalformed], and then no frame is returned.
func ParseBatch(b []byte) ([]Frame, error) {
	if len(b) > MaxBatchBytes {
		return nil, fmt.Errorf("%w: a batch has at most %d bytes", ErrLimit, MaxBatchBytes)
	}
	if len(b) < batchHeader || string(b[:len(batchMagic)]) != batchMagic || b[len(batchMagic)] != batchVersion {
		return nil, fmt.Errorf("%w: not a batch of version %d", ErrMalformed, batchVersion)
	}
	count := int(binary.BigEndian.Uint16(b[len(batchMagic)+1:]))
	b = b[batchHeader:]
	if count == 0 || count > MaxFrames || count*frameHeader > len(b) {
		return nil, fmt.Errorf("%w: a batch of %d frames", ErrMalformed, count)
	}
	frames := make([]Frame, count)
	for i := range frames {
		f := &frames[i]
		var err error
		if b, err = parseFrame(f, b); err != nil {
			return nil, err
		}
		if i > 0 && (f.Index != frames[i-1].Index+1 || f.Millis <= frames[i-1].Millis) {
			return nil, fmt.Errorf("%w: frame %d does not follow the one before", ErrMalformed, f.Index)
		}
	}
	if len(b) > 0 {
		return nil, fmt.Errorf("%w: bytes after the last frame", ErrMalformed)
	}
	return frames, nil
}

func parseFrame(f *Frame, b []byte) (rest []byte, err error) {
	if len(b) < frameHeader {
		return nil, fmt.Errorf("%w: it ends within a frame", ErrMalformed)
	}
	index, length := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[8:])
	f.Millis = binary.BigEndian.Uint32(b[4:])
	b = b[frameHeader:]
	switch {
	case index >= MaxFrames || length > MaxFrameBytes:
		return nil, fmt.Errorf("%w: frame %d of %d bytes", ErrLimit, index, length)
	case int(length) > len(b):
		return nil, fmt.Errorf("%w: it ends within frame %d", ErrMalformed, index)
	}
	f.Index, f.JPEG = int(index), b[:length:length]
	return b[length:], f.check()
}
