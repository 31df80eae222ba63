// Package registry asks the two state registers that enrolment rests on.
//
// [MobileBase] is the base of mobile citizens (БМГ, АМБ), which binds a phone
// number to an IIN. [PopulationRegister] is the state register of individuals
// (ГБД ФЛ), which knows the person and the current document. The service knows
// only these interfaces; [Client] implements both over HTTPS, by the contract
// in CONTRACT.md, and the demo build has an embedded sample population.
//
// An answer of a register is foreign data: it is bounded, checked and compared
// with the question before anyone sees it. A [Person] redacts itself.
//
// That an IIN is unknown is an ordinary answer ([ErrUnknown]) and must not be
// told to whoever asked: whether somebody exists is nobody's business.
package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"qoltanba/app/api"
)

// The ways a register fails to help.
var (
	// ErrUnknown says that the register has no entry for the IIN.
	ErrUnknown = errors.New("the register has no entry for this IIN")
	// ErrUnavailable says that the register did not answer in time, or not
	// in the agreed form. Trying again later may help.
	ErrUnavailable = errors.New("the register does not answer as it should: try again later")
	// ErrRefused says that the register understood and declined, for example
	// because our credentials are not (or no longer) accepted.
	ErrRefused = errors.New("the register refused the request: check the credentials and rights agreed with it")
)

// MobileBase binds phones to citizens.
type MobileBase interface {
	// Phone returns the phone registered for the IIN, or [ErrUnknown].
	Phone(ctx context.Context, iin api.IIN) (api.Phone, error)
	// Register binds the phone to the IIN in place of any earlier one.
	// Repeating it changes nothing.
	Register(ctx context.Context, iin api.IIN, phone api.Phone) error
}

// PopulationRegister knows the persons.
type PopulationRegister interface {
	// Person returns the entry for the IIN, or [ErrUnknown].
	Person(ctx context.Context, iin api.IIN) (Person, error)
	// Portrait returns the picture that an entry refers to, as it came: JPEG
	// or PNG if the register keeps to its contract, at most 2 MiB, not looked
	// into; or [ErrUnknown] where there is none.
	Portrait(ctx context.Context, p Person) ([]byte, error)
}

// Person is an entry of the register of individuals.
type Person struct {
	IIN      api.IIN        `json:"iin"`
	Fields   api.CardFields `json:"fields"`             // of the person and the current document
	Portrait string         `json:"portrait,omitempty"` // reference to the portrait, opaque; empty: none
}

// Format implements [fmt.Formatter] and hides the entry from every verb.
func (Person) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[person]") }

// LogValue implements [slog.LogValuer] and hides the entry.
func (Person) LogValue() slog.Value { return slog.StringValue("[person]") }
