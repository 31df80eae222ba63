package pin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/argon2"

	"qoltanba/app/backend/pepper"
)

// Params are the costs of Argon2id (RFC 9106, 3.1).
type Params struct {
	Memory  uint32 // KiB, 8 MiB to 1 GiB
	Time    uint32 // passes, 1 to 16
	Threads uint8  // lanes, 1 to 16
}

// DefaultParams are the second recommendation of RFC 9106, section 4, with one
// lane: a server gains from many hashes at once, not from lanes in one.
func DefaultParams() Params { return Params{Memory: 64 << 10, Time: 3, Threads: 1} }

// Validate says which cost is out of its range. Hashes read from the store are
// held to the same bounds before any memory is taken.
func (p Params) Validate() error {
	switch {
	case p.Memory < 8<<10 || p.Memory > 1<<20:
		return fmt.Errorf("argon2id memory of %d KiB must be between 8192 and 1048576", p.Memory)
	case p.Time < 1 || p.Time > 16:
		return fmt.Errorf("argon2id time of %d must be between 1 and 16", p.Time)
	case p.Threads < 1 || p.Threads > 16:
		return fmt.Errorf("argon2id lanes of %d must be between 1 and 16", p.Threads)
	}
	return nil
}

// pinLabel keeps hashes of PINs apart from those of passwords.
const pinLabel = "pin/v1"

const (
	saltSize = 16
	keySize  = 32
	maxPHC   = 256
)

// ErrHash says that a stored hash is not one this package writes.
var ErrHash = errors.New("the stored PIN hash cannot be read")

// Hasher hashes and verifies PINs. It may be shared.
type Hasher struct {
	params Params
	pepper pepper.Pepper
	random io.Reader
	slots  chan struct{}
}

// NewHasher returns a hasher that runs at most parallel (1 to 64) hashes at
// once, together at most parallel × Memory KiB. A nil random means crypto/rand.
func NewHasher(params Params, parallel int, p pepper.Pepper, random io.Reader) (*Hasher, error) {
	if err := params.Validate(); err != nil {
		return nil, err
	}
	if parallel < 1 || parallel > 64 {
		return nil, fmt.Errorf("PIN hashes at once: %d must be between 1 and 64", parallel)
	}
	if random == nil {
		random = rand.Reader
	}
	return &Hasher{params: params, pepper: p, random: random, slots: make(chan struct{}, parallel)}, nil
}

// Hash returns the PHC string to store. subject names whose PIN it is (for
// example the identity's row) and is bound into the hash, so that a hash
// copied to another row opens nothing.
func (h *Hasher) Hash(ctx context.Context, p PIN, subject string) (string, error) {
	if p.digits == "" {
		return "", ErrMalformed
	}
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(h.random, salt); err != nil {
		return "", fmt.Errorf("draw a salt: %w", err)
	}
	key, err := h.derive(ctx, h.pepper.MAC(pinLabel, subject, p.digits), h.params, salt)
	if err != nil {
		return "", err
	}
	return record{Params: h.params, salt: salt, key: key}.String(), nil
}

// Verify compares in constant time. When ok, stale says that the hash was made
// with other parameters than today's and should be replaced by a new [Hasher.Hash].
// The error is [ErrHash], or the context's while waiting for a slot.
func (h *Hasher) Verify(ctx context.Context, p PIN, subject, stored string) (ok, stale bool, err error) {
	r, err := parseRecord(stored)
	if err != nil {
		return false, false, err
	}
	key, err := h.derive(ctx, h.pepper.MAC(pinLabel, subject, p.digits), r.Params, r.salt)
	if err != nil {
		return false, false, err
	}
	ok = p.digits != "" && subtle.ConstantTimeCompare(key, r.key) == 1
	return ok, ok && r.Params != h.params, nil
}

func (h *Hasher) derive(ctx context.Context, secret []byte, params Params, salt []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("wait to hash the PIN: %w", err)
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash the PIN: %w", ctx.Err())
	}
	return argon2.IDKey(secret, salt, params.Time, params.Memory, params.Threads, keySize), nil
}

// record is a hash as the PHC string format writes it:
// $argon2id$v=19$m=65536,t=3,p=1$salt$key
type record struct {
	Params
	salt, key []byte
}

func (r record) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, r.Memory, r.Time, r.Threads, b64(r.salt), b64(r.key))
}

func parseRecord(s string) (record, error) {
	parts := strings.Split(s, "$")
	if len(s) > maxPHC || len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return record{}, ErrHash
	}
	var r record
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return record{}, ErrHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &r.Memory, &r.Time, &r.Threads); err != nil || r.Validate() != nil {
		return record{}, ErrHash
	}
	var err error
	if r.salt, err = base64.RawStdEncoding.Strict().DecodeString(parts[4]); err != nil || len(r.salt) != saltSize {
		return record{}, ErrHash
	}
	if r.key, err = base64.RawStdEncoding.Strict().DecodeString(parts[5]); err != nil || len(r.key) != keySize {
		return record{}, ErrHash
	}
	// Sscanf passes over what follows the numbers: only the exact form is a record.
	if r.String() != s {
		return record{}, ErrHash
	}
	return r, nil
}
