package desktop

import (
	"context"
	"errors"
	"image"
	"math"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"

	"qoltanba/app/api"
	"qoltanba/app/desktop/guide"
	"qoltanba/capture/camera"
	"qoltanba/capture/face"
	"qoltanba/capture/liveness"
)

// Eyes see the face in a stream of pictures, as a [face.Tracker] does. They are used by one goroutine.
type Eyes interface {
	Observe(img image.Image, out *face.Observation) (faces int, err error)
	Reset()
	Close() error
}

// OpenEyes loads what sees faces. The error is [face.ErrNoRuntime] where ONNX Runtime is missing: then nobody is guided, and all else works.
func OpenEyes() (Eyes, error) {
	engine, err := face.Open("")
	if err != nil {
		return nil, err
	}
	return &eyes{engine.NewTracker(), engine}, nil
}

type eyes struct {
	*face.Tracker
	engine *face.Engine
}

func (e *eyes) Close() error { return e.engine.Close() }

// purpose is what a face is watched for.
type purpose int32

const (
	watchNothing purpose = iota
	watchSelfie
	watchVideo
)

// seen is what the watcher tells of one frame.
type seen struct {
	purpose  purpose
	turn     int32 // of the watcher
	at       time.Time
	outline  []fyne.Position // as [part.Aid] has it
	remark   guide.Remark
	count    guide.Count
	prompt   int // index of the prompt that progress tells of, -1 for none
	progress liveness.Progress
}

// Sight of the watcher.
const (
	sightUnknown int32 = iota // nobody was watched yet
	sighted
	blind // there is nothing to see with
)

// watchEvery is the time between two frames that are looked at: enough for a hint, and most of the processor is left to the picture on the screen.
// Where a look takes long, they come less often, so that looking takes a third of the time, but never less often than watchLeast: a blink
// is to be seen.
const (
	watchEvery = time.Second / 15
	watchLeast = time.Second / 7
)

// rhythm is the time between two frames to be looked at where a look takes so long. A tenth less than the time meant lets a camera's frames
// through that come a little early.
func rhythm(look time.Duration) time.Duration {
	return min(max(watchEvery, 3*look), watchLeast) * 9 / 10
}

// watcher looks at the newest frame of the camera and tells what to say of it. Frames that come while it looks are dropped. Its goroutine is
// run; offer is called by the camera's, and the other methods by the interface's.
type watcher struct {
	open func() (Eyes, error) // nil: blind
	told func(*seen)

	purpose atomic.Int32
	turn    atomic.Int32 // counts the times that watching began anew
	asked   atomic.Pointer[api.Prompt]
	sight   atomic.Int32

	handover
}

// handover gives frames of the camera's goroutine to another that looks at them: by taking free, filling picture, and waking it; it calls looked once
// it has. Frames that come meanwhile are dropped.
type handover struct {
	free    atomic.Bool
	took    atomic.Int64 // of the last looks, a mean that forgets: a time.Duration
	wake    chan struct{}
	picture image.Image
	raw     camera.Frame // the same frame, in memory of its own
	at      time.Time
	last    time.Time // of the camera's goroutine
}

func (h *handover) begin() {
	h.wake = make(chan struct{}, 1)
	h.free.Store(true)
}

// give hands over a frame, if the last one was so long ago and was looked at. It returns at once, but for the decoding of a frame that the preview
// has not decoded.
func (h *handover) give(f *camera.Frame, every time.Duration) {
	if f.At.Sub(h.last) < every || !h.free.CompareAndSwap(true, false) {
		return
	}
	h.last, h.at = f.At, f.At
	img, err := f.Decode()
	if err != nil {
		h.free.Store(true)
		return
	}
	f.CopyInto(&h.raw)
	if h.picture = img; h.raw.Picture != nil { // what the camera gave holds until its next
		h.picture = h.raw.Picture
	}
	h.wake <- struct{}{} // has room: only the taker of free is here
}

// looked says that a look that began then is over, and that the next frame may come.
func (h *handover) looked(began time.Time) {
	took := h.took.Load()
	h.took.Store(took + (int64(time.Since(began))-took)/4)
	h.free.Store(true)
}

func newWatcher(open func() (Eyes, error), told func(*seen)) *watcher {
	w := &watcher{open: open, told: told}
	w.begin()
	if open == nil {
		w.sight.Store(blind)
	}
	return w
}

// attend says what is watched for from now on, and which prompt is due; a change of purpose begins anew.
func (w *watcher) attend(p purpose, due *api.Prompt) {
	w.asked.Store(due)
	if old := purpose(w.purpose.Swap(int32(p))); old != p {
		w.turn.Add(1)
	}
}

// restart watches for the same as before, from the beginning.
func (w *watcher) restart() { w.turn.Add(1) }

// current says whether what was seen is of now.
func (w *watcher) current(s *seen) bool {
	return s.purpose == purpose(w.purpose.Load()) && s.turn == w.turn.Load()
}

// offer hands over a frame if one is wanted.
func (w *watcher) offer(f *camera.Frame) {
	if w.purpose.Load() != int32(watchNothing) && w.sight.Load() != blind {
		w.give(f, rhythm(time.Duration(w.took.Load())))
	}
}

// run looks at frames until ctx ends.
func (w *watcher) run(ctx context.Context) {
	var (
		sees Eyes
		look *gaze
	)
	defer func() {
		if sees != nil {
			_ = sees.Close() // nothing is to be kept of it
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.wake:
		}
		if sees == nil {
			var err error
			if sees, err = w.open(); err != nil {
				w.sight.Store(blind)
				w.told(&seen{prompt: -1})
				return
			}
			w.sight.Store(sighted)
		}
		if turn := w.turn.Load(); look == nil || look.turn != turn {
			sees.Reset()
			look = &gaze{turn: turn, purpose: purpose(w.purpose.Load()), began: w.at, prompt: -1, movement: liveness.NewGuide()}
		}
		began := time.Now()
		s, err := look.at(sees, w.picture, w.at, w.asked.Load())
		w.looked(began)
		switch {
		case errors.Is(err, face.ErrNoRuntime):
			w.sight.Store(blind)
			w.told(&seen{prompt: -1})
			return
		case err == nil:
			w.told(s)
		}
	}
}

// gaze is what is remembered from frame to frame while one purpose lasts.
type gaze struct {
	turn     int32
	purpose  purpose
	began    time.Time
	prompt   int
	adviser  guide.Adviser
	shutter  guide.Shutter
	movement *liveness.Guide
	o        face.Observation
	line     []fyne.Position
}

// at looks at a frame that was taken at that time, while the prompt is due.
func (g *gaze) at(sees Eyes, img image.Image, at time.Time, due *api.Prompt) (*seen, error) {
	faces, err := sees.Observe(img, &g.o)
	if err != nil {
		return nil, err
	}
	sight := sightOf(img, &g.o, faces, at)
	s := &seen{purpose: g.purpose, turn: g.turn, at: at, remark: g.adviser.See(&sight), prompt: g.prompt}
	s.outline = g.outline(img.Bounds(), faces)
	switch g.purpose {
	case watchSelfie:
		s.count = g.shutter.See(&sight, s.remark == guide.Good)
	case watchVideo:
		if due != nil && due.Index != g.prompt {
			g.movement.Ask(liveness.Prompt(due.Kind))
			g.prompt, s.prompt = due.Index, due.Index
		}
		s.progress = g.movement.Observe(&g.o, faces, at.Sub(g.began))
	}
	return s, nil
}

// sightOf measures what was observed in the units of guide.
func sightOf(img image.Image, o *face.Observation, faces int, at time.Time) guide.Sight {
	s := guide.Sight{At: at, Faces: faces}
	if faces == 0 {
		return s
	}
	b, q := img.Bounds(), face.Assess(img, o)
	short := float64(min(b.Dx(), b.Dy()))
	s.Width, s.OffX, s.OffY = q.Size, q.OffX*float64(b.Dx())/short, q.OffY*float64(b.Dy())/short
	s.Yaw, s.Pitch, s.Roll, s.Eyes = o.Pose.Yaw, o.Pose.Pitch, o.Pose.Roll, o.Eyes.Mean()
	s.Light, s.Uneven, s.Sharpness = q.Light, math.Abs(q.Uneven), q.Sharpness
	s.Covered, s.Glare = q.Occlusion, q.Glare
	return s
}

// faceOval are the landmarks round the face, in order: FACEMESH_FACE_OVAL of MediaPipe.
var faceOval = [...]int{
	10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
	152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
}

// outline follows the face, with half of what it was before, so that it does not tremble.
func (g *gaze) outline(b image.Rectangle, faces int) []fyne.Position {
	if faces == 0 {
		g.line = nil
		return nil
	}
	next := make([]fyne.Position, len(faceOval))
	for i, k := range faceOval {
		p := g.o.Mesh[k]
		next[i] = fyne.NewPos((p.X-float32(b.Min.X))/float32(b.Dx()), (p.Y-float32(b.Min.Y))/float32(b.Dy()))
		if g.line != nil {
			next[i] = fyne.NewPos((next[i].X+g.line[i].X)/2, (next[i].Y+g.line[i].Y)/2)
		}
	}
	g.line = next
	return next
}
