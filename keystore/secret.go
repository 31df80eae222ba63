package keystore

import (
	"context"
	"errors"
	"fmt"
)

// ErrNoSecret says that a source works and has no secret of that name.
var ErrNoSecret = errNoSecret

// KeepSecret stores a small secret of the program's own under a name, and proves
// that it comes back. The errors are those of the source.
func KeepSecret(ctx context.Context, source KeySource, name string, secret []byte) error {
	kept, err := createSecret(ctx, source, name, func() ([]byte, error) { return secret, nil })
	clear(kept)
	if err != nil {
		return fmt.Errorf("keep %s: %w", name, err)
	}
	return nil
}

// LoadSecret returns a secret. The errors are ErrNoSecret and those of the source.
func LoadSecret(ctx context.Context, source KeySource, name string) ([]byte, error) {
	secret, err := source.load(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("look for %s: %w", name, err)
	}
	return secret, nil
}

// ForgetSecret removes a secret; that there is none is no error.
func ForgetSecret(ctx context.Context, source KeySource, name string) error {
	if err := source.forget(ctx, name); err != nil && !errors.Is(err, errNoSecret) {
		return fmt.Errorf("forget %s: %w", name, err)
	}
	return nil
}
