// Package envelope seals small values that the backend puts down somewhere and
// reads again itself: the text of a message waiting in the job queue, the
// answer kept for a repeated call. Whoever reads the database, or a copy of it,
// sees nothing but lengths.
//
// A [Box] is AES-256-GCM under a key derived from the server's pepper for one
// use, so that a value sealed for one use cannot be passed off as another. The
// label given with each value is authenticated with it: a value moved to
// another row does not open.
package envelope

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"qoltanba/app/backend/pepper"
)

// ErrOpen says that a value was not sealed by this box under this label.
var ErrOpen = errors.New("the sealed value does not open: it belongs to another place or another server secret")

// Box seals and opens. It may be shared.
type Box struct{ aead cipher.AEAD }

// New makes the box for one use, such as "jobs".
func New(p pepper.Pepper, use string) (*Box, error) {
	block, err := aes.NewCipher(p.MAC("envelope/v1", use))
	if err != nil {
		return nil, fmt.Errorf("make an envelope: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make an envelope: %w", err)
	}
	return &Box{aead: aead}, nil
}

// Seal returns nonce and ciphertext. A random nonce of 96 bits is safe for some
// four thousand million values of one box.
func (b *Box) Seal(label string, plain []byte) ([]byte, error) {
	nonce := make([]byte, b.aead.NonceSize(), b.aead.NonceSize()+len(plain)+b.aead.Overhead())
	if _, err := io.ReadFull(rand.Reader, nonce); err != nil {
		return nil, fmt.Errorf("seal a value: %w", err)
	}
	return b.aead.Seal(nonce, nonce, plain, []byte(label)), nil
}

// Open reverses [Box.Seal]; the error is [ErrOpen].
func (b *Box) Open(label string, sealed []byte) ([]byte, error) {
	if len(sealed) < b.aead.NonceSize() {
		return nil, ErrOpen
	}
	nonce, rest := sealed[:b.aead.NonceSize()], sealed[b.aead.NonceSize():]
	plain, err := b.aead.Open(nil, nonce, rest, []byte(label))
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}
