//go:build cgo

package inference

import (
	"errors"
	"fmt"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

var opening sync.Mutex // the binding's state is the process's

// Open loads the library at a path; "" finds it: beside the program, then as [Variable] names it, then in the cache. Once it has been loaded,
// Open does nothing. Errors are [ErrNoRuntime] with the cause.
func Open(library string) error {
	opening.Lock()
	defer opening.Unlock()
	if ort.IsInitialized() {
		return nil
	}
	if library == "" {
		var err error
		if library, err = find(); err != nil {
			return err
		}
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
	session *ort.AdvancedSession
	input   *ort.Tensor[float32]
	outputs []*ort.Tensor[float32]
}

// New reads a network from ONNX whose input is called input0 and whose outputs are called output0 and on, of the given shapes.
func New(onnx []byte, input []int64, outputs ...[]int64) (*Network, error) {
	n := &Network{}
	if err := n.open(onnx, input, outputs); err != nil {
		return nil, errors.Join(fmt.Errorf("load a network: %w", err), n.Close())
	}
	return n, nil
}

func (n *Network) open(onnx []byte, input []int64, outputs [][]int64) (err error) {
	if n.input, err = ort.NewEmptyTensor[float32](input); err != nil {
		return err
	}
	var names []string
	var values []ort.Value
	for k, shape := range outputs {
		t, err := ort.NewEmptyTensor[float32](shape)
		if err != nil {
			return err
		}
		n.outputs = append(n.outputs, t)
		names, values = append(names, fmt.Sprintf("output%d", k)), append(values, t)
	}
	options, err := ort.NewSessionOptions()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, options.Destroy()) }()
	if err := errors.Join(options.SetIntraOpNumThreads(1), options.SetInterOpNumThreads(1)); err != nil {
		return err
	}
	n.session, err = ort.NewAdvancedSessionWithONNXData(onnx, []string{"input0"}, names, []ort.Value{n.input}, values, options)
	return err
}

// Input is the memory to fill before Run.
func (n *Network) Input() []float32 { return n.input.GetData() }

// Output is what Run made; the next Run overwrites it.
func (n *Network) Output(k int) []float32 { return n.outputs[k].GetData() }

// Run works the outputs out.
func (n *Network) Run() error { return n.session.Run() }

// Close frees the network's memory. A second call does nothing.
func (n *Network) Close() error {
	var errs []error
	if n.session != nil {
		errs = append(errs, n.session.Destroy())
	}
	if n.input != nil {
		errs = append(errs, n.input.Destroy())
	}
	for _, t := range n.outputs {
		errs = append(errs, t.Destroy())
	}
	*n = Network{}
	return errors.Join(errs...)
}
