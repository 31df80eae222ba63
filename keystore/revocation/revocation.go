// Package revocation asks a certificate's authority whether it was revoked: by
// OCSP first, by a revocation list where that gives no answer.
//
// [Client.Ask] goes to the addresses that the certificate names; [ReadAnswer]
// and [ReadList] judge what came from elsewhere. An [Answer] that is not good
// and not revoked is [Unknown], and unknown is never good: an authority that
// does not answer, an answer that is old, of another or by somebody else are all
// the same to who has to decide.
//
// # Invariants
//
//   - An answer counts only when it is signed by the issuer's key, or by that of
//     a responder whom the issuer certified for it, and is of today.
//   - Whom to ask stands in the certificate. A caller asks only about those that
//     lead to an authority it trusts: else any file could have addresses called.
//   - Answers are bounded, redirections are not followed, and every question has
//     the deadline of its context.
//
// # Norms
//
// RFC 6960 (OCSP), RFC 5280, 5 (lists). Delta lists are not read.
package revocation

import (
	"errors"
	"time"
)

// Standing is whether a certificate was revoked.
type Standing uint8

// The answers. Unknown is never good.
const (
	Unknown Standing = iota
	Good
	Revoked
	// Suspended is revoked for the time being (certificateHold).
	Suspended
)

// String names the standing.
func (s Standing) String() string {
	return [...]string{"unknown", "good", "revoked", "suspended"}[min(s, Suspended)]
}

// Answer is what an authority says. The zero Answer is of nobody.
type Answer struct {
	Standing Standing
	Since    time.Time // when it was revoked or suspended; else zero
	Reason   int       // CRLReason (RFC 5280, 5.3.1) of that
	At       time.Time // of when the answer is; zero where there is none
	Until    time.Time // when a newer one is due; zero where nothing is said
	List     bool      // it came from a list, which may be some days old
}

// Errors on which a caller branches. With each the standing is unknown.
var (
	ErrNowhere     = errors.New("the certificate does not say where to ask whether it was revoked")
	ErrUnreachable = errors.New("the authority does not answer whether the certificate was revoked: try again later")
	ErrInvalid     = errors.New("that is no answer of the certificate's authority")
	ErrOld         = errors.New("the answer is not of today")
)

const (
	maxAnswer = 64 << 10
	maxList   = 48 << 20 // that of the NCA has 21 MB
	skew      = 5 * time.Minute
	// openEnded is how long an answer counts that names no end.
	openEnded = 24 * time.Hour
	onHold    = 6 // certificateHold
)

// current tells why an answer does not count now.
func (a Answer) current(now time.Time) error {
	until := a.Until
	if until.IsZero() {
		until = a.At.Add(openEnded)
	}
	if a.At.After(now.Add(skew)) || until.Before(now.Add(-skew)) {
		return ErrOld
	}
	return nil
}

// revoked fills in a revocation.
func (a *Answer) revoked(since time.Time, reason int) {
	a.Standing, a.Since, a.Reason = Revoked, since, reason
	if reason == onHold {
		a.Standing = Suspended
	}
}
