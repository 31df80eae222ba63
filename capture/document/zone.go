package document

import (
	"image"
	"math"
	"slices"

	"qoltanba/capture/document/glyph"
	"qoltanba/capture/document/mrz"
)

// Reader finds and reads machine-readable zones. It is for one goroutine.
type Reader struct {
	Options mrz.Options // what the caller knows of numbers

	weights glyph.Weights
	active  glyph.Activations
	ink     []float32 // of the lower part of the document
	sums    []float64
	columns []float64
	grid    mrz.Grid
}

// NewReader takes the weights of package glyph, as assets/glyphs holds them.
func NewReader(weights []byte) (*Reader, error) {
	r := &Reader{}
	if err := r.weights.UnmarshalBinary(weights); err != nil {
		return nil, err
	}
	return r, nil
}

// print says where the zone of a format is printed, in millimetres of its document: what Doc 9303-5, 4.1.1, and 9303-4, 4.1.1,
// ask for, and how far printers are off.
type print struct {
	shape        Shape
	top          float64 // of the part that is searched
	base, offset float64 // of the first line's foot: where it should be, and how far off it may
	left, spread float64 // of the first character's cell
}

const (
	pitch      = 2.54 // from character to character
	leading    = 6.35 // from line to line
	capitals   = 2.40 // height of capitals and digits
	printError = 0.03 // of pitch and leading, in parts
)

var prints = map[mrz.Format]print{
	mrz.TD1: {ID1, 29, 36.6, 2.6, 4.7, 2.6},
	mrz.TD3: {ID3, 66, 77.0, 3.2, 6.3, 2.8},
}

// grid is where the characters of a zone stand: feet of the first line and left end of its first cell, and the distances.
type grid struct {
	left, base, pitch, leading float64
	score                      float64 // how much more ink is on the characters than between them
}

// leastClear is the mean probability of the likeliest characters, whatever the place allows, below which there are none.
const leastClear = 0.75

// leastZone is the score of a grid below which there is no zone, in parts of the ink of full black.
const leastZone = 0.09

// Read reads the zone on a document that was rectified in the shape of the format. False where none is seen, which is so for all other
// sides of documents and for those that stand upside down.
func (r *Reader) Read(rectified *image.Gray, f mrz.Format) (mrz.Reading, bool) {
	p, ok := prints[f]
	if width, height := p.shape.Pixels(); !ok || rectified == nil || rectified.Rect.Dx() != width || rectified.Rect.Dy() != height {
		return mrz.Reading{}, false
	}
	w, h := r.blacken(rectified, int(p.top*Density))
	at := r.locate(p, f, w, h)
	if at.score < leastZone {
		return mrz.Reading{}, false
	}
	if r.classify(at, f, w, h) < leastClear {
		return mrz.Reading{}, false
	}
	reading, err := mrz.Decode(f, r.grid, r.Options)
	return reading, err == nil
}

// blacken works out the ink of the document below a row: 0 is paper, 1 is black. The paper is the light end of what lies around.
func (r *Reader) blacken(img *image.Gray, top int) (w, h int) {
	const cell = 24 // samples; about a character
	w, h = img.Rect.Dx(), img.Rect.Dy()-top
	across, down := (w+cell-1)/cell, (h+cell-1)/cell
	paper := make([]float32, across*down)
	for cy := range down {
		for cx := range across {
			paper[cy*across+cx] = light(img, image.Rect(cx*cell, top+cy*cell, (cx+1)*cell, top+(cy+1)*cell).Intersect(img.Rect))
		}
	}
	r.ink = room(r.ink, w*h)
	for y := range h {
		row := img.Pix[(y+top)*img.Stride:][:w]
		v := min(max((float32(y)+0.5)/cell-0.5, 0), float32(down-1))
		iv := min(int(v), down-2)
		fv := v - float32(iv)
		for x, g := range row {
			u := min(max((float32(x)+0.5)/cell-0.5, 0), float32(across-1))
			iu := min(int(u), across-2)
			fu := u - float32(iu)
			a, b := paper[iv*across+iu:], paper[(iv+1)*across+iu:]
			ground := (a[0]*(1-fu)+a[1]*fu)*(1-fv) + (b[0]*(1-fu)+b[1]*fu)*fv
			r.ink[y*w+x] = min(max((ground-float32(g))/max(ground, 24), 0), 1)
		}
	}
	return w, h
}

// light is what 85 of 100 samples of a part are darker than, or as light as.
func light(img *image.Gray, part image.Rectangle) float32 {
	var counts [256]int
	n := 0
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for _, v := range img.Pix[img.PixOffset(part.Min.X, y):][:part.Dx()] {
			counts[v]++
			n++
		}
	}
	left := n * 15 / 100
	for v := 255; v >= 0; v-- {
		if left -= counts[v]; left < 0 {
			return float32(v)
		}
	}
	return 0
}

// locate finds the grid: first the lines, by the ink of rows, then the columns, by the ink of the lines' columns.
func (r *Reader) locate(p print, f mrz.Format, w, h int) grid {
	lines, columns := f.Size()
	r.sums = room(r.sums, h+1)
	r.sums[0] = 0
	from, to := int(p.left*Density), w-int(p.left*Density)
	for y := range h {
		sum := float32(0)
		for _, v := range r.ink[y*w+from : y*w+to] {
			sum += v
		}
		r.sums[y+1] = r.sums[y] + float64(sum)/float64(to-from)
	}
	mean := func(from, to float64) float64 {
		a, b := min(max(int(math.Round(from)), 0), h), min(max(int(math.Round(to)), 0), h)
		if a >= b {
			return 0
		}
		return (r.sums[b] - r.sums[a]) / float64(b-a)
	}
	best := grid{score: -1}
	for apart := leading * (1 - printError); apart <= leading*(1+printError); apart += 0.05 {
		for base := p.base - p.offset; base <= p.base+p.offset; base += 0.1 {
			score := 0.0
			for i := range lines {
				foot := (base + apart*float64(i) - p.top) * Density
				head := foot - capitals*Density
				const gap = 0.8 * (leading - capitals) * Density
				score += (mean(head, foot) - (mean(head-gap, head)+mean(foot, foot+gap))/2) / float64(lines)
			}
			if score > best.score {
				best = grid{base: base, leading: apart, score: score}
			}
		}
	}
	return r.align(best, p, lines, columns, w, h)
}

// align finds where the columns stand, so that ink is in the middle of cells rather than between them.
func (r *Reader) align(g grid, p print, lines, columns, w, h int) grid {
	r.columns = room(r.columns, w+1)
	clear(r.columns)
	for i := range lines {
		foot := min(int((g.base+g.leading*float64(i)-p.top)*Density), h)
		for y := max(foot-int(capitals*Density), 0); y < foot; y++ {
			for x, v := range r.ink[y*w : (y+1)*w] {
				r.columns[x+1] += float64(v)
			}
		}
	}
	for x := range w {
		r.columns[x+1] += r.columns[x]
	}
	part := func(from, to float64) float64 {
		a, b := min(max(int(math.Round(from*Density)), 0), w), min(max(int(math.Round(to*Density)), 0), w)
		return r.columns[b] - r.columns[a]
	}
	best := math.Inf(-1)
	for step := pitch * (1 - printError); step <= pitch*(1+printError); step += 0.005 {
		for left := p.left - p.spread; left <= p.left+p.spread; left += 0.08 {
			score := 0.0
			for k := range columns {
				x := left + step*float64(k)
				score += part(x+0.2*step, x+0.8*step) - 2*part(x-0.1*step, x+0.1*step)
			}
			score -= 2 * part(left+step*float64(columns)-0.1*step, left+step*float64(columns)+0.1*step)
			if score > best {
				best, g.left, g.pitch = score, left, step
			}
		}
	}
	return g
}

// moves are where a line is looked for beside its place in the grid, in millimetres; probe is the number of characters of which one is looked at
// for that.
var moves = [][2]float64{{0, 0}, {-0.22, 0}, {0.22, 0}, {0, -0.22}, {0, 0.22}}

const probe = 3

// classify lets the network look at every cell, each line moved to where the network is surest. It answers how sure it is in the mean.
func (r *Reader) classify(g grid, f mrz.Format, w, h int) float32 {
	lines, columns := f.Size()
	clear := float32(0)
	r.grid = r.grid[:0]
	for i := range lines {
		middle := g.base + g.leading*float64(i) - prints[f].top - capitals/2
		surest, best := math.Inf(-1), moves[0]
		for _, move := range moves {
			sure := 0.0
			for k := i % probe; k < columns; k += probe {
				r.look(g.left+g.pitch*(float64(k)+0.5)+move[0], middle+move[1], g.pitch, w, h)
				sure += math.Log(float64(slices.Max(r.active.Scores[:])))
			}
			if sure > surest {
				surest, best = sure, move
			}
		}
		for k := range columns {
			r.look(g.left+g.pitch*(float64(k)+0.5)+best[0], middle+best[1], g.pitch, w, h)
			r.grid = append(r.grid, r.active.Scores)
			clear += slices.Max(r.active.Scores[:])
		}
	}
	return clear / float32(len(r.grid))
}

// look shows the network the cell around a place, millimetres of the ink.
func (r *Reader) look(x, y, pitch float64, w, h int) {
	var p glyph.Patch
	stepX, stepY := pitch*glyph.SpanX/glyph.Width*Density, pitch*glyph.SpanY/glyph.Height*Density
	left, top := x*Density-stepX*(glyph.Width-1)/2-0.5, y*Density-stepY*(glyph.Height-1)/2-0.5
	for py := range glyph.Height {
		v := min(max(top+stepY*float64(py), 0), float64(h-1)-1e-3)
		iv := int(v)
		fv := float32(v - float64(iv))
		upper, lower := r.ink[iv*w:][:w], r.ink[(iv+1)*w:][:w]
		for px := range glyph.Width {
			u := min(max(left+stepX*float64(px), 0), float64(w-1)-1e-3)
			iu := int(u)
			fu := float32(u - float64(iu))
			p[py*glyph.Width+px] = (upper[iu]*(1-fu)+upper[iu+1]*fu)*(1-fv) + (lower[iu]*(1-fu)+lower[iu+1]*fu)*fv
		}
	}
	p.Normalise()
	r.weights.Classify(&p, &r.active)
}
