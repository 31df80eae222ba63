package face

import (
	"cmp"
	"image"
	"math"
	"slices"
)

// BlazeFace looks at a square of 128 pixels through 896 anchors: two for each cell of a grid of 16×16, six for each of 8×8 (options of MediaPipe's
// face_detection_short_range: SsdAnchorsCalculator, TensorsToDetectionsCalculator, NonMaxSuppressionCalculator).
const (
	detectorSide    = 128
	anchors         = 16*16*2 + 8*8*6
	detectorValues  = 16   // a box and six points
	detectorScore   = 0.5  // below it there is no face
	detectorOverlap = 0.3  // boxes that share more are the same face
	logitLimit      = 80.0 // beyond it the sigmoid is 0 or 1
)

// candidate is a face that the detector found: its box, and its eyes as the left and right ones of the picture.
type candidate struct {
	score          float64
	x0, y0, x1, y1 float64
	leftX, leftY   float64
	rightX, rightY float64
}

func (c *candidate) side() float64 { return max(c.x1-c.x0, c.y1-c.y0) }

// overlap is intersection over union.
func (c *candidate) overlap(d *candidate) float64 {
	w, h := min(c.x1, d.x1)-max(c.x0, d.x0), min(c.y1, d.y1)-max(c.y0, d.y0)
	if w <= 0 || h <= 0 {
		return 0
	}
	both := w * h
	return both / ((c.x1-c.x0)*(c.y1-c.y0) + (d.x1-d.x0)*(d.y1-d.y0) - both)
}

// region is where the mesh network has to look: MediaPipe's rule, half as large again as the box, the eyes level.
func (c *candidate) region() region {
	return region{(c.x0 + c.x1) / 2, (c.y0 + c.y1) / 2, 1.5 * c.side(), math.Atan2(c.rightY-c.leftY, c.rightX-c.leftX)}
}

// anchorAt is the centre of an anchor, 0 to 1.
func anchorAt(i int) (x, y float64) {
	cell, grid := i/2, 16
	if i >= 16*16*2 {
		cell, grid = (i-16*16*2)/6, 8
	}
	return (float64(cell%grid) + 0.5) / float64(grid), (float64(cell/grid) + 0.5) / float64(grid)
}

// detect looks for faces in a window of the picture, and returns those found, the likeliest first, in the lane's memory.
func (l *lane) detect(img image.Image, window image.Rectangle) ([]candidate, error) {
	side := float64(max(window.Dx(), window.Dy()))
	cx, cy := float64(window.Min.X+window.Max.X)/2, float64(window.Min.Y+window.Max.Y)/2
	at := similarity(cx, cy, side, 0, detectorSide)
	l.raster.warp(img, at, detectorSide, 1/127.5, -1, l.detector.Input())
	if err := l.detector.Run(); err != nil {
		return nil, err
	}
	boxes, logits := l.detector.Output(0), l.detector.Output(1)
	l.found = l.found[:0]
	for i, logit := range logits {
		score := sigmoid(float64(logit))
		if score < detectorScore {
			continue
		}
		ax, ay := anchorAt(i)
		v := boxes[detectorValues*i:][:detectorValues]
		place := func(k int) (x, y float64) {
			return at.apply(float64(v[k])+ax*detectorSide, float64(v[k+1])+ay*detectorSide)
		}
		x, y := place(0)
		w, h := float64(v[2])*at.A/2, float64(v[3])*at.A/2
		c := candidate{score: score, x0: x - w, y0: y - h, x1: x + w, y1: y + h}
		c.leftX, c.leftY = place(4)
		c.rightX, c.rightY = place(6)
		if finite(c.x0, c.y0, c.x1, c.y1, c.leftX, c.leftY, c.rightX, c.rightY) && w > 0 && h > 0 {
			l.found = append(l.found, c)
		}
	}
	l.found = suppress(l.found)
	return l.found, nil
}

// suppress leaves one candidate for each face: the mean of all that overlap with the likeliest, weighted by their scores (the BlazeFace paper's
// tie resolution, section 3.3). The slice is its own result.
func suppress(found []candidate) []candidate {
	slices.SortFunc(found, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	kept := 0
	for len(found) > kept {
		best, mean, weight, rest := found[kept], candidate{}, 0.0, kept
		for _, c := range found[kept:] {
			if c.overlap(&best) <= detectorOverlap {
				found[rest] = c
				rest++
				continue
			}
			weight += c.score
			mean.add(&c, c.score)
		}
		if weight == 0 { // a box that overlaps with nothing, not with itself: it has no size
			found = append(found[:kept], found[kept+1:]...)
			continue
		}
		face := candidate{score: best.score}
		face.add(&mean, 1/weight)
		copy(found[kept+1:], found[kept:rest])
		found[kept] = face
		found, kept = found[:rest+1], kept+1
	}
	return found
}

// add adds another's place, weighted.
func (c *candidate) add(d *candidate, weight float64) {
	c.x0, c.y0, c.x1, c.y1 = c.x0+weight*d.x0, c.y0+weight*d.y0, c.x1+weight*d.x1, c.y1+weight*d.y1
	c.leftX, c.leftY = c.leftX+weight*d.leftX, c.leftY+weight*d.leftY
	c.rightX, c.rightY = c.rightX+weight*d.rightX, c.rightY+weight*d.rightY
}

func sigmoid(logit float64) float64 {
	return 1 / (1 + math.Exp(-max(-logitLimit, min(logitLimit, logit))))
}

// finite says whether all are numbers that a picture can have.
func finite(values ...float64) bool {
	for _, v := range values {
		if !(math.Abs(v) < 1e6) {
			return false
		}
	}
	return true
}
