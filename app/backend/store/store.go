// Package store is the backend's memory: one contract, [Store], kept on SQLite
// (a laptop, a small agency) and on PostgreSQL (replicas), and one conformance
// suite that both pass.
//
// A unit of work is a transaction: [Store.Update] runs a function that reads
// and writes through [Tx], and everything it did, jobs and audit entries
// included, is kept or forgotten together. The function may run more than once
// when the database asks for it, so it changes nothing but the Tx.
//
// The store knows no rule of the service. What an enrolment has gathered is one
// JSON value ([Enrolment.State]) whose shape belongs to package enrolment; only
// what is searched for or compared has a column of its own.
package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/limit"
)

// Errors that callers branch on.
var (
	ErrNotFound = errors.New("no such record")
	ErrConflict = errors.New("the record was changed by somebody else")
	ErrUsed     = errors.New("the single-use value was used before")
	// ErrReadOnly answers a write within [Store.View].
	ErrReadOnly = errors.New("this transaction only reads")
	// ErrText answers text that one of the databases cannot keep, on all alike.
	ErrText = errors.New("text must be valid UTF-8 without NUL")
	// ErrTampered answers an audit trail whose hash chain does not hold.
	ErrTampered = errors.New("the audit trail was altered outside the service")
)

// Store keeps everything but evidence (package evidence) and certificates
// (package nca). It is safe for concurrent use by many processes.
type Store interface {
	// View runs a function on a consistent snapshot; writing through it fails.
	View(ctx context.Context, work func(Tx) error) error
	// Update runs a function in a serialisable transaction and repeats it on a
	// serialisation failure. An error of the function rolls back and is
	// returned as it is. A function that starts another Update waits for itself
	// until its context ends.
	Update(ctx context.Context, work func(Tx) error) error
	// Close waits for running transactions; later ones are refused.
	Close() error
}

// Tx is one transaction, valid until its function returns and for one goroutine
// at a time. Where it is not said otherwise, Put replaces what is there. Methods
// return [ErrNotFound] where the record is missing, and [ErrText] for text that
// is not UTF-8 or has a NUL. Times are stored in UTC to the microsecond. A list's
// limit is at least 1.
type Tx interface {
	Enrolment(id string) (Enrolment, error)
	// PutEnrolment inserts a record whose Version is 0 and otherwise replaces
	// the one of the same Version, with [ErrConflict] when it has moved on. It
	// returns the new Version. State must be valid JSON.
	PutEnrolment(e Enrolment) (version int64, err error)
	// EnrolmentsAt lists those at a step, the longest waiting first.
	EnrolmentsAt(step api.Step, limit int) ([]Enrolment, error)
	// EnrolmentsOf lists those of one citizen by pseudonym, newest first.
	EnrolmentsOf(subject string, limit int) ([]Enrolment, error)

	Certificates

	// UseOnce marks a value as used until a time after which nobody could
	// present it any more; [ErrUsed] when it was used before.
	UseOnce(space, value string, until time.Time) error

	// Answer finds what a call with this idempotency key was answered. It may
	// be one whose Until has passed, as long as it was not purged.
	Answer(owner, key string) (Answer, error)
	// PutAnswer keeps the first answer; [ErrConflict] when there is one.
	PutAnswer(a Answer) error

	// Window reads a counter of package limit; a missing one is zero.
	Window(key string) (limit.Window, error)
	PutWindow(key string, w limit.Window, until time.Time) error

	CallBack(id string) (CallBack, error)
	PutCallBack(c CallBack) error
	// CallBacks lists those in a state, the oldest first.
	CallBacks(state api.CallState, limit int) ([]CallBack, error)

	Operator(login string) (Operator, error)
	PutOperator(o Operator) error
	Operators() ([]Operator, error)
	// Session finds an operator's session by the hash of its token.
	Session(hash string) (Session, error)
	PutSession(s Session) error
	DeleteSession(hash string) error

	// Record appends to the audit trail, which nothing changes or removes.
	Record(e AuditEntry) error
	// Trail lists a case's entries in the order of recording, or those of no
	// case for "". [ErrTampered] when one was altered or taken out.
	Trail(enrolment string) ([]AuditEntry, error)

	// CaseKey reads the wrapped key of a case's evidence, or the tombstone of
	// one that was destroyed: a key without content.
	CaseKey(enrolment string) (CaseKey, error)
	// AddCaseKey keeps the first key; [ErrConflict] when the case has one or a
	// tombstone.
	AddCaseKey(k CaseKey) error
	// DestroyCaseKey leaves a tombstone in place of the key, also where there
	// was none.
	DestroyCaseKey(enrolment string) error

	// Claim keeps the first value under a name, for good, and returns the one
	// that is kept.
	Claim(name, value string) (kept string, err error)

	// Enqueue hands a job to the queue, to run once this transaction is kept.
	Enqueue(job Job) error
	// Purge forgets single-use values, answers, counters and sessions that
	// ended before a time, and returns how many.
	Purge(before time.Time) (int64, error)
}

// Enrolment is one citizen's way.
type Enrolment struct {
	ID        string
	Version   int64
	Subject   string // pseudonym: HMAC of the IIN
	Step      api.Step
	Waiting   time.Time // since when it is at this step
	CreatedAt time.Time
	ExpiresAt time.Time
	State     json.RawMessage
}

// Answer is the first answer to an idempotency key, with the hash of what was
// asked. The body is stored sealed by the caller if it holds a secret.
type Answer struct {
	Owner   string // thumbprint of the device's key
	Key     string
	Request string // hash of method, path and body
	Status  int
	Body    []byte
	Until   time.Time
}

// CallBack is a citizen's wish to be called.
type CallBack struct {
	ID         string
	Enrolment  string
	Phone      api.Phone
	Language   api.Language
	Reason     api.CallReason
	State      api.CallState
	AskedAt    time.Time
	AnsweredAt time.Time // zero while waiting
	Operator   string    // who answered
}

// Operator may log in to the console.
type Operator struct {
	Login     string
	Name      string
	Password  string // Argon2id, PHC string
	Roles     []string
	Disabled  bool
	Failures  int       // wrong passwords in a row
	LockedTo  time.Time // zero when not locked
	CreatedAt time.Time
}

// Session is an operator's.
type Session struct {
	Hash     string // of the cookie's token
	Operator string
	CSRF     string
	Since    time.Time
	Until    time.Time
}

// AuditEntry says who did what when, without personal data.
type AuditEntry struct {
	At        time.Time
	Actor     string // "citizen", "operator:LOGIN", "service"
	Action    string
	Enrolment string // may be empty
	Detail    string // codes and hashes only
}

// CaseKey is the wrapped key of one case's evidence.
type CaseKey struct {
	Enrolment   string
	Wrapped     []byte // empty once destroyed
	RetainUntil time.Time
}

// Job is work to be done after the transaction, at least once. Kind names the
// handler (package jobs), Args is its JSON, null if there is none.
type Job struct {
	Kind string
	Args json.RawMessage
	// At is when to begin; zero is at once.
	At time.Time
	// Heavy is work of seconds for a processor. It waits for a free one, and
	// keeps nothing else waiting.
	Heavy bool
}
