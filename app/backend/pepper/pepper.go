// Package pepper keeps the server's secret with which small secrets and
// personal identifiers are turned into values that are useless without it.
//
// A one-time code has a million possible values and an IIN a few tens of
// millions that matter: a plain hash of either is reversed in a second by
// whoever reads the database. HMAC-SHA-256 (RFC 2104) under a [Pepper] which
// is kept outside the database is not. Each use names a label, so that values made for
// one purpose mean nothing for another, and the parts are length-prefixed, so
// that ("12", "3") and ("1", "23") differ.
package pepper

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// Size is the least length of a pepper, and the length of its MACs, in bytes.
const Size = sha256.Size

// Pepper is the secret. The zero Pepper is unusable: [Pepper.MAC] panics on it,
// since going on without the secret would protect nothing.
type Pepper struct{ key []byte }

// ErrShort says that fewer than [Size] bytes were given.
var ErrShort = errors.New("the pepper needs at least 32 random bytes: write new ones to the configuration")

// New copies secret, which must have at least [Size] bytes.
func New(secret []byte) (Pepper, error) {
	if len(secret) < Size {
		return Pepper{}, ErrShort
	}
	return Pepper{key: append([]byte(nil), secret...)}, nil
}

// MAC returns [Size] bytes which depend on the pepper, the label and every part.
func (p Pepper) MAC(label string, parts ...string) []byte {
	if len(p.key) < Size {
		panic("pepper: MAC under a zero Pepper")
	}
	mac := hmac.New(sha256.New, p.key)
	writePart(mac, label)
	for _, part := range parts {
		writePart(mac, part)
	}
	return mac.Sum(nil)
}

func writePart(w io.Writer, part string) {
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(len(part)))
	// hash.Hash documents that Write never returns an error.
	_, _ = w.Write(size[:])
	_, _ = io.WriteString(w, part)
}

// Format implements [fmt.Formatter] and hides the secret from every verb.
func (Pepper) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[pepper]") }

// LogValue implements [slog.LogValuer] and hides the secret.
func (Pepper) LogValue() slog.Value { return slog.StringValue("[pepper]") }
