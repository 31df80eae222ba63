//go:build demo

package puppet

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"time"

	"qoltanba/assets/portraits"
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
	MaskEyes               // a painted mask with holes, behind which the wearer's own eyes blink
)

// Kinds are all of them, Honest first.
func Kinds() []Kind {
	all := make([]Kind, MaskEyes+1)
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// String names a kind as tables and tests do.
func (k Kind) String() string {
	names := [...]string{
		"honest", "injected", "photo-still", "photo-moved", "photo-bent", "photo-fold", "photo-eyes", "replay", "wrong-order",
		"stranger", "swap", "retimed", "mask", "drawing", "two-faces", "mask-eyes",
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
	Effort        float64 // how far a sitter or a sheet of paper is moved, of the usual [1]
	Noise         float64 // standard deviation of a pixel in mid grey, of 255 [2.2]
	JPEGQuality   int     // 1 to 100 [75]
	Seed          uint64
}

// Frame is a picture of a recording.
type Frame struct {
	At   time.Duration // since the recording began
	JPEG []byte
}

// Errors that a caller may branch on.
var (
	ErrUnknownKind = errors.New("no such kind of sitter: see Kinds")
	ErrScript      = errors.New("a script lasts up to two minutes, and colours need a slot of some length")
)

func (s *Script) check() error {
	if s.Length <= 0 || s.Length > 2*time.Minute || (len(s.Colours) > 0 && s.Slot <= 0) {
		return ErrScript
	}
	return nil
}

// asked is the move that is wanted at a time, or "".
func (s *Script) asked(at time.Duration) Move {
	for _, a := range s.Asked {
		if at >= a.From && at < a.Until {
			return a.Move
		}
	}
	return ""
}

// colour is what the screen shows at a time: its usual grey, or one of the series.
func (s *Script) colour(at time.Duration) color.RGBA {
	if since := at - s.LightFrom; since >= 0 && len(s.Colours) > 0 {
		if i := int(since / s.Slot); i < len(s.Colours) {
			return s.Colours[i]
		}
	}
	return color.RGBA{190, 190, 190, 255}
}

func (c Conditions) orDefault() Conditions {
	all := len(portraits.All())
	c.Sitter = ((c.Sitter % all) + all) % all
	if c.Other = ((c.Other % all) + all) % all; c.Other == c.Sitter {
		c.Other = (c.Sitter + 1) % all
	}
	or := func(v *float64, usual float64) {
		if *v == 0 {
			*v = usual
		}
	}
	or(&c.Room, 1)
	or(&c.Reflect, 0.08)
	or(&c.Noise, 2.2)
	or(&c.Effort, 1)
	c.Reflect = max(c.Reflect, 0)
	if c.Width == 0 || c.Height == 0 {
		c.Width, c.Height = 640, 480
	}
	if c.Rate <= 0 {
		c.Rate = 10
	}
	if c.JPEGQuality <= 0 {
		c.JPEGQuality = 75
	}
	return c
}

// Film plays a recording. It is cut short when ctx ends, with its error.
func Film(ctx context.Context, s Script, k Kind, c Conditions) ([]Frame, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	c = c.orDefault()
	r, err := cast(s, k, c)
	if err != nil {
		return nil, err
	}
	f := newFilmer(c)
	var frames []Frame
	for n := 0; ; n++ {
		at := f.moment(n, k == Injected)
		if at >= s.Length {
			return frames, nil
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		stage, pose := r(at)
		data, err := f.shoot(stage, pose, n)
		if err != nil {
			return nil, err
		}
		frames = append(frames, Frame{at, data})
	}
}

// Selfie is the photograph that the person claimed took of themselves before the recording, as JPEG.
func Selfie(c Conditions) ([]byte, error) {
	c = c.orDefault()
	p, err := New(&portraits.All()[c.Sitter])
	if err != nil {
		return nil, err
	}
	stage, err := solo(p, p.body, c)
	if err != nil {
		return nil, err
	}
	pose := NewMover(c.Seed ^ 77).At(0)
	pose.Light = LightOf(color.RGBA{190, 190, 190, 255}, c.Reflect)
	c.JPEGQuality = max(c.JPEGQuality, 90)
	return newFilmer(c).shoot(stage, pose, -1)
}

// filmer is the camera of a film.
type filmer struct {
	Conditions
	canvas *image.RGBA
	raw    *image.YCbCr
	sensor *Sensor
	out    bytes.Buffer
}

func newFilmer(c Conditions) *filmer {
	size := image.Rect(0, 0, c.Width, c.Height)
	noise := c.Noise / math.Sqrt(min(c.Room, 1)) // a camera makes up for the dark, and shows more grain
	return &filmer{
		Conditions: c, canvas: image.NewRGBA(size), raw: image.NewYCbCr(size, image.YCbCrSubsampleRatio420), sensor: NewSensor(noise, c.Seed),
	}
}

// moment is when picture n is taken: cameras are some milliseconds early or late.
func (f *filmer) moment(n int, perfect bool) time.Duration {
	at := time.Duration(n) * time.Second / time.Duration(f.Rate)
	if perfect || n == 0 {
		return at
	}
	late := scramble(f.Seed^uint64(n)<<32) % 18 //nolint:gosec // not negative
	return at + time.Duration(late)*time.Millisecond
}

func (f *filmer) shoot(stage *Stage, pose Pose, n int) ([]byte, error) {
	stage.Draw(f.canvas, pose)
	f.sensor.Expose(f.raw, f.canvas, uint64(n)) //nolint:gosec // a mere seed
	f.out.Reset()
	if err := jpeg.Encode(&f.out, f.raw, &jpeg.Options{Quality: f.JPEGQuality}); err != nil {
		return nil, err
	}
	return bytes.Clone(f.out.Bytes()), nil
}
