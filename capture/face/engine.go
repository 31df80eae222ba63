package face

import (
	"image"
)

// Embedders are the weights of the two networks that make a [Print], in ONNX: assets/models/embedders holds them. They are large, so that
// only programs that match faces carry them.
type Embedders struct {
	Mobile []byte // MobileFaceNet, 192 numbers
	ResNet []byte // dlib's ResNet, 128 numbers
}

// Engine holds the networks. It may be used by many at once, and runs as many pictures at a time as there are processors, each on one of them.
type Engine struct{}

// Open loads ONNX Runtime and the networks that find and measure faces. library is the path of ONNX Runtime's shared library; "" looks beside
// the program, then at the path in QOLTANBA_ONNXRUNTIME, then in the cache that make setup fills. The error is [ErrNoRuntime] where there is none.
func Open(library string) (*Engine, error) { return nil, ErrNoRuntime }

// OpenMatcher is Open, and also loads the networks that tell faces apart.
func OpenMatcher(library string, e Embedders) (*Engine, error) { return nil, ErrNoRuntime }

// Close waits for the pictures at work and frees the networks. The engine and its trackers are of no use after it.
func (e *Engine) Close() error { return nil }

// Tracker follows the largest face of one stream of pictures. It is not for concurrent use; it needs no closing.
type Tracker struct{}

// NewTracker begins a stream.
func (e *Engine) NewTracker() *Tracker { return &Tracker{} }

// Observe looks at the stream's next picture. faces is 0, 1, or 2 for more than one; out is the largest face, and the zero Observation where
// there is none. Nothing is allocated once the stream runs, where the picture is an image.YCbCr, image.RGBA, image.NRGBA or image.Gray.
// A second face is looked for now and then, about twice a second of 15 pictures: faces keeps what was found last.
func (t *Tracker) Observe(img image.Image, out *Observation) (faces int, err error) {
	*out = Observation{}
	return 0, ErrNoRuntime
}

// Reset forgets the face: the next picture begins a new stream.
func (t *Tracker) Reset() {}
