package guide

import (
	"math"
	"time"
)

// CardSight is what one frame showed of a document. The zero value is a frame without one.
type CardSight struct {
	At   time.Time
	Seen bool

	Other      bool // it is surely the side that is not asked for
	UpsideDown bool // surely
	Cut        bool // a corner lies beyond the picture

	Fill    float64       // of the picture's width that it takes
	Density float64       // pixels of the picture for a millimetre of it
	Tilt    float64       // how much longer a side is than its opposite, natural logarithm
	Glare   float64       // share of it on which light is reflected
	Sharp   float64       // of its print, in parts of what reading needs
	Unread  bool          // a zone is asked for and was not made out
	Hidden  bool          // a portrait is asked for and is not seen
	Corners [4][2]float64 // in shares of the picture's width
}

// Remarks on a document; Good is also of faces.
const (
	Nearer     Remark = "nearer"
	Away       Remark = "away"
	NoCard     Remark = "nocard"
	Edges      Remark = "edges"
	OtherSide  Remark = "otherside"
	UpsideDown Remark = "upsidedown"
	Flat       Remark = "flat"
	Spot       Remark = "glare"
	Steady     Remark = "steady"
	Unfocused  Remark = "unfocused" // near before a camera that cannot focus there
	ByFile     Remark = "byfile"    // focus never came
	Lines      Remark = "lines"     // the lines at the foot of the back are not made out
	Portrait   Remark = "portrait"  // the portrait of the front is not seen
	Tilting    Remark = "tilting"   // good, and being filmed: tilt it a little
)

// Where a document belongs: cameras of computers focus from 20 cm on, where a card takes about half of the picture's width; nearer it is out
// of focus, and farther its print has too few pixels.
const (
	leastFill    = 0.43
	nearFill     = 0.60 // beyond which a document out of focus is held too near
	mostFill     = 0.86
	leastDensity = 5.2 // pixels a millimetre
	plenty       = 9.0 // with which a smaller part of the picture does
)

func when(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// small is how much larger the document should be.
func small(s *CardSight) float64 {
	lack := leastDensity / max(s.Density, 0.1)
	if s.Density < plenty {
		lack = max(lack, leastFill/max(s.Fill, 0.01))
	}
	return lack
}

// cardRules stand in the order of urgency.
var cardRules = []rule[CardSight]{
	{Edges, func(s *CardSight) float64 { return when(s.Cut) }, 0.5, 0.5},
	{OtherSide, func(s *CardSight) float64 { return when(s.Other) }, 0.5, 0.5},
	{Nearer, small, 1, 0.93},
	{Away, func(s *CardSight) float64 { return s.Fill }, mostFill, mostFill - 0.04},
	{UpsideDown, func(s *CardSight) float64 { return when(s.UpsideDown) }, 0.5, 0.5},
	{Flat, func(s *CardSight) float64 { return s.Tilt }, 0.2, 0.16},
	{Unfocused, func(s *CardSight) float64 { return when(s.Fill > nearFill) / max(s.Sharp, 0.01) }, 1, 0.8},
	{Spot, func(s *CardSight) float64 { return s.Glare }, 0.012, 0.008},
	{Steady, func(s *CardSight) float64 { return 1 / max(s.Sharp, 0.01) }, 1, 0.8},
	{Lines, func(s *CardSight) float64 { return when(s.Unread) }, 0.5, 0.5},
	{Portrait, func(s *CardSight) float64 { return when(s.Hidden) }, 0.5, 0.5},
}

func judgeCard(s *CardSight, spoken Remark) Remark {
	if !s.Seen {
		return NoCard
	}
	return urgent(cardRules, s, spoken)
}

// How long a document may be out of focus until a file is offered, and how long its lines or its portrait may be looked for until the picture is
// taken without: the backend may read more than a glance does, and an operator more than both.
const (
	unfocused = 12 * time.Second
	unread    = 8 * time.Second
)

// CardAdviser says one remark at a time on a document. The zero value has said nothing yet.
type CardAdviser struct {
	Adviser
	blurred  time.Time // since when it has been seen and never sharp
	searched time.Time // since when nothing but its lines or its portrait was missed
}

// See takes the next sight and returns what stands on the screen from now on.
func (a *CardAdviser) See(s *CardSight) Remark {
	found := judgeCard(s, a.spoken)
	switch {
	case found == Good || found == Lines || found == Portrait:
		a.blurred = time.Time{}
	case (found == Steady || found == Unfocused) && a.blurred.IsZero():
		a.blurred = s.At
	}
	missed := found == Lines || found == Portrait
	if !missed {
		a.searched = time.Time{}
	} else if a.searched.IsZero() {
		a.searched = s.At
	}
	switch {
	case found == Steady && s.At.Sub(a.blurred) > unfocused:
		found = ByFile
	case missed && s.At.Sub(a.searched) > unread:
		found = Good
	}
	return a.hear(found, s.At)
}

// Of a film: how long a document is good before it begins, how long it lasts, and how much its corners may move meanwhile in a
// third of a second: a tilt is wanted, a jump is not.
const (
	filmAfter = 500 * time.Millisecond
	filmLasts = 2600 * time.Millisecond
	filmEvery = 330 * time.Millisecond
	jump      = 0.06 // of the picture's width
	filmGap   = 700 * time.Millisecond
)

// Shoot is what becomes of one frame of a document that is filmed.
type Shoot struct {
	Share   float64 // of the film that is over, 0 to 1
	Filming bool
	Keep    bool // this frame belongs to the film
	Again   bool // what was kept before it does not
	Fire    bool // the film is over: true once
}

// Film films a side by itself once it is good: a few seconds in which the citizen tilts it a little, and out of which the best frame is
// taken. While it is tilted, reflections and a blurred frame are as they should be; the side must only stay in sight. The zero value is ready.
type Film struct {
	good, begun, kept, last time.Time
	corners                 [4][2]float64
	fired                   bool
}

// See takes the next sight and what is said of it. After it has fired it rests.
func (f *Film) See(s *CardSight, said Remark) Shoot {
	gap := s.At.Sub(f.last)
	if f.fired {
		return Shoot{}
	}
	moved := f.moved(s)
	if s.Seen {
		f.last, f.corners = s.At, s.Corners
	}
	if !f.begun.IsZero() {
		return f.on(s, gap, moved)
	}
	switch {
	case said != Good || gap > filmGap || moved:
		f.good = time.Time{}
		return Shoot{}
	case f.good.IsZero():
		f.good = s.At
		return Shoot{}
	case s.At.Sub(f.good) < filmAfter:
		return Shoot{}
	}
	f.begun, f.kept = s.At, s.At
	return Shoot{Filming: true, Keep: true, Again: true}
}

// on goes on with a film that has begun.
func (f *Film) on(s *CardSight, gap time.Duration, moved bool) Shoot {
	if !s.Seen {
		if gap > filmGap {
			*f = Film{}
			return Shoot{}
		}
		return Shoot{Filming: true, Share: f.share(s.At)}
	}
	if gap > filmGap || moved || s.Other || s.Cut || s.Fill < leastFill*0.8 && s.Density < plenty {
		*f = Film{}
		return Shoot{}
	}
	out := Shoot{Filming: true, Share: f.share(s.At)}
	if s.At.Sub(f.kept) >= filmEvery {
		f.kept, out.Keep = s.At, true
	}
	if s.At.Sub(f.begun) >= filmLasts {
		f.fired, out.Fire, out.Keep = true, true, true
	}
	return out
}

func (f *Film) share(at time.Time) float64 {
	return min(float64(at.Sub(f.begun))/float64(filmLasts), 1)
}

// moved says whether the document has jumped since it was seen last.
func (f *Film) moved(s *CardSight) bool {
	if !s.Seen || f.last.IsZero() {
		return false
	}
	for i, c := range s.Corners {
		if math.Hypot(c[0]-f.corners[i][0], c[1]-f.corners[i][1]) > jump {
			return true
		}
	}
	return false
}
