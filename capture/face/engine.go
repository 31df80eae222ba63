package face

import (
	"errors"
	"fmt"
	"image"
	"runtime"
	"sync"

	"qoltanba/assets/models"
	"qoltanba/capture/face/inference"
)

// Embedders are the weights of the two networks that make a [Print], in ONNX: assets/models/embedders holds them. They are large, so that
// only programs that match faces carry them.
type Embedders struct {
	Mobile []byte // MobileFaceNet, 192 numbers
	ResNet []byte // dlib's ResNet, 128 numbers
}

// Engine holds the networks. It may be used by many at once, and runs as many pictures at a time as there are processors, each on one of them.
type Engine struct {
	detector, mesh *inference.Network
	mobile, resNet *inference.Network // nil without embedders

	lanes  chan *lane // one for each processor; nil until it is needed
	closed sync.Once
}

// lane is the memory in which one picture at a time is worked on.
type lane struct {
	detector, mesh *inference.Worker
	mobile, resNet *inference.Worker // nil until a print is asked for
	raster         raster
	found          []candidate
}

// Open loads ONNX Runtime and the networks that find and measure faces. library is the path of ONNX Runtime's shared library; "" looks beside
// the program, then at the path in QOLTANBA_ONNXRUNTIME, then in the cache that make setup fills. The error is [ErrNoRuntime] where there is none.
func Open(library string) (*Engine, error) { return OpenMatcher(library, Embedders{}) }

// OpenMatcher is Open, and also loads the networks that tell faces apart.
func OpenMatcher(library string, w Embedders) (*Engine, error) {
	if err := inference.Open(library); err != nil {
		return nil, err
	}
	e := &Engine{lanes: make(chan *lane, runtime.GOMAXPROCS(0))}
	for range cap(e.lanes) {
		e.lanes <- nil
	}
	if err := e.load(w); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

func (e *Engine) load(w Embedders) (err error) {
	picture := func(side int64) []int64 { return []int64{1, side, side, 3} }
	if e.detector, err = inference.New(models.BlazeFace, picture(detectorSide), []int64{1, anchors, detectorValues}, []int64{1, anchors, 1}); err != nil {
		return err
	}
	if e.mesh, err = inference.New(models.FaceMesh, picture(meshSide), []int64{1, 1, 1, 3 * Landmarks}, []int64{1, 1, 1, 1}); err != nil {
		return err
	}
	if w.Mobile == nil || w.ResNet == nil {
		return nil
	}
	if e.mobile, err = inference.New(w.Mobile, picture(mobileSide), []int64{1, int64(len(Print{}.Mobile))}); err != nil {
		return err
	}
	e.resNet, err = inference.New(w.ResNet, picture(resNetSide), []int64{1, int64(len(Print{}.ResNet))})
	return err
}

var errClosed = errors.New("the engine that sees faces is closed")

// borrow waits for a lane; give brings it back.
func (e *Engine) borrow() (*lane, error) {
	l, open := <-e.lanes
	if !open {
		return nil, errClosed
	}
	if l != nil {
		return l, nil
	}
	l = &lane{found: make([]candidate, 0, anchors)}
	var err error
	if l.detector, err = e.detector.NewWorker(); err == nil {
		l.mesh, err = e.mesh.NewWorker()
	}
	if err != nil {
		e.lanes <- nil
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

func (e *Engine) give(l *lane) { e.lanes <- l }

func (l *lane) close() error {
	var errs []error
	for _, w := range []*inference.Worker{l.detector, l.mesh, l.mobile, l.resNet} {
		if w != nil {
			errs = append(errs, w.Close())
		}
	}
	return errors.Join(errs...)
}

// Close waits for the pictures at work and frees the networks. The engine and its trackers are of no use after it; a second call does nothing.
func (e *Engine) Close() error {
	var errs []error
	e.closed.Do(func() {
		for range cap(e.lanes) {
			if l := <-e.lanes; l != nil {
				errs = append(errs, l.close())
			}
		}
		close(e.lanes)
		for _, n := range []*inference.Network{e.detector, e.mesh, e.mobile, e.resNet} {
			if n != nil {
				errs = append(errs, n.Close())
			}
		}
	})
	return errors.Join(errs...)
}

var errEmpty = errors.New("the picture is empty")

// checked refuses a picture that cannot be looked at.
func checked(img image.Image) error {
	if img == nil || img.Bounds().Empty() {
		return errEmpty
	}
	if b := img.Bounds(); b.Dx() > maxSide || b.Dy() > maxSide {
		return fmt.Errorf("the picture is larger than %d pixels", maxSide)
	}
	return nil
}

const maxSide = 1 << 15
