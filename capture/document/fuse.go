package document

import (
	"cmp"
	"image"
	"math"
	"slices"

	"qoltanba/capture/document/mrz"
)

// MostFused are the frames of one side that are put together at most.
const MostFused = 8

// alike is the correlation from which two upright frames show the same side.
const alike = 0.5

// Fuse examines several frames of one side, taken while card or camera moved a little, and makes one examination of them: glare moves and
// text does not. The frames are laid upon each other by their corners; each place of the upright card takes the lower median of their
// light, which a lamp can only raise, and each character of the zone is voted on by all frames in which a zone was seen, and by the
// fused one. Frames that show nothing or another side are left aside, and so is all behind the first [MostFused]. It answers false where no
// frame shows a document; with one frame it is Examine.
func (e *Examiner) Fuse(frames []image.Image) (Examination, bool) {
	var seen []Examination
	for _, f := range frames[:min(len(frames), MostFused)] {
		if x, ok := e.Examine(f); ok && x.Upright != nil {
			seen = append(seen, x)
		}
	}
	if len(seen) == 0 {
		return Examination{}, false
	}
	fused := slices.MinFunc(seen, better)
	together := agree(fused, seen)
	if len(together) < 2 {
		return fused, true
	}
	fused.Upright = median(together)
	if fused.Side != Page {
		fused.Measures.Zone, fused.Measures.Print = sharpness(fused.Upright, ZoneBox), sharpness(fused.Upright, PrintBox)
	}
	switch fused.Side {
	case Back:
		e.vote(&fused, together, mrz.TD1)
	case Page:
		e.vote(&fused, together, mrz.TD3)
	}
	return fused, true
}

// better puts the frame first that tells most: one with a zone, whose checks hold, on which least shines.
func better(a, b Examination) int {
	rank := func(x Examination) int {
		if x.Zone == nil {
			return math.MaxInt
		}
		return len(x.Zone.Failed())
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Measures.Shining, b.Measures.Shining))
}

// agree are the frames that show the side of the first, turned as it is.
func agree(first Examination, seen []Examination) []Examination {
	var same []Examination
	for _, x := range seen {
		if x.Upright.Rect != first.Upright.Rect {
			continue
		}
		turned := x
		turned.turn()
		upright, other := correlation(first.Upright, x.Upright), correlation(first.Upright, turned.Upright)
		if other > upright {
			x, upright = turned, other
			x.grid = nil
		}
		if upright >= alike {
			same = append(same, x)
		}
	}
	return same
}

// correlation of two pictures of one size, looked at coarsely: 1 where they are the same up to light.
func correlation(a, b *image.Gray) float64 {
	const cell = 6
	columns, rows := a.Rect.Dx()/cell, a.Rect.Dy()/cell
	cells := func(img *image.Gray) []float64 {
		out := make([]float64, columns*rows)
		for y := range rows * cell {
			for x := range columns * cell {
				out[y/cell*columns+x/cell] += float64(img.Pix[y*img.Stride+x])
			}
		}
		return out
	}
	u, v := cells(a), cells(b)
	var su, sv, uu, vv, uv float64
	for i := range u {
		su, sv, uu, vv, uv = su+u[i], sv+v[i], uu+u[i]*u[i], vv+v[i]*v[i], uv+u[i]*v[i]
	}
	n := float64(len(u))
	spread := (uu - su*su/n) * (vv - sv*sv/n)
	if spread <= 0 {
		return 0
	}
	return (uv - su*sv/n) / math.Sqrt(spread)
}

// median lays frames of one side upon each other, each as light in the whole as the first.
func median(frames []Examination) *image.Gray {
	var levels [MostFused][256]uint8 // of each frame, as the first has it
	want := middling(frames[0].Upright)
	for k, f := range frames {
		gain := want / max(middling(f.Upright), 1)
		for v := range 256 {
			levels[k][v] = uint8(min(gain*float64(v)+0.5, 255))
		}
	}
	out := image.NewGray(frames[0].Upright.Rect)
	var place [MostFused]uint8
	for i := range out.Pix {
		values := place[:len(frames)]
		for k, f := range frames {
			v := levels[k][f.Upright.Pix[i]]
			at := k
			for at > 0 && values[at-1] > v {
				values[at] = values[at-1]
				at--
			}
			values[at] = v
		}
		out.Pix[i] = values[(len(values)-1)/2]
	}
	return out
}

// middling is the light that half of a picture is darker than.
func middling(img *image.Gray) float64 {
	var counts [256]int
	for _, v := range img.Pix {
		counts[v]++
	}
	n := 0
	for v, c := range counts {
		if n += c; 2*n >= len(img.Pix) {
			return float64(v)
		}
	}
	return 255
}

// vote takes the best of three readings: that of the best frame, that of the fused picture and the one that all frames vote for.
func (e *Examiner) vote(fused *Examination, together []Examination, f mrz.Format) {
	var grids []mrz.Grid
	for _, x := range together {
		if x.grid != nil {
			grids = append(grids, x.grid)
		}
	}
	take := func(r mrz.Reading) {
		if old := fused.Zone; old == nil || len(r.Failed()) < len(old.Failed()) ||
			len(r.Failed()) == len(old.Failed()) && mean(r.Confidence) > mean(old.Confidence) {
			fused.Zone = &r
		}
	}
	if r, ok := e.reader.Read(fused.Upright, f); ok {
		take(r)
		grids = append(grids, slices.Clone(e.reader.grid))
	}
	if len(grids) < 2 {
		return
	}
	if r, err := mrz.Decode(f, voted(grids), e.reader.Options); err == nil {
		take(r)
	}
}

// voted is the geometric mean of what frames think of each place. One frame that is sure of something wrong is outvoted by two.
func voted(grids []mrz.Grid) mrz.Grid {
	const least = 1e-3
	out := make(mrz.Grid, len(grids[0]))
	for i := range out {
		sum := 0.0
		var p [len(mrz.Alphabet)]float64
		for k := range p {
			for _, g := range grids {
				p[k] += math.Log(max(float64(g[i][k]), least))
			}
			p[k] = math.Exp(p[k] / float64(len(grids)))
			sum += p[k]
		}
		for k := range p {
			out[i][k] = float32(p[k] / sum)
		}
	}
	return out
}
