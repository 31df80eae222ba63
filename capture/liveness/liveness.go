// Package liveness is the recording that answers a challenge: which movements were asked, what the camera saw, and when; and the judge of it.
//
// The backend chooses a series of prompts ([NewSeries], [NewColours]) and reveals each only when it is due. The desktop's [Recorder] takes about
// ten frames a second, hashes each into a [Chain] and announces the chain's head live. The frames themselves follow when the line allows, in
// batches ([AppendFrame], [ParseBatch]). The backend's [Verifier] then checks that the frames are those whose heads it heard at the time: what
// was not filmed when its head was announced can't be put in later, so a slow line is only slow and never a way to cheat. At last the [Judge]
// looks at the frames. The [Guide] helps the citizen live, by the same code.
//
// # What the judge looks at
//
// Movements are measured by the mesh, against the person's own straight look at the beginning: every one must be made in its window, as far as
// thresholds.json says, and no other; and the head must come back. That a head is solid is measured by the pixels, as the mesh believes
// in a photograph's depth too: patches of skin must move as those of a head do, to both sides, in frames that the judge chooses. Who
// it is is told by near-frontal frames, against the selfie and against each other; turned ones need only be alike. The screen's colours are
// looked for in the skin against the room. A blink is looked for in the pixels of the eyes, as a mask has none.
//
// # What becomes of it
//
// The verdict is [Pass], [Again] or [Operator]; the judge accuses nobody. Again is for what a person can do better: a movement not made or another
// one made, a face that left the picture, a second one, a dark room, a turn too quick to look at, a screen's light that cannot be made out (the
// other way is then movement only). It comes first: an operator sees only recordings that answer the challenge. Operator is for what trying
// again would not settle: whether it is the person of the selfie, the same person throughout, a solid head, a clock as uneven as cameras', frames
// that do not come again, the colours of this screen and no other's. An honest person may meet each of these by chance, and an operator may let them
// pass. Operator is also for recordings that lack what a machine's pass needs: a blink that was seen, and the screen's light. Nothing speaks
// against these.
//
// Ten seconds of 150 frames of 640x480 took 2.6 to 3.8 s of one processor and at most 92 MB beyond the networks, on a machine with ten times
// its load; "make bench-face" measures it anew.
//
// What all this cannot tell stands in LIMITS.md. Thresholds and the measurements behind them stand in thresholds.json.
//
// # The chain
//
// Numbers are unsigned, big-endian, of 32 bits. With H = SHA-256 and || for concatenation:
//
//	head(0)   = H("qoltanba recording v1" || seed)
//	head(i+1) = H(head(i) || i || ms(i) || H(jpeg(i)))
//
// where seed is the backend's single-use nonce of 16 to 64 bytes, i the frame's index from 0 and ms(i) the milliseconds since the
// recording began. head(n) thus stands for n frames.
//
// # The batch
//
//	"QLRB" | version 1, one byte | number of frames, 16 bits | frames
//	frame: index, 32 bits | ms, 32 bits | length, 32 bits | that many bytes of JPEG
//
// Limits hold before anything is decoded: see the constants. Frames are pictures of people: the types that hold them never print them.
// All but the judge is pure Go and decodes no picture.
package liveness

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"

	"qoltanba/capture/picture"
)

// Limits of a recording and its parts.
const (
	MaxFrameBytes = 200 << 10 // one JPEG
	MaxBatchBytes = 2 << 20   // one batch with its headers
	MaxFrames     = 600       // one recording
	MaxMillis     = 120_000   // one recording's length
	MaxWidth      = 1920
	MaxHeight     = 1080
)

const (
	chainLabel   = "qoltanba recording v1"
	minSeedBytes = 16
	maxSeedBytes = 64
)

// Frame is one picture of a recording.
type Frame struct {
	Index  int    // from 0, without gaps
	Millis uint32 // since the recording began; grows from frame to frame
	JPEG   []byte
}

// check holds a frame to the limits that need no knowledge of its neighbours.
func (f *Frame) check() error {
	switch {
	case f.Index < 0 || f.Index >= MaxFrames:
		return fmt.Errorf("%w: a recording has at most %d frames", ErrLimit, MaxFrames)
	case f.Millis > MaxMillis:
		return fmt.Errorf("%w: a recording lasts at most %d ms", ErrLimit, MaxMillis)
	case len(f.JPEG) > MaxFrameBytes:
		return fmt.Errorf("%w: a frame has at most %d bytes", ErrLimit, MaxFrameBytes)
	}
	h, err := picture.ParseJPEG(f.JPEG)
	if err != nil {
		return fmt.Errorf("%w: frame %d: %w", ErrMalformed, f.Index, err)
	}
	if picture.EndOfJPEG(f.JPEG) != len(f.JPEG) {
		return fmt.Errorf("%w: frame %d does not end with its picture", ErrMalformed, f.Index)
	}
	if h.Width > MaxWidth || h.Height > MaxHeight {
		return fmt.Errorf("%w: a frame has at most %dx%d pixels", ErrLimit, MaxWidth, MaxHeight)
	}
	return nil
}

// String names the frame without showing it.
func (f Frame) String() string { return fmt.Sprintf("frame %d at %d ms", f.Index, f.Millis) }

// GoString is String, so that %#v shows no picture.
func (f Frame) GoString() string { return f.String() }

// Format is String for every verb.
func (f Frame) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, f.String()) }

// LogValue is String.
func (f Frame) LogValue() slog.Value { return slog.StringValue(f.String()) }

// Errors that a caller may branch on.
var (
	ErrMalformed = errors.New("recording is malformed")         // bytes that no client of ours sends
	ErrLimit     = errors.New("recording is beyond its limits") // too long, too large
	ErrSeed      = errors.New("the seed of a recording has 16 to 64 bytes")
)

// Head is a state of the chain, which stands for all frames before it.
type Head [sha256.Size]byte

// String is the head in hexadecimal. Heads are no secrets.
func (h Head) String() string { return hex.EncodeToString(h[:]) }

// ParseHead reads what String wrote.
func ParseHead(s string) (Head, error) {
	var h Head
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) {
		return Head{}, fmt.Errorf("%w: a head is 64 hexadecimal digits", ErrMalformed)
	}
	return Head(b), nil
}

// Chain hashes frames one after another. The zero value is not usable: see [NewChain].
type Chain struct {
	head   Head
	frames int
	millis uint32
}

// NewChain begins a chain at the backend's seed of 16 to 64 bytes.
func NewChain(seed []byte) (*Chain, error) {
	if len(seed) < minSeedBytes || len(seed) > maxSeedBytes {
		return nil, ErrSeed
	}
	h := sha256.New()
	h.Write([]byte(chainLabel))
	h.Write(seed)
	return &Chain{head: Head(h.Sum(nil))}, nil
}

// Head returns the number of frames hashed and the head that stands for them.
func (c *Chain) Head() (frames int, head Head) { return c.frames, c.head }

// Append hashes the next frame in. A frame out of order, out of time or beyond the limits is refused and changes nothing.
func (c *Chain) Append(f *Frame) error {
	_, err := c.append(f)
	return err
}

func (c *Chain) append(f *Frame) (digest [sha256.Size]byte, err error) {
	if err := f.check(); err != nil {
		return digest, err
	}
	if f.Index != c.frames {
		return digest, fmt.Errorf("%w: frame %d comes where %d is due", ErrMalformed, f.Index, c.frames)
	}
	if c.frames > 0 && f.Millis <= c.millis {
		return digest, fmt.Errorf("%w: frame %d is not later than the one before", ErrMalformed, f.Index)
	}
	digest = sha256.Sum256(f.JPEG)
	var link [2*sha256.Size + 8]byte
	copy(link[:], c.head[:])
	binary.BigEndian.PutUint32(link[sha256.Size:], uint32(f.Index)) //nolint:gosec // at most MaxFrames
	binary.BigEndian.PutUint32(link[sha256.Size+4:], f.Millis)
	copy(link[sha256.Size+8:], digest[:])
	c.head, c.millis = sha256.Sum256(link[:]), f.Millis
	c.frames++
	return digest, nil
}
