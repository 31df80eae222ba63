// Package otp makes and checks the one-time codes that citizens receive by SMS.
//
// An [Issuer] draws a [Code] and returns beside it a [Challenge], the plain
// value to persist. The challenge holds no code but its HMAC under the server's
// pepper, bound to purpose, enrolment and recipient: a code sent to one phone for
// one thing opens nothing else, and a stolen table gives no code away.
//
// [Issuer.Check] is pure. It returns the changed challenge, and the caller must
// write that back in the same transaction that read it, whatever the error:
// otherwise two requests at once would spend one try together. A correct code
// spends the challenge.
//
// A new challenge brings new tries; what bounds guessing over many of them is
// package limit. The rules follow NIST SP 800-63B, 5.1.3 (out-of-band devices).
package otp

import (
	"crypto/hmac"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/pepper"
)

// Policy bounds the life of a code.
type Policy struct {
	Lifetime time.Duration // from sending to expiry, 30 s to 30 min
	Tries    int           // wrong codes a challenge survives, 1 to 10
	Resend   time.Duration // from one message to the next, 10 s up to Lifetime
}

// DefaultPolicy is five minutes, three tries and a minute between messages.
func DefaultPolicy() Policy {
	return Policy{Lifetime: 5 * time.Minute, Tries: 3, Resend: time.Minute}
}

// Validate says which bound is out of its range.
func (p Policy) Validate() error {
	switch {
	case p.Lifetime < 30*time.Second || p.Lifetime > 30*time.Minute:
		return fmt.Errorf("one-time codes: lifetime %v must be between 30s and 30m", p.Lifetime)
	case p.Tries < 1 || p.Tries > 10:
		return fmt.Errorf("one-time codes: tries %d must be between 1 and 10", p.Tries)
	case p.Resend < 10*time.Second || p.Resend > p.Lifetime:
		return fmt.Errorf("one-time codes: resend %v must be between 10s and the lifetime %v", p.Resend, p.Lifetime)
	}
	return nil
}

// Binding is what a code is good for. To is the phone or the e-mail address
// that it goes to. Where no phone was found it is empty: the challenge then
// looks and ages like any other, and no code ever opens it.
type Binding struct {
	Purpose   api.CodePurpose
	Enrolment string
	To        string
}

// Challenge is what is kept of a code that was sent. It holds nothing personal.
type Challenge struct {
	MAC     []byte
	Purpose api.CodePurpose
	Sent    time.Time
	Expires time.Time
	Left    int // tries left; 0 when spent or exhausted
}

// The ways a well-formed code is refused, beside [WrongError].
var (
	ErrExpired   = errors.New("the code is too old: ask for a new one")
	ErrExhausted = errors.New("no tries are left for this code: ask for a new one")
)

// WrongError says that the code does not fit and how many tries are left (at
// least one: the last wrong try is [ErrExhausted]).
type WrongError struct{ Left int }

func (e *WrongError) Error() string {
	return fmt.Sprintf("the code does not fit: tries left %d", e.Left)
}

// Issuer makes and checks codes. It holds no state and may be shared.
type Issuer struct {
	policy Policy
	pepper pepper.Pepper
	random io.Reader
}

// NewIssuer returns an issuer under a policy that it validates. A nil random
// means crypto/rand.
func NewIssuer(policy Policy, p pepper.Pepper, random io.Reader) (*Issuer, error) {
	if err := policy.Validate(); err != nil {
		return nil, err
	}
	if random == nil {
		random = rand.Reader
	}
	return &Issuer{policy: policy, pepper: p, random: random}, nil
}

// New draws a code for b. It fails only when randomness does.
func (i *Issuer) New(b Binding, now time.Time) (Challenge, Code, error) {
	code, err := draw(i.random)
	if err != nil {
		return Challenge{}, Code{}, err
	}
	return Challenge{
		MAC:     i.mac(b, code),
		Purpose: b.Purpose,
		Sent:    now,
		Expires: now.Add(i.policy.Lifetime),
		Left:    i.policy.Tries,
	}, code, nil
}

// Check compares in constant time and returns the challenge to write back: spent
// when the code is right, with one try fewer when it is wrong ([*WrongError], or
// [ErrExhausted] on the last), unchanged when expired or already exhausted.
func (i *Issuer) Check(c Challenge, b Binding, code Code, now time.Time) (Challenge, error) {
	switch {
	case c.Left <= 0:
		return c, ErrExhausted
	case !now.Before(c.Expires):
		return c, ErrExpired
	}
	// Computed for every binding: one without a phone takes as long.
	same := hmac.Equal(c.MAC, i.mac(b, code))
	if same && c.Purpose == b.Purpose && b.To != "" && code.digits != "" {
		c.Left = 0
		return c, nil
	}
	c.Left--
	if c.Left == 0 {
		return c, ErrExhausted
	}
	return c, &WrongError{Left: c.Left}
}

// CanResend says whether another message may go out, and if not, how long to wait.
func (i *Issuer) CanResend(c Challenge, now time.Time) (wait time.Duration, ok bool) {
	wait = c.Sent.Add(i.policy.Resend).Sub(now)
	if wait <= 0 {
		return 0, true
	}
	return wait, false
}

// Policy returns the bounds in force, for the timers on the screen.
func (i *Issuer) Policy() Policy { return i.policy }

func (i *Issuer) mac(b Binding, code Code) []byte {
	return i.pepper.MAC("otp/v1", string(b.Purpose), b.Enrolment, b.To, code.digits)
}
