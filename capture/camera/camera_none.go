//go:build !linux && !((windows || darwin) && cgo)

package camera

import (
	"context"
	"errors"
)

// Default returns a system without cameras: this build has no way to reach them.
func Default() System { return none{} }

type none struct{}

func (none) List(context.Context) ([]Device, error) { return nil, nil }

func (none) Open(context.Context, string, Format) (Stream, error) {
	return nil, &Error{NoDevice, errors.New("this build has no camera support: build it with cgo")}
}
