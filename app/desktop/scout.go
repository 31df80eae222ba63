package desktop

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"

	"qoltanba/app/api"
	"qoltanba/app/desktop/guide"
	"qoltanba/app/journey"
	"qoltanba/assets/glyphs"
	"qoltanba/capture/camera"
	"qoltanba/capture/document"
	"qoltanba/capture/document/mrz"
	"qoltanba/keystore/profile"
)

// Scout sees the document in a stream of pictures, as a [document.Examiner] does. It is used by one goroutine.
type Scout interface {
	Glance(img image.Image, want document.Side, taken *image.Gray) (document.Glance, bool)
}

// OpenScout makes what sees documents. It needs nothing of the system.
func OpenScout() (Scout, error) {
	known := func(iin string) bool { return profile.CheckIIN(iin) == nil }
	return document.NewExaminer(glyphs.OCRB, mrz.Options{IIN: known})
}

// sought is which side is looked for. Another pointer begins anew.
type sought struct {
	side  api.Side
	taken *image.Gray // upright, the side that was taken before; nil where there is none
}

// of says the side as package document calls it.
func (s *sought) of() document.Side {
	return map[api.Side]document.Side{api.Front: document.Front, api.Back: document.Back, api.DataPage: document.Page}[s.side]
}

// caught is what the look-out tells of one frame.
type caught struct {
	sought  *sought
	remark  guide.Remark
	outline []fyne.Position   // corners as shares of the picture, from the upper left of the document; empty for none
	spots   [][]fyne.Position // where light is reflected
	share   float32           // of the film
	side    *filmed           // once the film is over
}

// filmed is a side as it was photographed: the best frame, and some of those around it.
type filmed struct {
	best    []byte      // JPEG
	picture image.Image // the same
	frames  []journey.Frame
	upright *image.Gray // the document alone
}

// Of what is filmed.
const (
	lookEvery  = time.Second / 10
	lookLeast  = time.Second / 4
	mostKept   = 8
	keepEvery  = 330 * time.Millisecond
	keptLasts  = 3 * time.Second // before the button is pressed
	bestGrade  = 92              // of the JPEG of a camera that gives raw pictures
	frameGrade = 75
	frameWidth = 1280
	mostFrame  = 150 << 10 // bytes
)

// lookOut looks at the newest frame of the camera for a side of the document, and films it. Its goroutine is run; offer is called by the camera's, and
// the other methods by the interface's.
type lookOut struct {
	open func() (Scout, error) // nil: there is the plain frame and the button
	told func(*caught)
	want atomic.Pointer[sought] // nil: nothing is looked for
	handover

	mu     sync.Mutex // guards the rest
	recent []journey.Frame
	times  []time.Time // of recent
}

func newLookOut(open func() (Scout, error), told func(*caught)) *lookOut {
	l := &lookOut{open: open, told: told}
	l.begin()
	return l
}

// attend says what is looked for from now on; nil for nothing.
func (l *lookOut) attend(s *sought) {
	if l.want.Swap(s) != s {
		l.forget()
	}
}

func (l *lookOut) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.recent, l.times = nil, nil
}

// offer hands over a frame if one is wanted.
func (l *lookOut) offer(f *camera.Frame) {
	if l.open != nil && l.want.Load() != nil {
		l.give(f, min(max(lookEvery, 2*time.Duration(l.took.Load())), lookLeast)*9/10)
	}
}

// run looks at frames until ctx ends, or there is nothing to look with.
func (l *lookOut) run(ctx context.Context) {
	var (
		scout Scout
		w     *watch
	)
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		}
		if scout == nil {
			var err error
			if scout, err = l.open(); err != nil {
				return // no frame is wanted again: the last one stays
			}
		}
		want := l.want.Load()
		if want == nil {
			l.free.Store(true)
			continue
		}
		if w == nil || w.sought != want {
			w = &watch{sought: want, lookOut: l}
		}
		began := time.Now()
		c := w.look(scout)
		l.looked(began)
		l.told(c)
	}
}

// soFar are the frames of the last seconds, for a picture that is taken by the button.
func (l *lookOut) soFar() []journey.Frame {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.recent)
}

// keep adds a frame; older ones than a film has go.
func (l *lookOut) keep(data []byte, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.times) > 0 && (len(l.times) >= mostKept || at.Sub(l.times[0]) > keptLasts) {
		l.recent, l.times = l.recent[1:], l.times[1:]
	}
	l.times = append(l.times, at)
	l.recent = append(l.recent, journey.Frame{JPEG: data, At: at})
}

// watch is what is remembered from frame to frame while one side is looked for.
type watch struct {
	*lookOut
	sought  *sought
	adviser guide.CardAdviser
	film    guide.Film
	corners [4][2]float64
	kept    time.Time
	best    filmed
	grade   float64
}

func (w *watch) look(scout Scout) *caught {
	g, ok := scout.Glance(w.picture, w.sought.of(), w.sought.taken)
	sight := w.sight(&g, ok)
	c := &caught{sought: w.sought, remark: w.adviser.See(&sight)}
	if ok {
		b := w.picture.Bounds()
		c.outline = positions(b, g.Corners[:])
		if g.Measures.Shining > document.MostShining {
			for _, s := range g.Spots[:min(len(g.Spots), 2)] {
				c.spots = append(c.spots, positions(b, s[:]))
			}
		}
	}
	shoot := w.film.See(&sight, c.remark)
	if shoot.Again {
		w.forget()
		w.grade, w.kept = 0, time.Time{}
	}
	if shoot.Filming {
		c.remark, c.share = guide.Tilting, float32(shoot.Share)
		w.choose(&g, ok)
	}
	if ok && (shoot.Keep || !shoot.Filming && w.at.Sub(w.kept) >= keepEvery) {
		if data, err := frameJPEG(w.picture); err == nil {
			w.keep(data, w.at)
			w.kept = w.at
		}
	}
	if shoot.Fire {
		c.side = w.done()
	}
	return c
}

// choose keeps the best frame of the film.
func (w *watch) choose(g *document.Glance, ok bool) {
	if !ok {
		return
	}
	grade := 1 + min(g.Measures.Print/document.LeastPrint, 2.5) - 10*g.Measures.Shining - 2*g.Tilt
	if g.Zone != nil && len(g.Zone.Failed()) == 0 {
		grade += 2
	}
	if grade = max(grade, 0.01); grade <= w.grade {
		return
	}
	data, err := w.raw.Encode(bestGrade)
	if err != nil {
		return
	}
	w.grade, w.best = grade, filmed{best: data, upright: g.Upright}
}

// done is the side once its film is over; nil where no frame could be kept, and then it is filmed anew.
func (w *watch) done() *filmed {
	picture, err := jpeg.Decode(bytes.NewReader(w.best.best))
	if err != nil {
		w.film = guide.Film{}
		return nil
	}
	side := w.best
	side.picture, side.frames = picture, w.soFar()
	return &side
}

// sight says what was seen in the units of guide.
func (w *watch) sight(g *document.Glance, ok bool) guide.CardSight {
	s := guide.CardSight{At: w.at, Seen: ok}
	if !ok {
		return s
	}
	want, m := w.sought.of(), &g.Measures
	s.Other = g.Same || g.Side != "" && g.Side != want
	s.UpsideDown = g.UpsideDown && !s.Other
	s.Cut = slices.Contains(m.Cropped[:], true)
	s.Fill, s.Density, s.Tilt, s.Glare, s.Sharp = m.Fill, m.Density, g.Tilt, m.Shining, m.Print/document.LeastPrint
	if want == document.Page { // its print is elsewhere: the zone says whether it is sharp
		s.Sharp = 1.5
	}
	s.Hidden = want == document.Front && g.Side == ""
	s.Unread = want != document.Front && (g.Zone == nil || len(g.Zone.Failed()) > 0)
	width := float64(w.picture.Bounds().Dx())
	for i, p := range g.Corners {
		s.Corners[i] = [2]float64{p.X / width, p.Y / width}
	}
	if g.Zone == nil && want != document.Front || g.Side == "" {
		s.Corners = alike(w.corners, s.Corners)
	}
	w.corners = s.Corners
	return s
}

// alike turns the corners as they were before, where nobody knows which of them is the upper left.
func alike(before, now [4][2]float64) [4][2]float64 {
	turned := [4][2]float64{now[2], now[3], now[0], now[1]}
	far := func(c [4][2]float64) float64 {
		dx, dy := c[0][0]-before[0][0], c[0][1]-before[0][1]
		return dx*dx + dy*dy
	}
	if before != [4][2]float64{} && far(turned) < far(now) {
		return turned
	}
	return now
}

// positions are places of a picture as shares of it.
func positions(b image.Rectangle, of []document.Point) []fyne.Position {
	all := make([]fyne.Position, len(of))
	for i, p := range of {
		all[i] = fyne.NewPos(float32(p.X)/float32(b.Dx()), float32(p.Y)/float32(b.Dy()))
	}
	return all
}
