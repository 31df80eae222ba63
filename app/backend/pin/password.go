package pin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	"qoltanba/app/api"
)

// MinPassword and MaxPassword bound an operator's password, in bytes.
const (
	MinPassword = 12
	MaxPassword = 200
)

// ErrPassword says that a new password is too short or too long.
var ErrPassword = errors.New("a password has 12 to 200 characters: a sentence is easy to remember")

const passwordLabel = "password/v1"

// HashPassword hashes an operator's password as [Hasher.Hash] does a PIN, under
// a label of its own. The error is [ErrPassword], or the context's.
func (h *Hasher) HashPassword(ctx context.Context, password api.Secret, login string) (string, error) {
	if len(password) < MinPassword || len(password) > MaxPassword {
		return "", ErrPassword
	}
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(h.random, salt); err != nil {
		return "", fmt.Errorf("draw a salt: %w", err)
	}
	key, err := h.derive(ctx, h.pepper.MAC(passwordLabel, login, string(password)), h.params, salt)
	if err != nil {
		return "", err
	}
	return record{Params: h.params, salt: salt, key: key}.String(), nil
}

// VerifyPassword compares in constant time. The error is [ErrHash], or the
// context's while waiting for a slot.
func (h *Hasher) VerifyPassword(ctx context.Context, password api.Secret, login, stored string) (bool, error) {
	r, err := parseRecord(stored)
	if err != nil {
		return false, err
	}
	if len(password) > MaxPassword {
		return false, nil
	}
	key, err := h.derive(ctx, h.pepper.MAC(passwordLabel, login, string(password)), r.Params, r.salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, r.key) == 1, nil
}

// NewPassword draws a password of 130 random bits for whoever has none yet.
func NewPassword() api.Secret { return api.Secret(rand.Text()) }
