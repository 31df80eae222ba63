//go:build !cgo

package inference

// Open says that there is no library for a program without cgo.
func Open(string) error { return ErrNoRuntime }

// Network is never made in a program without cgo.
type Network struct{}

// New makes none.
func New([]byte, []int64, ...[]int64) (*Network, error) { return nil, ErrNoRuntime }

// Input is empty.
func (*Network) Input() []float32 { return nil }

// Output is empty.
func (*Network) Output(int) []float32 { return nil }

// Run fails.
func (*Network) Run() error { return ErrNoRuntime }

// Close has nothing to free.
func (*Network) Close() error { return nil }
