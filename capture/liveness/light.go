package liveness

import (
	"image"
	"math"
	"slices"

	"qoltanba/capture/face"
)

// A screen that shows colours lights the face before it, and hardly the room behind. What is looked at is the colour of the skin against that of the
// surroundings, as logarithms, so that exposure, white balance and flicker, which are gains on both, drop out; of that the mean of the three
// channels is taken off, as brightness says nothing here.

// tint is the colour of the skin less that of the surroundings at one time: logarithms, of mean 0 over the channels.
type tint struct {
	at uint32
	c  [3]float64
}

// skinSpots are landmarks on cheeks, forehead and chin, away from eyes, mouth and hair.
var skinSpots = [...]int{50, 280, 205, 425, 101, 330, 151, 9, 108, 337, 199}

const skinRadius = 0.07 // of a spot, in face widths

// tintOf measures a picture. It reports false where there is too little of the skin or of the surroundings in it.
func tintOf(img image.Image, m *face.Mesh, at uint32) (tint, bool) {
	left, right := m[face.CheekLeft], m[face.CheekRight]
	width := math.Hypot(float64(right.X-left.X), float64(right.Y-left.Y))
	var skin, room colourSum
	for _, i := range skinSpots {
		skin.addSquare(img, float64(m[i].X), float64(m[i].Y), skinRadius*width)
	}
	b := img.Bounds()
	cx := float64(left.X+right.X) / 2
	top := float64(m[face.Forehead].Y+m[face.Chin].Y)/2 - 1.5*width
	for y := b.Min.Y; y < b.Max.Y; y += roomStep {
		for x := b.Min.X; x < b.Max.X; x += roomStep {
			if math.Abs(float64(x-b.Min.X)-cx) >= 1.1*width || float64(y-b.Min.Y) <= top {
				room.add(img, x, y)
			}
		}
	}
	if skin.n < fewestSkin || room.n < fewestRoom {
		return tint{}, false
	}
	t := tint{at: at}
	s, r := skin.logs(), room.logs()
	mean := 0.0
	for k := range t.c {
		t.c[k] = s[k] - r[k]
		mean += t.c[k] / 3
	}
	for k := range t.c {
		t.c[k] -= mean
	}
	return t, true
}

const (
	roomStep   = 4
	fewestSkin = 200
	fewestRoom = 400
)

// colourSum adds colours up, in the picture's own form while that is YCbCr.
type colourSum struct {
	y, cb, cr int
	n         int
	rgb       [3]float64
}

func (s *colourSum) addSquare(img image.Image, cx, cy, radius float64) {
	b := img.Bounds()
	spot := image.Rect(int(cx-radius), int(cy-radius), int(cx+radius)+1, int(cy+radius)+1).Add(b.Min).Intersect(b)
	for y := spot.Min.Y; y < spot.Max.Y; y++ {
		for x := spot.Min.X; x < spot.Max.X; x++ {
			s.add(img, x, y)
		}
	}
}

func (s *colourSum) add(img image.Image, x, y int) {
	s.n++
	if m, ok := img.(*image.YCbCr); ok {
		i := m.COffset(x, y)
		s.y += int(m.Y[m.YOffset(x, y)])
		s.cb += int(m.Cb[i])
		s.cr += int(m.Cr[i])
		return
	}
	r, g, b, _ := img.At(x, y).RGBA()
	s.rgb[0] += float64(r) / 257
	s.rgb[1] += float64(g) / 257
	s.rgb[2] += float64(b) / 257
}

// logs are the logarithms of the mean red, green and blue, each 0 to 255 and one more.
func (s *colourSum) logs() (out [3]float64) {
	n := float64(s.n)
	y, cb, cr := float64(s.y)/n, float64(s.cb)/n-128, float64(s.cr)/n-128
	if s.y == 0 && s.cb == 0 {
		cb, cr = 0, 0
	}
	// ITU-T T.871, 7.
	rgb := [3]float64{y + 1.402*cr, y - 0.344136*cb - 0.714136*cr, y + 1.772*cb}
	for k := range out {
		out[k] = math.Log(max(rgb[k]+s.rgb[k]/n, 0) + 1)
	}
	return out
}

// lightFound is what the tints say about the series of colours.
type lightFound struct {
	signal  float64 // how much better a series of six levels explains the tints than none: the root of the F statistic, about 1 for noise
	shown   float64 // correlation of the levels with the order that was shown
	other   float64 // the best correlation with any other order
	ever    float64 // the best correlation with the order shown, wherever the series may begin
	enough  bool    // there were frames enough to tell
	startAt uint32  // where the series begins, ms of the recording
}

const startStep = 40 // ms between the beginnings that are tried

// findLight looks for the series. Where it begins is chosen by how little it leaves unexplained, whatever the order: so the choice cannot favour
// the right one.
func findLight(tints []tint, l *Light) (found lightFound) {
	length := uint32(len(colours)) * l.Slot
	var best slotFit
	least := math.Inf(1)
	found.ever = -1
	for at := l.From; at+length <= l.Until; at += startStep {
		fit, ok := fitSlots(tints, at, l.Slot)
		if !ok {
			continue
		}
		scores, norm := fit.scores()
		found.ever = max(found.ever, scoreOf(&scores, indices(l.Colours))/norm)
		if fit.unexplained < least {
			best, least = fit, fit.unexplained
			found.enough, found.startAt = true, at
		}
	}
	if found.enough {
		found.signal = best.signal
		found.shown, found.other = best.orders(indices(l.Colours))
	}
	return found
}

// order is the colours by their index.
type order [len(colours)]int

func indices(of []Colour) (o order) {
	for k, c := range of {
		o[k] = slices.Index(colours[:], c)
	}
	return o
}

// slotFit is a level for each slot of a series.
type slotFit struct {
	levels      [len(colours)][3]float64 // of mean 0 over the slots
	unexplained float64                  // variance that is left of a tint
	signal      float64
}

const drift = 3 // coefficients of the parabola that follows room and camera

// fitSlots fits the tints to a series that begins at a time, white before and after: a level for each slot, over a parabola.
func fitSlots(tints []tint, start, slot uint32) (fit slotFit, ok bool) {
	var with [3]equations
	rows := make([][drift + len(colours)]float64, 0, len(tints))
	used := make([]tint, 0, len(tints))
	var count [len(colours)]int
	length := uint32(len(colours)) * slot
	for _, t := range tints {
		u := (float64(t.at) - float64(start)) / float64(length)
		row := [drift + len(colours)]float64{1, u, u * u}
		if t.at >= start && t.at < start+length+slot {
			since, k := (t.at-start)%slot, int((t.at-start)/slot)
			if float64(since) < limit.lightSettling {
				continue
			}
			if k < len(count) {
				row[drift+k] = 1
				count[k]++
			}
		}
		for c := range with {
			with[c].add(row[:], t.c[c])
		}
		rows, used = append(rows, row), append(used, t)
	}
	free := len(rows) - drift - len(colours)
	if slices.Min(count[:]) < 2 || free < len(colours) {
		return fit, false
	}
	var left, leftWithout float64
	for c := range with {
		x, ok1 := with[c].solve(drift + len(colours))
		plain, ok2 := with[c].solve(drift)
		if !ok1 || !ok2 {
			return fit, false
		}
		fit.level(c, x[drift:])
		for i, row := range rows {
			rest, without := used[i].c[c], used[i].c[c]
			for k, v := range row {
				rest -= x[k] * v
				without -= plain[k] * v
			}
			left += rest * rest
			leftWithout += without * without
		}
	}
	fit.unexplained = left/float64(free) + lightGrain
	fit.signal = math.Sqrt(max(leftWithout-left, 0) / float64(len(colours)) / fit.unexplained)
	return fit, true
}

// lightGrain keeps a series without any noise from being infinitely strong: the variance of a tenth of a level of 255 in mid grey.
const lightGrain = 1e-6

func (f *slotFit) level(channel int, x []float64) {
	mean := 0.0
	for k := range f.levels {
		mean += x[k] / float64(len(f.levels))
	}
	for k := range f.levels {
		f.levels[k][channel] = x[k] - mean
	}
}

// scores are how well each slot fits each colour, and the factor that makes a correlation of a sum of them.
func (f *slotFit) scores() (score [len(colours)][len(colours)]float64, norm float64) {
	var ll, tt float64
	for k, level := range f.levels {
		want := unbiased(colours[k].rgb())
		tt += dot(want, want)
		ll += dot(level, level)
		for j := range colours {
			score[k][j] = dot(level, unbiased(colours[j].rgb()))
		}
	}
	return score, math.Sqrt(ll*tt) + 1e-12
}

func scoreOf(score *[len(colours)][len(colours)]float64, o order) (sum float64) {
	for k, j := range o {
		sum += score[k][j]
	}
	return sum
}

// orders correlates the levels with the order that was shown, and with the best of all others.
func (f *slotFit) orders(want order) (shown, other float64) {
	score, norm := f.scores()
	other = -1
	permute(order{0, 1, 2, 3, 4, 5}, 0, func(o *order) {
		if *o != want {
			other = max(other, scoreOf(&score, *o)/norm)
		}
	})
	return scoreOf(&score, want) / norm, other
}

// permute calls f with every order of o's elements from at on.
func permute(o order, at int, f func(*order)) {
	if at == len(o) {
		f(&o)
		return
	}
	for i := at; i < len(o); i++ {
		o[at], o[i] = o[i], o[at]
		permute(o, at+1, f)
		o[at], o[i] = o[i], o[at]
	}
}

func unbiased(v [3]float64) [3]float64 {
	mean := (v[0] + v[1] + v[2]) / 3
	return [3]float64{v[0] - mean, v[1] - mean, v[2] - mean}
}

func dot(a, b [3]float64) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
