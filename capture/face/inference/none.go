//go:build !cgo

package inference

// Open says that there is no library for a program without cgo.
func Open(string) error { return ErrNoRuntime }

// Network is never made in a program without cgo.
type Network struct{}

// New makes none.
func New([]byte, []int64, ...[]int64) (*Network, error) { return nil, ErrNoRuntime }

// NewWorker makes none.
func (*Network) NewWorker() (*Worker, error) { return nil, ErrNoRuntime }

// Close has nothing to free.
func (*Network) Close() error { return nil }

// Worker is never made in a program without cgo.
type Worker struct{}

// Input is empty.
func (*Worker) Input() []float32 { return nil }

// Output is empty.
func (*Worker) Output(int) []float32 { return nil }

// Run fails.
func (*Worker) Run() error { return ErrNoRuntime }

// Close has nothing to free.
func (*Worker) Close() error { return nil }
