// Package guide decides what to say to a citizen who sits before the camera, and when the shutter may go by itself.
//
// A [Sight] is what one analysed frame showed of a face, in numbers. An [Adviser] makes of many sights one [Remark] at a time: the most urgent thing to
// put right, said only once it has lasted, and left standing long enough to be read, so that the words do not flicker while a face moves
// along an edge. A [Shutter] counts down while the face is good and steady. A [CardSight], a [CardAdviser] and a [Film] are the same for a document.
//
// All of it is guidance: what is true of a picture the backend decides. The package knows no camera, no network of neurons and no window; time comes
// with the sights. Nothing here is safe for concurrent use.
package guide

import (
	"math"
	"time"
)

// Sight is what one frame showed. Lengths are shares of the picture's shorter side, so that they hold for every camera. The zero value is a
// frame without a face.
type Sight struct {
	At    time.Time // when the frame was taken, with a monotonic reading
	Faces int       // 0, 1, or 2 for more than one; the rest tells of the largest

	Width      float64 // of the face, from cheek to cheek
	OffX, OffY float64 // its centre from the middle of the oval; x to the right and y down in the picture as taken
	Yaw, Pitch float64 // degrees from straight ahead
	Roll       float64
	Eyes       float64 // how open they are: distance of the lids by width of the eye

	Light     float64 // mean brightness of the skin, 0 to 1
	Uneven    float64 // difference of the brightness of the face's halves, over their sum, 0 to 1
	Sharpness float64 // strength of edges, 0 to 1; about 0.1 for a face out of focus
	Covered   float64 // share of the skin that something hides, 0 to 1
	Glare     float64 // share of the face that is burnt out, 0 to 1
}

// Remark is one thing to say. The values are the last part of the words' keys: hint.closer.
type Remark string

// The remarks. None is said before the first frame; Good says that the picture may be taken.
const (
	None     Remark = ""
	Good     Remark = "good"
	NoFace   Remark = "noface"
	OneFace  Remark = "oneface"
	Farther  Remark = "farther"
	Closer   Remark = "closer"
	Centre   Remark = "centre"
	Covered  Remark = "covered"
	Light    Remark = "light"
	Bright   Remark = "bright"
	Side     Remark = "side"
	Glare    Remark = "shine"
	Straight Remark = "straight"
	Sharp    Remark = "sharp"
)

// rule finds one fault. It is found where amount passes enter, and stays found until amount falls below leave.
type rule[S any] struct {
	remark       Remark
	amount       func(*S) float64
	enter, leave float64
}

// rules stand in the order of urgency: there is no use in speaking of light to a face that is not in the picture. Their edges are those of comfort
// and lie inside what a picture needs; they are to be read with the sizes of the oval on the screen.
var rules = []rule[Sight]{
	{OneFace, func(s *Sight) float64 { return float64(s.Faces) }, 1.5, 1.5},
	{Farther, func(s *Sight) float64 { return s.Width }, 0.56, 0.53},
	{Closer, func(s *Sight) float64 { return -s.Width }, -0.26, -0.29},
	{Centre, func(s *Sight) float64 { return math.Hypot(s.OffX, s.OffY) }, 0.14, 0.11},
	{Covered, func(s *Sight) float64 { return s.Covered }, 0.30, 0.22},
	{Light, func(s *Sight) float64 { return -s.Light }, -0.20, -0.24},
	{Bright, func(s *Sight) float64 { return s.Light }, 0.92, 0.88},
	{Side, func(s *Sight) float64 { return s.Uneven }, 0.50, 0.42},
	{Glare, func(s *Sight) float64 { return s.Glare }, 0.06, 0.04},
	{Straight, func(s *Sight) float64 { return max(math.Abs(s.Yaw), math.Abs(s.Pitch)*0.8, math.Abs(s.Roll)*0.8) }, 18, 14},
	{Sharp, func(s *Sight) float64 { return -s.Sharpness }, -0.10, -0.14},
}

func judge(s *Sight, spoken Remark) Remark {
	if s.Faces == 0 {
		return NoFace
	}
	return urgent(rules, s, spoken)
}

// urgent names the first fault in the order of rules; the one that is spoken of already is held to its leaving edge.
func urgent[S any](rules []rule[S], s *S, spoken Remark) Remark {
	for _, r := range rules {
		edge := r.enter
		if r.remark == spoken {
			edge = r.leave
		}
		if r.amount(s) > edge {
			return r.remark
		}
	}
	return Good
}

// How long a finding must last before it is said, and how long a remark stands at least, unless all is good.
const (
	lasts    = 300 * time.Millisecond
	readable = 1500 * time.Millisecond
)

// Adviser says one remark at a time. The zero value has said nothing yet.
type Adviser struct {
	spoken    Remark
	since     time.Time // that it is spoken
	found     Remark
	foundFrom time.Time
}

// See takes the next sight and returns what stands on the screen from now on.
func (a *Adviser) See(s *Sight) Remark { return a.hear(judge(s, a.spoken), s.At) }

// hear takes what was found at a time.
func (a *Adviser) hear(found Remark, at time.Time) Remark {
	if found != a.found {
		a.found, a.foundFrom = found, at
	}
	switch {
	case found == a.spoken, at.Sub(a.foundFrom) < lasts:
	case found != Good && a.spoken != Good && a.spoken != None && at.Sub(a.since) < readable:
	default:
		a.spoken, a.since = found, at
	}
	return a.spoken
}
