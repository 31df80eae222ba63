// Package pin keeps the citizen's Digital ID PIN: its rule, its hash and the
// lock after wrong tries.
//
// A PIN has six digits. Six digits alone withstand no search once the hashes
// are stolen, so a [Hasher] first takes HMAC-SHA-256 under the server's pepper
// (package pepper), which the database does not hold, and then Argon2id (RFC
// 9106); at the door [Attempts] allows five wrong tries before a lock of
// fifteen minutes. Hashes are PHC strings that carry their own parameters, so
// that stronger ones can be introduced while the old hashes still verify:
// [Hasher.Verify] says when to hash anew.
//
// One Argon2id run takes tens of megabytes. A Hasher lets only so many run at
// once and makes the others wait as long as their context allows.
package pin

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"qoltanba/app/api"
)

// Digits is the length of a PIN.
const Digits = 6

// The ways a new PIN is refused. A refused PIN changes nothing.
var (
	ErrMalformed = errors.New("a PIN is six digits")
	ErrTrivial   = errors.New("this PIN is guessed at once: do not take a row such as 123456 or a repetition such as 121212")
	ErrPersonal  = errors.New("this PIN stands in your documents: do not take your birth date or part of your IIN")
)

// PIN is a PIN in the clear. It redacts itself and cannot be written as JSON.
type PIN struct{ digits string }

// Parse reads a PIN that is given to be verified: six ASCII digits, else
// [ErrMalformed]. A PIN that is to be set comes through [Choose].
func Parse(typed api.Secret) (PIN, error) {
	s := string(typed)
	if len(s) != Digits || strings.Trim(s, "0123456789") != "" {
		return PIN{}, ErrMalformed
	}
	return PIN{digits: s}, nil
}

// Choose reads a PIN that a citizen wants to set and refuses, beside what
// [Parse] refuses, rows and repetitions ([ErrTrivial]) and what can be read off
// the citizen's card ([ErrPersonal]): any six digits in a row of the IIN, thus the
// birth date as YYMMDD, and the birth date as DDMMYY or MMDDYY.
func Choose(typed api.Secret, iin api.IIN) (PIN, error) {
	p, err := Parse(typed)
	switch {
	case err != nil:
		return PIN{}, err
	case trivial(p.digits):
		return PIN{}, ErrTrivial
	case personal(p.digits, string(iin)):
		return PIN{}, ErrPersonal
	}
	return p, nil
}

// trivial says that the digits run up or down by one (…890… included) or repeat
// a group of one, two or three.
func trivial(digits string) bool {
	up, down := true, true
	for i := 1; i < len(digits); i++ {
		step := (digits[i] - digits[i-1] + 10) % 10
		up = up && step == 1
		down = down && step == 9
	}
	if up || down {
		return true
	}
	for size := 1; size <= Digits/2; size++ {
		if Digits%size == 0 && strings.Repeat(digits[:size], Digits/size) == digits {
			return true
		}
	}
	return false
}

func personal(digits, iin string) bool {
	if strings.Contains(iin, digits) {
		return true
	}
	if len(iin) < Digits {
		return false
	}
	yy, mm, dd := iin[0:2], iin[2:4], iin[4:6]
	return digits == dd+mm+yy || digits == mm+dd+yy
}

// Format implements [fmt.Formatter] and hides the digits from every verb.
func (PIN) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[PIN]") }

// LogValue implements [slog.LogValuer] and hides the digits.
func (PIN) LogValue() slog.Value { return slog.StringValue("[PIN]") }

// MarshalJSON refuses.
func (PIN) MarshalJSON() ([]byte, error) { return nil, errors.New("a PIN is never written as JSON") }
