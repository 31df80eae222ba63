package api

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Errors of the constructors below. They name the rule and never the value.
var (
	ErrIIN   = errors.New("an IIN is twelve digits with a valid check digit")
	ErrPhone = errors.New("a phone number is +7 and ten digits")
)

const redacted = "[redacted]"

// IIN is the individual identification number of a citizen: twelve digits, the
// last a check digit. It prints as "[redacted]"; string(iin) is the value.
type IIN string

// ParseIIN reads an IIN, with blanks and dashes allowed between the digits.
// The error is [ErrIIN]. That birth date and sex agree with the digits is not
// asked: since 26 August 2013 they need not.
func ParseIIN(s string) (IIN, error) {
	digits := strings.NewReplacer(" ", "", "\u00a0", "", "-", "").Replace(strings.TrimSpace(s))
	if len(digits) != 12 || !allDigits(digits) || !iinChecks(digits) {
		return "", ErrIIN
	}
	return IIN(digits), nil
}

// iinChecks applies the two rows of weights of the IIN's check digit. A number
// whose second row gives 10 as well is never issued.
func iinChecks(digits string) bool {
	weigh := func(shift int) int {
		sum := 0
		for i := range 11 {
			sum += int(digits[i]-'0') * ((i+shift)%11 + 1)
		}
		return sum % 11
	}
	check := weigh(0)
	if check == 10 {
		check = weigh(2)
	}
	return check < 10 && check == int(digits[11]-'0')
}

// Phone is a phone number of Kazakhstan in the form +7XXXXXXXXXX. It prints
// as "[redacted]"; [Phone.Masked] is the form that may be shown.
type Phone string

// ParsePhone reads a number as people write it: 8 701 …, +7 (701) …, 7701….
// The error is [ErrPhone].
func ParsePhone(s string) (Phone, error) {
	var digits strings.Builder
	for i, r := range strings.TrimSpace(s) {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case strings.ContainsRune(" ()-\u00a0", r), r == '+' && i == 0:
		default:
			return "", ErrPhone
		}
	}
	d := digits.String()
	switch {
	case strings.HasPrefix(strings.TrimSpace(s), "+"):
	case len(d) == 10 && d[0] == '7':
		d = "7" + d
	case len(d) == 11 && d[0] == '8':
		d = "7" + d[1:]
	}
	if len(d) != 11 || d[0] != '7' || d[1] != '7' {
		return "", ErrPhone
	}
	return Phone("+" + d), nil
}

// Masked shows the operator's prefix and the last two digits: +7 701 ••• •• 67.
func (p Phone) Masked() string {
	if len(p) != 12 {
		return ""
	}
	return fmt.Sprintf("+7 %s ••• •• %s", string(p[2:5]), string(p[10:]))
}

// Secret is a value the citizen types and nobody may read in a log: a one-time
// code, a PIN. It prints as "[redacted]"; string(secret) is the value.
type Secret string

func allDigits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// The methods below keep the three types out of logs and error texts, whatever
// verb or handler prints them. JSON carries the value: it is the contract.

func (IIN) String() string    { return redacted }
func (Phone) String() string  { return redacted }
func (Secret) String() string { return redacted }

// GoString implements [fmt.GoStringer].
func (IIN) GoString() string { return redacted }

// GoString implements [fmt.GoStringer].
func (Phone) GoString() string { return redacted }

// GoString implements [fmt.GoStringer].
func (Secret) GoString() string { return redacted }

// LogValue implements [slog.LogValuer].
func (IIN) LogValue() slog.Value { return slog.StringValue(redacted) }

// LogValue implements [slog.LogValuer].
func (Phone) LogValue() slog.Value { return slog.StringValue(redacted) }

// LogValue implements [slog.LogValuer].
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// Format keeps every verb, %x and %q included, from printing the digits.
func (IIN) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// Format keeps every verb, %x and %q included, from printing the digits.
func (Phone) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// Format keeps every verb, %x and %q included, from printing the value.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }
