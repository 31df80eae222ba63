package liveness

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// A side of a document that was filmed is one body: its best picture, and a batch of the frames around it, in which it was tilted a little.
//
//	"QLSD" | version 1, one byte | length of the picture, 32 bits | picture | batch
const (
	sideMagic   = "QLSD"
	sideVersion = 1
	sideHeader  = len(sideMagic) + 1 + 4
)

// Limits of a filmed side: a line of 1 Mbit/s carries the frames in ten seconds.
const (
	MaxSideFrames = 8
	MaxSideBytes  = 1280 << 10 // of the frames together
)

// EncodeSide makes the body. Frames beyond the limits are left out, the last first; their indices are made anew. Without frames that can be
// sent it is [ErrLimit].
func EncodeSide(picture []byte, frames []Frame) ([]byte, error) {
	batch, kept := NewBatch(nil), 0
	for i := range frames {
		f := Frame{Index: kept, Millis: frames[i].Millis, JPEG: frames[i].JPEG}
		if f.check() != nil || kept == MaxSideFrames || len(batch)+len(f.JPEG) > MaxSideBytes {
			continue
		}
		next, err := AppendFrame(batch, &f)
		if err != nil {
			return nil, err
		}
		batch, kept = next, kept+1
	}
	if kept == 0 {
		return nil, fmt.Errorf("%w: no frame of the side can be sent", ErrLimit)
	}
	body := append(make([]byte, 0, sideHeader+len(picture)+len(batch)), sideMagic...)
	body = binary.BigEndian.AppendUint32(append(body, sideVersion), uint32(len(picture))) //nolint:gosec // G115: in memory
	return append(append(body, picture...), batch...), nil
}

// ParseSide reads such a body. The picture is not looked at; picture, batch and frames share b's memory.
func ParseSide(b []byte) (picture, batch []byte, frames []Frame, err error) {
	if len(b) < sideHeader || string(b[:len(sideMagic)]) != sideMagic || b[len(sideMagic)] != sideVersion {
		return nil, nil, nil, fmt.Errorf("%w: not a filmed side of version %d", ErrMalformed, sideVersion)
	}
	size := binary.BigEndian.Uint32(b[len(sideMagic)+1:])
	b = b[sideHeader:]
	if uint64(size) > uint64(len(b)) {
		return nil, nil, nil, fmt.Errorf("%w: it ends within the picture", ErrMalformed)
	}
	picture, batch = b[:size:size], b[size:]
	if len(batch) > MaxSideBytes+batchHeader+MaxSideFrames*frameHeader {
		return nil, nil, nil, fmt.Errorf("%w: %d bytes of frames", ErrLimit, len(batch))
	}
	if frames, err = ParseBatch(batch); err != nil {
		return nil, nil, nil, err
	}
	if len(frames) > MaxSideFrames || frames[0].Index != 0 {
		return nil, nil, nil, fmt.Errorf("%w: a filmed side has at most %d frames, from 0", ErrLimit, MaxSideFrames)
	}
	return picture, batch, frames, nil
}

// SideHead is the head of the chain of a side's frames, under the nonce of the call that brought them.
func SideHead(nonce string, frames []Frame) (Head, error) {
	seed := sha256.Sum256([]byte(nonce))
	chain, err := NewChain(seed[:])
	if err != nil {
		return Head{}, err
	}
	for i := range frames {
		if err := chain.Append(&frames[i]); err != nil {
			return Head{}, err
		}
	}
	_, head := chain.Head()
	return head, nil
}
