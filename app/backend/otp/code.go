package otp

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"strings"
)

// Digits is the length of a code.
const Digits = 6

// ErrMalformed says that what was typed is no code at all. It costs no try.
var ErrMalformed = errors.New("type the six digits of the code from the message")

// Code is a one-time code in the clear. It redacts itself wherever it is
// printed or logged; only [Code.Reveal], for the message to the citizen, shows it.
type Code struct{ digits string }

// ParseCode reads what a citizen typed. Blanks and hyphens, which some phones
// insert on copying, are passed over; anything else but [Digits] ASCII digits
// is [ErrMalformed].
func ParseCode(typed string) (Code, error) {
	if len(typed) > 64 {
		return Code{}, ErrMalformed
	}
	digits := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\n', '\r', '-', '\u00a0':
			return -1
		}
		return r
	}, typed)
	if len(digits) != Digits {
		return Code{}, ErrMalformed
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return Code{}, ErrMalformed
		}
	}
	return Code{digits: digits}, nil
}

// draw takes a code from random, each of the million equally likely.
func draw(random io.Reader) (Code, error) {
	n, err := rand.Int(random, big.NewInt(1_000_000))
	if err != nil {
		return Code{}, fmt.Errorf("draw a one-time code: %w", err)
	}
	return Code{digits: fmt.Sprintf("%0*d", Digits, n)}, nil
}

// Reveal returns the digits. Its one proper use is the text of the message.
func (c Code) Reveal() string { return c.digits }

// Format implements [fmt.Formatter] and hides the digits from every verb.
func (Code) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[code]") }

// LogValue implements [slog.LogValuer] and hides the digits.
func (Code) LogValue() slog.Value { return slog.StringValue("[code]") }

// MarshalJSON refuses: a code travels in a message to the phone and nowhere else.
func (Code) MarshalJSON() ([]byte, error) {
	return nil, errors.New("a one-time code is never written as JSON")
}
