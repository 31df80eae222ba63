package liveness

import (
	"context"
	"image"
	"math"
	"slices"

	"qoltanba/capture/face"
)

// timing looks at when the frames came.
func (q *inquiry) timing(context.Context) error {
	first, last := q.looks[0].at, q.looks[len(q.looks)-1].at
	end := q.c.Prompts[len(q.c.Prompts)-1].Until
	if q.c.Light != nil {
		end = q.c.Light.Until
	}
	intervals := make([]float64, 0, len(q.looks)-1)
	gap := max(float64(first), float64(end)-float64(last)) // before the first frame, and after the last
	for i := range q.looks[1:] {
		d := float64(q.looks[i+1].at - q.looks[i].at)
		intervals = append(intervals, d)
		gap = max(gap, d)
	}
	q.least(CheckFrames, 1000*float64(len(intervals))/float64(last-first), limit.rate, Faltered)
	q.most(CheckGap, gap, limit.gap, Faltered)
	q.least(CheckClock, unevenness(intervals), limit.evenClock, ClockTooEven)
	return nil
}

// unevenness is the largest deviation of the intervals from an even clock, whose step is the median, of those at about its rate: the recorder
// changes its rate when the line does. Fewer than half a minute's worth of breaths tell nothing, so that few frames count as uneven.
func unevenness(intervals []float64) float64 {
	step := median(slices.Clone(intervals))
	worst, n := 0.0, 0
	for _, d := range intervals {
		if d < 0.75*step || d > 1.25*step {
			continue // another rate, or a frame lost
		}
		n++
		worst = max(worst, math.Abs(d-step))
	}
	if n < len(intervals)/2 {
		return step
	}
	return worst
}

// faces looks at how many faces there were.
func (q *inquiry) faces(context.Context) error {
	with, more := 0, 0
	for i := range q.looks {
		l := &q.looks[i]
		if l.faces > 1 {
			more++
		}
		if l.faces > 0 {
			with++
		}
	}
	q.most(CheckMoreFaces, float64(more), limit.moreFaces, MoreFaces)
	q.least(CheckFace, float64(with)/float64(len(q.looks)), limit.faceShare, FaceLost)
	return nil
}

const sightEvery = 8 // of the frames are looked at for light

// sight looks at whether the face could be seen well.
func (q *inquiry) sight(ctx context.Context) error {
	var widths, lights, glares []float64
	for i := 0; i < len(q.looks); i += sightEvery {
		l := &q.looks[i]
		if !l.seen {
			continue
		}
		img, err := q.decode(i)
		if err != nil {
			return err
		}
		quality := face.Assess(img, &l.obs)
		widths = append(widths, l.obs.Width)
		lights = append(lights, quality.Light)
		glares = append(glares, quality.Glare)
	}
	q.least(CheckWidth, median(widths), limit.width, TooFar)
	q.least(CheckDark, median(lights), limit.dark, TooDark)
	q.most(CheckGlare, median(glares), limit.glare, TooBright)
	return ctx.Err()
}

// steps looks for jumps of the face from frame to frame.
func (q *inquiry) steps(context.Context) error {
	worst := 0.0
	var before *look
	for i := range q.looks {
		l := &q.looks[i]
		if l.size != q.looks[0].size {
			worst = max(worst, 2*limit.jump)
		}
		if !l.seen {
			continue
		}
		if before != nil {
			tenths := max(float64(l.at-before.at)/100, 1)
			worst = max(worst, stepOf(&before.obs, &l.obs)/tenths)
		}
		before = l
	}
	q.most(CheckJump, worst, limit.jump, Jumped)
	return nil
}

// stepOf is how far the face moved, sideways, up or toward the camera, in widths of the smaller one.
func stepOf(a, b *face.Observation) float64 {
	ca, cb := middle(&a.Mesh), middle(&b.Mesh)
	least := min(a.Width, b.Width)
	return max(math.Hypot(ca.x-cb.x, ca.y-cb.y), math.Abs(a.Width-b.Width)) / least
}

// middle is the middle between forehead and chin.
func middle(m *face.Mesh) vec {
	f, c := m[face.Forehead], m[face.Chin]
	return vec{float64(f.X+c.X) / 2, float64(f.Y+c.Y) / 2}
}

// thumbnail is the brightness of a picture in few fields, in 64ths of a level: enough to know a picture again that was encoded anew.
type thumbnail [thumbWidth * thumbHeight]uint16

const (
	thumbWidth  = 32
	thumbHeight = 24
	thumbStep   = 2 // every second pixel of every second row counts
)

func (t *thumbnail) take(img image.Image) {
	l := lumaOf(img)
	for fy := range thumbHeight {
		for fx := range thumbWidth {
			x0, x1 := fx*l.width/thumbWidth, (fx+1)*l.width/thumbWidth
			y0, y1 := fy*l.height/thumbHeight, (fy+1)*l.height/thumbHeight
			sum, n := 0, 0
			for y := y0; y < y1; y += thumbStep {
				row := l.pix[y*l.stride:]
				for x := x0; x < x1; x += thumbStep {
					sum += int(row[x])
					n++
				}
			}
			t[fy*thumbWidth+fx] = uint16(64 * sum / max(n, 1)) //nolint:gosec // at most 64*255
		}
	}
}

// difference is the root of the mean squared difference of two thumbnails, in levels of 255.
func (t *thumbnail) difference(u *thumbnail) float64 {
	sum := 0
	for i, v := range t {
		d := int(v) - int(u[i])
		sum += d * d
	}
	return math.Sqrt(float64(sum)/float64(len(t))) / 64
}

// repeats counts frames that are like one at least a second earlier: cameras that falter send a picture twice at once, but nobody who breathes
// looks the same again to a tenth of a level.
func (q *inquiry) repeats(ctx context.Context) error {
	n := 0
	for i := range q.looks {
		if q.nearest(i) < limit.repeatDiff {
			n++
		}
	}
	q.most(CheckRepeat, float64(n), limit.repeats, FramesRepeat)
	return ctx.Err()
}

// nearest is the difference of a frame from the likest of those a second or more before it.
func (q *inquiry) nearest(i int) float64 {
	least := math.Inf(1)
	for k := range i {
		if q.looks[i].at-q.looks[k].at < repeatAfter {
			break
		}
		least = min(least, q.looks[i].small.difference(&q.looks[k].small))
	}
	return least
}

const repeatAfter = 1000 // ms

// identity tells whether one person was there all the time, and whether it is the person of the selfie.
func (q *inquiry) identity(ctx context.Context) error {
	selfie, err := q.selfie()
	if err != nil {
		return err
	}
	frontal, aside := q.faceFrames()
	prints := make([]face.Print, 0, len(frontal))
	for _, i := range frontal {
		p, err := q.print(ctx, i)
		if err != nil {
			return err
		}
		prints = append(prints, p)
	}
	if len(prints) == 0 {
		q.settle(NotStraight, -1)
		return nil
	}
	q.likeSelfie(&selfie, prints)
	q.likeEachOther(prints)
	worst := 1.0
	for _, i := range aside {
		p, err := q.print(ctx, i)
		if err != nil {
			return err
		}
		worst = min(worst, nearest(&p, prints))
	}
	q.least(CheckContinuity, worst, limit.continuity, PersonChanged)
	return nil
}

// likeSelfie holds the near-frontal frames against the selfie: most must be the same person surely, and none surely another.
func (q *inquiry) likeSelfie(selfie *face.Print, prints []face.Print) {
	same, different := 0, 0
	cosines := make([]float64, len(prints))
	for i := range prints {
		like := face.Compare(selfie, &prints[i])
		cosines[i] = like.Cosine
		switch like.Verdict() {
		case face.Same:
			same++
		case face.Different:
			different++
		case face.Unsure:
		}
	}
	q.find(Finding{
		Check: CheckSelfie, Prompt: -1, Value: median(cosines), Limit: limit.continuity, OK: different == 0 && 2*same > len(prints),
	}, OtherPerson)
}

// likeEachOther holds the near-frontal frames against the first.
func (q *inquiry) likeEachOther(prints []face.Print) {
	worst, ok := 1.0, true
	for i := 1; i < len(prints); i++ {
		like := face.Compare(&prints[0], &prints[i])
		worst = min(worst, like.Cosine)
		ok = ok && like.Verdict() == face.Same
	}
	q.find(Finding{Check: CheckSamePerson, Prompt: -1, Value: worst, Limit: limit.continuity, OK: ok}, PersonChanged)
}

// nearest is the likeness of a print to the likest of others.
func nearest(p *face.Print, others []face.Print) float64 {
	best := -1.0
	for i := range others {
		best = max(best, face.Compare(p, &others[i]).Cosine)
	}
	return best
}

func (q *inquiry) print(ctx context.Context, i int) (face.Print, error) {
	if err := ctx.Err(); err != nil {
		return face.Print{}, err
	}
	img, err := q.decode(i)
	if err != nil {
		return face.Print{}, err
	}
	return q.engine.Print(img, &q.looks[i].obs.Mesh)
}

// faceFrames chooses the frames by which people are told apart: the straightest about the beginning of every prompt and at the end, and for
// each movement one on its way.
func (q *inquiry) faceFrames() (frontal, aside []int) {
	from, end := q.looks[0].at, q.looks[len(q.looks)-1].at
	times := []uint32{from}
	for _, p := range q.c.Prompts {
		times = append(times, p.From)
		if i, ok := q.best(p.From, p.Until, func(l *look) float64 {
			t := q.turned(l)
			return math.Abs(math.Hypot(t.Yaw, t.Pitch) - limit.turn)
		}); ok && p.Kind != Blink {
			aside = append(aside, i)
		}
	}
	for _, t := range append(times, end) {
		if i, ok := q.best(t-min(t, frontalReach), t+frontalReach, func(l *look) float64 {
			turn := q.turned(l)
			return math.Hypot(turn.Yaw, turn.Pitch)
		}); ok && q.straight(&q.looks[i], limit.frontal) {
			frontal = append(frontal, i)
		}
	}
	return slices.Compact(frontal), slices.Compact(aside)
}

const frontalReach = 1000 // ms about the beginning of a prompt

// best is the look with one face of least cost between two times.
func (q *inquiry) best(from, until uint32, cost func(*look) float64) (index int, ok bool) {
	least := math.Inf(1)
	for i := range q.looks {
		l := &q.looks[i]
		if !l.seen || l.at < from || l.at > until {
			continue
		}
		if c := cost(l); c < least {
			index, least, ok = i, c, true
		}
	}
	return index, ok
}
