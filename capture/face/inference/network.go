//go:build cgo

package inference

import (
	"errors"
	"fmt"
	"os"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

var opening sync.Mutex // the binding's state is the process's

// Open loads the library at a path; "" finds it: beside the program, then as [Variable] names it, then in the cache. Once it has been loaded,
// Open only looks whether there is a file at the path. Errors are [ErrNoRuntime] with the cause.
func Open(library string) error {
	opening.Lock()
	defer opening.Unlock()
	if library == "" && !ort.IsInitialized() {
		var err error
		if library, err = find(); err != nil {
			return err
		}
	}
	if library != "" {
		if _, err := os.Stat(library); err != nil {
			return fmt.Errorf("%w (%w)", ErrNoRuntime, err)
		}
	}
	if ort.IsInitialized() {
		return nil
	}
	ort.SetSharedLibraryPath(library)
	if err := ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
		return fmt.Errorf("%w (%w)", ErrNoRuntime, err)
	}
	if err := ort.DisableTelemetry(); err != nil { // Windows builds report to the system
		return fmt.Errorf("switch off the library's telemetry: %w", err)
	}
	return nil
}

// Network is a network that stands ready.
type Network struct {
	session *ort.DynamicAdvancedSession
	input   ort.Shape
	outputs []ort.Shape
}

const inputName = "input0"

func outputName(k int) string { return fmt.Sprintf("output%d", k) }

// New reads a network from ONNX whose input is called input0 and whose outputs are called output0 and on, of the given shapes.
func New(onnx []byte, input []int64, outputs ...[]int64) (network *Network, err error) {
	n := &Network{input: input}
	var names []string
	for k, shape := range outputs {
		n.outputs, names = append(n.outputs, shape), append(names, outputName(k))
	}
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, fmt.Errorf("load a network: %w", err)
	}
	defer func() { err = errors.Join(err, options.Destroy()) }()
	if err := errors.Join(options.SetIntraOpNumThreads(1), options.SetInterOpNumThreads(1)); err != nil {
		return nil, fmt.Errorf("load a network: %w", err)
	}
	if n.session, err = ort.NewDynamicAdvancedSessionWithONNXData(onnx, []string{inputName}, names, options); err != nil {
		return nil, fmt.Errorf("load a network: %w", err)
	}
	return n, nil
}

// Close frees the network. Its workers are closed before it.
func (n *Network) Close() error { return n.session.Destroy() }

// Worker runs a network for one user at a time.
type Worker struct {
	session *ort.DynamicAdvancedSession
	binding *ort.IoBinding
	input   *ort.Tensor[float32]
	outputs []*ort.Tensor[float32]
}

// NewWorker makes a worker with memory of its own.
func (n *Network) NewWorker() (*Worker, error) {
	w := &Worker{session: n.session}
	if err := w.bind(n); err != nil {
		return nil, errors.Join(fmt.Errorf("make room for a network: %w", err), w.Close())
	}
	return w, nil
}

func (w *Worker) bind(n *Network) (err error) {
	if w.binding, err = n.session.CreateIoBinding(); err != nil {
		return err
	}
	if w.input, err = ort.NewEmptyTensor[float32](n.input); err != nil {
		return err
	}
	if err := w.binding.BindInput(inputName, w.input); err != nil {
		return err
	}
	for k, shape := range n.outputs {
		t, err := ort.NewEmptyTensor[float32](shape)
		if err != nil {
			return err
		}
		w.outputs = append(w.outputs, t)
		if err := w.binding.BindOutput(outputName(k), t); err != nil {
			return err
		}
	}
	return nil
}

// Input is the memory to fill before Run.
func (w *Worker) Input() []float32 { return w.input.GetData() }

// Output is what Run made; the next Run overwrites it.
func (w *Worker) Output(k int) []float32 { return w.outputs[k].GetData() }

// Run works the outputs out.
func (w *Worker) Run() error { return w.session.RunWithBinding(w.binding) }

// Close frees the worker's memory. A second call does nothing.
func (w *Worker) Close() error {
	var errs []error
	if w.binding != nil {
		errs = append(errs, w.binding.Destroy())
	}
	if w.input != nil {
		errs = append(errs, w.input.Destroy())
	}
	for _, t := range w.outputs {
		errs = append(errs, t.Destroy())
	}
	*w = Worker{}
	return errors.Join(errs...)
}
