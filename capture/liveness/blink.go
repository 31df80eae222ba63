package liveness

import (
	"context"
	"image"
	"math"
	"slices"

	"qoltanba/capture/face"
)

// A closing lid takes the eye out of the picture: the dark iris, its bright surroundings and the edges between them go, and skin takes their
// place. A painted eye never does that, and neither does a head that moves. So the pixels of each eye are laid on a grid between its corners,
// differences of brightness along it are taken (the lashes of a closed lid lie along it too and leave hardly any), and how much of the eye's
// usual pattern is in a picture is measured: 1 is the open eye, 0 none of it. Brows and nostrils, which no lid covers, are
// measured likewise: where they fade too, the picture is blurred or something is held before the face.
//
// What is usual is taken from the same recording, shortly before and after: nothing has to be known of how a person's eyes look.

// The grid between two landmarks, which lie at its left and right edge. It is patternTall of their distance high, and its pixels are smoothed
// over three by three.
const (
	patternWidth  = 32
	patternHeight = 20
	patternTall   = 0.8
	patternStep   = 2 // cells to each side over which brightness differs
	patternShift  = 2 // cells by which the mesh may be off
)

// pattern is the differences of brightness along the grid, as shares of the brightness of the skin beneath.
type pattern [patternWidth * patternHeight]float32

// piece is a part of the face that is looked at.
type piece int

const (
	leftEye piece = iota
	rightEye
	leftBrow
	rightBrow
	nostrils
	pieces
)

// pieceEnds are the landmarks at the left and right edge of each piece in the picture, those of MediaPipe's canonical face model.
var pieceEnds = [pieces][2]int{
	leftEye: {face.EyeLeftOuter, face.EyeLeftInner}, rightEye: {face.EyeRightIn, face.EyeRightOut},
	leftBrow: {46, 55}, rightBrow: {285, 276}, nostrils: {98, 327},
}

// patterns are those of one picture.
type patterns [pieces]pattern

func (p *patterns) take(img image.Image, m *face.Mesh) {
	l := lumaOf(img)
	for k, ends := range pieceEnds {
		p[k].take(&l, m[ends[0]], m[ends[1]])
	}
}

func (p *pattern) take(l *luma, from, to face.Point) {
	const w, h = patternWidth, patternHeight
	var raw, soft pattern
	dx, dy := float64(to.X-from.X), float64(to.Y-from.Y)
	for y := range h {
		down := ((float64(y)+0.5)/h - 0.5) * patternTall
		for x := range w {
			along := (float64(x) + 0.5) / w
			raw[y*w+x] = l.at(vec{float64(from.X) + dx*along - dy*down, float64(from.Y) + dy*along + dx*down})
		}
	}
	skin := float32(1)
	for _, v := range raw[(h-2)*w : (h-1)*w] {
		skin += v / w
	}
	for y := 1; y < h-1; y++ {
		for x := 1; x < w-1; x++ {
			i := y*w + x
			soft[i] = (raw[i-w-1] + raw[i-w] + raw[i-w+1] + raw[i-1] + raw[i] + raw[i+1] + raw[i+w-1] + raw[i+w] + raw[i+w+1]) / (9 * skin)
		}
	}
	*p = pattern{}
	for y := 1; y < h-1; y++ {
		for x := 1 + patternStep; x < w-1-patternStep; x++ {
			p[y*w+x] = soft[y*w+x+patternStep] - soft[y*w+x-patternStep]
		}
	}
}

// The cells that are compared: those that every shift leaves on the grid, less those above and below the lids.
const (
	patternLeft, patternRight = 1 + patternStep + patternShift, patternWidth - 1 - patternStep - patternShift
	patternTop, patternBottom = 4, 15
)

// power is the mean square of the pattern.
func (p *pattern) power() float64 {
	var sum float32
	for y := patternTop; y < patternBottom; y++ {
		for _, v := range p[y*patternWidth+patternLeft : y*patternWidth+patternRight] {
			sum += v * v
		}
	}
	return float64(sum) / ((patternBottom - patternTop) * (patternRight - patternLeft))
}

// share is how much of the usual pattern is in p, where the mesh may be off by a little: the largest projection on it.
func (p *pattern) share(usual *pattern) float64 {
	best := float32(math.Inf(-1))
	for dy := -patternShift; dy <= patternShift; dy++ {
		for dx := -patternShift; dx <= patternShift; dx++ {
			var sum float32
			for y := patternTop; y < patternBottom; y++ {
				u := usual[y*patternWidth+patternLeft : y*patternWidth+patternRight]
				v := p[(y+dy)*patternWidth+patternLeft+dx:][:len(u)]
				for i, a := range u {
					sum += a * v[i]
				}
			}
			best = max(best, sum)
		}
	}
	return float64(best) / ((patternBottom-patternTop)*(patternRight-patternLeft)*usual.power() + 1e-9)
}

// lidShares are how much of each piece's usual pattern a picture holds, where the usual picture holds about 1.
type lidShares [pieces]float64

// eye is how open the more open eye is, rest how much is left of what no lid covers.
func (s *lidShares) eye() float64 { return max(s[leftEye], s[rightEye]) }

func (s *lidShares) rest() float64 {
	return min((s[leftBrow]+s[rightBrow])/2, s[nostrils])
}

// glance is one picture of the eyes of a head that is about straight.
type glance struct {
	at       uint32
	of       *patterns
	strength float64 // of the weaker eye's usual pattern: the root of its power
	shares   lidShares
}

// fewestGlances are the pictures about one by which its eyes are measured.
const fewestGlances = 5

// compareGlances fills in the shares of every glance against those around it in time, and drops the ones that stand too alone,
// and those about which no eye is to be seen that could close: behind dark glasses noise would blink.
func compareGlances(all []glance) []glance {
	usual := new(patterns)
	first, after := 0, 0
	measured := make([]bool, len(all))
	for i := range all {
		for all[i].at-all[first].at > limit.lidMillis {
			first++
		}
		for after < len(all) && all[after].at <= all[i].at+limit.lidMillis {
			after++
		}
		if measured[i] = after-first >= fewestGlances; !measured[i] {
			continue
		}
		usual.mean(all[first:after])
		all[i].strength = math.Sqrt(min(usual[leftEye].power(), usual[rightEye].power()))
		if measured[i] = all[i].strength >= limit.lidStrength; !measured[i] {
			continue
		}
		for k := range all[i].shares {
			all[i].shares[k] = all[i].of[k].share(&usual[k])
		}
	}
	kept := all[:0]
	for i := range all {
		if measured[i] {
			kept = append(kept, all[i])
		}
	}
	normalise(kept)
	return kept
}

func (p *patterns) mean(of []glance) {
	*p = patterns{}
	for i := range of {
		for k := range p {
			for z, v := range of[i].of[k] {
				p[k][z] += v / float32(len(of))
			}
		}
	}
}

// normalise holds the shares against the upper quartile around them, which no blink lowers.
func normalise(all []glance) {
	raw := make([]lidShares, len(all))
	for i := range all {
		raw[i] = all[i].shares
	}
	var near []float64
	for i := range all {
		for k := range all[i].shares {
			near = near[:0]
			for j := range all {
				if max(all[i].at, all[j].at)-min(all[i].at, all[j].at) <= limit.lidMillis {
					near = append(near, raw[j][k])
				}
			}
			slices.Sort(near)
			all[i].shares[k] = raw[i][k] / max(near[len(near)*3/4], 1e-9)
		}
	}
}

// blinksOf counts the blinks among glances, and tells how little was left of both eyes at the deepest moment that may be one: the eyes were
// open shortly before and shortly after, and the rest of the face was to be seen as usual.
func blinksOf(all []glance) (n int, deepest float64) {
	deepest = 1
	shut := false
	for i := range all {
		s := &all[i].shares
		if s.rest() < limit.lidRest || !opensAbout(all, i) {
			shut = false
			continue
		}
		deepest = min(deepest, max(s.eye(), 0))
		if closed := s.eye() <= limit.lidShut; closed != shut {
			if shut = closed; closed {
				n++
			}
		}
	}
	return n, deepest
}

// opensAbout says that both eyes were open before a glance and after it, not longer apart than a blink may take.
func opensAbout(all []glance, i int) bool {
	open := func(k int) bool { return min(all[k].shares[leftEye], all[k].shares[rightEye]) >= limit.lidOpen }
	before, after := i-1, i+1
	for before >= 0 && !open(before) {
		before--
	}
	for after < len(all) && !open(after) {
		after++
	}
	return before >= 0 && after < len(all) && all[after].at-all[before].at <= limit.lidMost
}

// glances are the pictures of the eyes in which the head is about straight.
func (q *inquiry) glances() []glance {
	all := make([]glance, 0, len(q.looks))
	for i := range q.looks {
		if l := &q.looks[i]; q.straight(l, limit.frontal) {
			all = append(all, glance{at: l.at, of: &l.patterns})
		}
	}
	return compareGlances(all)
}

// alone looks at what a machine needs for a pass without a person: eyes that were seen to close, on demand or of themselves, and
// the screen's light. Where either is missing nothing speaks against anybody, and an operator looks.
func (q *inquiry) alone(ctx context.Context) error {
	n, deepest := blinksOf(q.glances())
	q.find(Finding{Check: CheckEyesClosed, Prompt: -1, Value: deepest, Limit: limit.lidShut, OK: n > 0, Soft: true}, "")
	if n == 0 {
		q.settle(BlinkUnseen, -1)
	}
	if q.c.Light == nil {
		q.settle(LightLeftOut, -1)
	}
	return ctx.Err()
}
