package nca

import (
	"context"
	"time"

	"qoltanba/app/backend/assertion"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// Store is the authority's memory.
type Store interface {
	// Update runs change in one transaction, as if no other ran at the same
	// time, and commits it durably if change returns nil. It may run change
	// several times, so change has no effect but through tx. An error of change
	// comes back as it is.
	Update(ctx context.Context, change func(Tx) error) error
}

// Tx reads and adds; nothing is ever changed or removed. Times are kept to the
// millisecond. Adding what is there already is an error that aborts the
// transaction.
type Tx interface {
	// Application finds by number, ErrNotFound if there is none.
	Application(number string) (Application, error)
	// ApplicationOf finds by enrolment, ErrNotFound if there is none.
	ApplicationOf(enrolment string) (Application, error)
	// Numbers lists the numbers of up to limit applications after the given
	// one, sorted.
	Numbers(after string, limit int) ([]string, error)
	// AddApplication adds it with its requests and history.
	AddApplication(app Application) error
	// AddStatus appends to the history of an application.
	AddStatus(number string, change StatusChange) error

	// KeyUsed tells whether a request for this key was ever added.
	KeyUsed(key assertion.Hash) (bool, error)
	// AssertionUse returns the application that an assertion served, or "".
	AssertionUse(id string) (number string, err error)
	// AddAssertionUse notes that an assertion serves an application.
	AddAssertionUse(id, number string, at time.Time) error

	// Intent finds what is to be signed, ErrNotFound if nothing is yet.
	Intent(number string, kind profile.Kind) (Intent, error)
	AddIntent(intent Intent) error
	// Certificate finds what was signed, ErrNotFound if nothing was yet.
	Certificate(number string, kind profile.Kind) (Certificate, error)
	AddCertificate(c Certificate) error
	// Revocation finds the end of a certificate, which may be a suspension,
	// ErrNotFound if it holds.
	Revocation(number string, kind profile.Kind) (Revocation, error)
	// AddRevocation adds what holds from then on; with [RemoveFromCRL] the
	// certificate holds again.
	AddRevocation(r Revocation) error

	// CertificateWithSerial finds what was signed with this serial number
	// (big-endian, without leading zeros), ErrNotFound if nothing was.
	CertificateWithSerial(serial []byte) (Certificate, error)
	// Revoked lists the certificates whose last revocation, suspension or
	// return ([RemoveFromCRL]) was since a time, the oldest first.
	Revoked(since time.Time) ([]RevokedCertificate, error)
	// Serials lists the serial numbers of up to limit certificates that were
	// signed since a time, after the given one, sorted.
	Serials(since time.Time, after []byte, limit int) ([]IssuedSerial, error)
	// AddList notes that a complete revocation list was made.
	AddList(l ListNumber) error
	// Lists are the complete lists that were made since a time, by number.
	Lists(algorithm keypair.Algorithm, since time.Time) ([]ListNumber, error)
	// CountRevocations counts all that was ever added.
	CountRevocations() (int, error)
}

// IssuedSerial is the serial number of a certificate, big-endian, without
// leading zeros.
type IssuedSerial struct {
	Serial []byte
	Kind   profile.Kind
}

// ListNumber is the number of a complete revocation list (RFC 5280, 5.2.3).
type ListNumber struct {
	Algorithm keypair.Algorithm // of the authority whose list it is
	Number    int64
	At        time.Time
}

// Intent is the authority's decision to sign: the TBSCertificate in DER.
type Intent struct {
	Number string // of its application
	Kind   profile.Kind
	TBS    []byte
	// Serial is the serial number in TBS, big-endian, without leading zeros. No
	// two intents have the same.
	Serial []byte
	At     time.Time

	// linted is of a draft that this call made, and of none that was read.
	linted bool
}
