package nca

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/nca/issuance"
	"qoltanba/keystore/profile"
)

// Status is how far an application is.
type Status string

// The statuses in their order; Rejected may come in place of Approved, and
// Withdrawn at any time but after it.
const (
	Created        Status = "created"
	Checking       Status = "checking"
	Approved       Status = "approved"
	Rejected       Status = "rejected"
	AwaitingImport Status = "awaiting-import"
	Issued         Status = "issued"
	Withdrawn      Status = "withdrawn"
)

// Next returns what follows if all goes well, or "" at an end.
func (s Status) Next() Status {
	switch s {
	case Created:
		return Checking
	case Checking:
		return Approved
	case Approved:
		return AwaitingImport
	case AwaitingImport:
		return Issued
	default:
		return ""
	}
}

// StatusChange is a status with the time it was reached. Reason tells why an
// application was rejected.
type StatusChange struct {
	Status Status
	At     time.Time
	Reason string
}

// The storages of citizens' keys: PKCS#12 files in a folder, and a token. That a
// key lies in a token is the citizen's word: no token at hand attests it.
const (
	StoragePC    = string(issuance.StoragePC)
	StorageToken = string(issuance.StorageToken)
)

// Request is a certificate request as it was accepted.
type Request struct {
	Kind profile.Kind
	Key  assertion.Hash // of the public key in it
	DER  []byte         // PKCS#10
}

// Application is a citizen's application for certificates. It prints as its
// number.
type Application struct {
	Number    string // 12 digits, see [CheckNumber]
	Enrolment string // pseudonym
	Assertion string // the JWS it rests on
	Email     string // or ""
	Storage   string
	Requests  []Request      // in the order of [profile.Kinds]
	History   []StatusChange // oldest first, never empty
}

// Status returns the last status of the history.
func (a Application) Status() Status {
	if len(a.History) == 0 {
		return ""
	}
	return a.History[len(a.History)-1].Status
}

// Format shows the number only, whatever the verb.
func (a Application) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "application "+a.Number) }

// LogValue shows the number only.
func (a Application) LogValue() slog.Value { return slog.StringValue("application " + a.Number) }

const numberLength = 12

// newNumber draws eleven digits, the first not 0, and appends the check digit.
func newNumber(random io.Reader) (string, error) {
	digits := make([]byte, 0, numberLength)
	var b [1]byte
	for len(digits) < numberLength-1 {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", fmt.Errorf("draw an application number: %w", err)
		}
		// 250 is the largest multiple of ten in a byte: every digit is as likely.
		if b[0] >= 250 || len(digits) == 0 && b[0]%10 == 0 {
			continue
		}
		digits = append(digits, '0'+b[0]%10)
	}
	return string(append(digits, checkDigit(digits))), nil
}

// CheckNumber checks the form of an application number, so that a mistyped one
// is told from one that does not exist: 12 digits of which the last is the
// check digit of ISO/IEC 7064, MOD 11,10. It finds every single wrong digit.
func CheckNumber(number string) error {
	for _, r := range number {
		if r < '0' || r > '9' {
			return errors.New("an application number has only digits")
		}
	}
	if len(number) != numberLength {
		return fmt.Errorf("an application number has %d digits", numberLength)
	}
	if last := numberLength - 1; number[last] != checkDigit([]byte(number[:last])) {
		return errors.New("the application number is mistyped: compare it again")
	}
	return nil
}

func checkDigit(digits []byte) byte {
	product := 10
	for _, d := range digits {
		sum := (product + int(d-'0')) % 10
		if sum == 0 {
			sum = 10
		}
		product = sum * 2 % 11
	}
	return '0' + byte((11-product)%10)
}
