//go:build demo

package puppet

import (
	"context"
	"errors"
	"image/color"
	"time"
)

// Move is what a person is asked to do. The words are those of a challenge's prompts.
type Move string

// The moves.
const (
	TurnLeft   Move = "turn-left"
	TurnRight  Move = "turn-right"
	LookUp     Move = "look-up"
	LookDown   Move = "look-down"
	Blink      Move = "blink"
	ComeCloser Move = "come-closer"
	FaceLight  Move = "light" // hold still and look at the screen, which changes its colours
)

// Asked is a move and when it was asked for, from the recording's beginning.
type Asked struct {
	Move        Move
	From, Until time.Duration
}

// Script is what a recording was to show: the moves in order, and the colours of the screen from LightFrom on, each for Slot. Without
// colours the screen stays white.
type Script struct {
	Asked     []Asked
	Colours   []color.RGBA
	LightFrom time.Duration
	Slot      time.Duration
	Length    time.Duration
}

// Kind is who sits before the camera, or what is held before it.
type Kind int

// The kinds. Every one but Honest is an attack; Injected is what the honest puppet is when it comes through a virtual camera.
const (
	Honest     Kind = iota // the person claimed does what is asked
	Injected               // the same, with a perfect clock and no breath of movement beyond the moves
	PhotoStill             // a photograph held still
	PhotoMoved             // a flat photograph, turned, tilted and moved as asked
	PhotoBent              // a photograph bent like a cylinder, turned as asked
	PhotoFold              // a photograph folded along the nose, turned as asked
	PhotoEyes              // a photograph with the eyes cut out, behind which a person blinks
	Replay                 // an earlier true recording of the person: its own moves in its own order, its own light
	WrongOrder             // the person makes the right moves in another order
	Stranger               // another person does what is asked
	Swap                   // the person claimed begins, another one goes on half-way
	Retimed                // the person's frames of a replay put to the moments when they are wanted
	Mask                   // a painted mask before a head that does what is asked
	Drawing                // a drawing of the person, held and turned like a photograph
	TwoFaces               // the person, with another face beside
)

// Kinds are all of them, Honest first.
func Kinds() []Kind {
	all := make([]Kind, TwoFaces+1)
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// String names a kind as tables and tests do.
func (k Kind) String() string {
	names := [...]string{
		"honest", "injected", "photo-still", "photo-moved", "photo-bent", "photo-fold", "photo-eyes", "replay", "wrong-order",
		"stranger", "swap", "retimed", "mask", "drawing", "two-faces",
	}
	if k < 0 || int(k) >= len(names) {
		return "unknown"
	}
	return names[k]
}

// Conditions are room, camera and line. Zero values mean the ordinary ones, which stand in brackets.
type Conditions struct {
	Sitter, Other int     // indices into assets/portraits.All; the Sitter is the person claimed [0, and the next]
	Width, Height int     // of the picture in pixels [640 by 480]
	Rate          int     // frames a second [10]
	Room          float64 // brightness of the room: 1 ordinary, 0.4 dim [1]
	Reflect       float64 // light that a full white screen adds to the skin, as a share of the skin's own [0.08]; negative for none
	Size          float64 // width of the face as a share of the picture's [what the portrait has]
	Noise         float64 // standard deviation of a pixel in mid grey, of 255 [2.2]
	JPEGQuality   int     // 1 to 100 [75]
	Seed          uint64
}

// Frame is a picture of a recording.
type Frame struct {
	At   time.Duration // since the recording began
	JPEG []byte
}

// ErrUnknownKind refuses a kind that is not listed.
var ErrUnknownKind = errors.New("no such kind of sitter: see Kinds")

// Film plays a recording.
func Film(ctx context.Context, _ Script, k Kind, _ Conditions) ([]Frame, error) {
	if k < Honest || k > TwoFaces {
		return nil, ErrUnknownKind
	}
	return nil, errors.Join(errors.ErrUnsupported, ctx.Err())
}

// Selfie is the photograph that the person claimed, or for Stranger the person who comes instead, took of themselves before the recording.
func Selfie(_ Conditions) ([]byte, error) { return nil, errors.ErrUnsupported }
