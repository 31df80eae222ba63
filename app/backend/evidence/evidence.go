// Package evidence keeps what a verdict rests on: selfie, recording, pictures
// of the document, for each case (one enrolment) under the case's own key.
//
// # Keys
//
// Each case has a random 256-bit key. It is wrapped under the [Master] key of
// the configuration, bound to the case, and kept in a [KeyTable] outside the
// object store: destroying that one small value ([Store.Destroy]) makes every
// object of the case unreadable, wherever copies of the objects lie. A destroyed case
// leaves a tombstone, and never gets a key again.
//
// # Objects
//
// An object is an age file (age-encryption.org/v1), encrypted as it streams.
// age has no associated data of its own, so the binding sits where age leaves
// room for it, in the recipient: the file key is wrapped under a key derived by HKDF
// from case key, case and name. An object that is moved to another name or
// another case, as well as one that was changed or cut off, does not open
// ([ErrTampered]). That holds without trust in the object store, and costs no header to
// compare inside the plaintext, which would have to be read before it is checked.
//
// Put never replaces an object: repeating it with the same content is a
// success, with other content [ErrExists].
package evidence

import (
	"context"
	"errors"
	"time"
)

// The ways a store refuses.
var (
	ErrName      = errors.New("evidence: case or object name has characters or a length that are not allowed")
	ErrTooLarge  = errors.New("evidence: the object is larger than allowed here")
	ErrExists    = errors.New("evidence: the object exists with other content and is never replaced")
	ErrNotFound  = errors.New("evidence: no such object")
	ErrTampered  = errors.New("evidence: the object was changed, cut off, or does not belong here")
	ErrBusy      = errors.New("evidence: this object is being written just now: try again")
	ErrDestroyed = errors.New("evidence: the case's key was destroyed")
)

// Ref is what is recorded of an object, and what a verdict names.
type Ref struct {
	SHA256 [32]byte // of the content in the clear
	Size   int64    // of the content in the clear, in bytes
}

// CaseKey is the plain value a [KeyTable] persists for a case.
type CaseKey struct {
	Wrapped     []byte    // under the master key; empty once destroyed
	RetainUntil time.Time // the day on which the case is to be destroyed
}

// Errors of a [KeyTable].
var (
	ErrNoKey     = errors.New("evidence: the case has no key yet")
	ErrKeyExists = errors.New("evidence: the case has a key already")
)

// KeyTable keeps the wrapped keys. It must lie outside the point-in-time
// backups of the database, or destroyed keys would come back with a restore.
type KeyTable interface {
	// CaseKey returns the key, [ErrNoKey], or for a tombstone [ErrDestroyed].
	CaseKey(ctx context.Context, caseID string) (CaseKey, error)
	// AddCaseKey adds a key, or returns [ErrKeyExists] (a tombstone counts)
	// and changes nothing.
	AddCaseKey(ctx context.Context, caseID string, key CaseKey) error
	// DestroyCaseKey leaves a tombstone in place of the key, also where there
	// was none, so that a list of destructions can be replayed. Repeating it
	// changes nothing.
	DestroyCaseKey(ctx context.Context, caseID string) error
}
