// Package token keeps key pairs in cryptographic tokens: USB tokens, smart cards
// and hardware security modules, by way of PKCS #11.
//
// A vendor gives a library, the module, which PKCS #11 calls Cryptoki. It has
// slots, and in a slot there may be a token, which a person or an agency names
// by its label and opens with a PIN. A private key is made inside and never
// comes out: the token signs.
//
//	Open(path)      *Module    the vendor's library
//	Module.Tokens   []Info     what is plugged in, what it can do, its rules for PINs
//	Module.Login    *Session   the token, opened with the PIN
//	Session.Generate, Keys     *Key, a crypto.Signer whose work is done inside
//	Session.PutCertificate     the certificate, beside its key
//	Holder                     a token that a service signs with for as long as it runs
//
// # Invariants
//
//   - Private keys are made sensitive and not extractable; a token that made one
//     otherwise has it destroyed again.
//   - Key and certificate bear the subject key identifier as CKA_ID, as
//     everything else is named after it too.
//   - All calls of a module are made by one goroutine, one after another. Who
//     waits for one stops waiting when its context ends; a call into the
//     vendor's library itself cannot be interrupted.
//   - A PIN that the token's own rules refuse is not tried, as is none on a
//     locked token: tries are few, and the last one locks.
//   - A [PIN] shows itself nowhere.
//
// Keys are RSA so far. A token that knows the NCA's GOST has its mechanisms under
// its vendor's numbers; asked for a key of a kind that it does not know, a token
// answers [ErrUnsupported].
//
// # Norms
//
// PKCS #11 v2.40 (OASIS); RFC 8017, 9.2, for what an RSA key is given to sign.
// Programs built without cgo have no tokens: [ErrNoSupport].
package token

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"qoltanba/keystore/keypair"
)

// Errors on which a caller branches.
var (
	ErrNoSupport   = errors.New("this build has no support for tokens: use one that was built with cgo")
	ErrNoModule    = errors.New("the token's library cannot be opened: check its path, and that it is for this system and processor")
	ErrInUse       = errors.New("the token's library is in use by this program already")
	ErrClosed      = errors.New("the token was closed")
	ErrNoToken     = errors.New("the token is not there: plug it in")
	ErrGone        = errors.New("the token was taken away or stopped answering: plug it in and open it again")
	ErrAmbiguous   = errors.New("several tokens bear this label: leave one of them plugged in")
	ErrUnsupported = errors.New("the token makes no keys of this kind")
	ErrLocked      = errors.New("the token's PIN is locked: have it unlocked by whoever issued the token")
	ErrNoPIN       = errors.New("the token has no PIN yet: set one with the program of its vendor")
	ErrPINExpired  = errors.New("the token wants its PIN changed: change it with the program of its vendor")
	ErrWrongPIN    = errors.New("the PIN is not the token's")
	ErrFull        = errors.New("the token has no room left: delete what is not needed with the program of its vendor")
	ErrLabelTaken  = errors.New("the token has a key of this label already: give another label")
	ErrNoKey       = errors.New("the token has no such key")
	ErrWeak        = errors.New("the token made a private key that it would give out: use another token")
)

// PIN opens a token. It shows itself to no verb and no log.
type PIN string

// Format hides the PIN from every verb.
func (PIN) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[PIN]") }

// String hides the PIN.
func (PIN) String() string { return "[PIN]" }

// LogValue hides the PIN.
func (PIN) LogValue() slog.Value { return slog.StringValue("[PIN]") }

// Tries is what a token says of the tries that are left for its PIN.
type Tries uint8

// Tokens do not count before others: some were used up, one is left, none is.
const (
	TriesAll Tries = iota
	TriesFewer
	TriesLast
	TriesNone
)

// WrongPIN is the error of a PIN that the token refused: an [ErrWrongPIN].
type WrongPIN struct{ Left Tries }

// Error says what to do, and how much is at stake.
func (e *WrongPIN) Error() string {
	switch e.Left {
	case TriesLast:
		return ErrWrongPIN.Error() + ": one more wrong PIN locks the token"
	case TriesNone:
		return ErrWrongPIN.Error() + ": the token is locked now"
	case TriesAll, TriesFewer:
	}
	return ErrWrongPIN.Error() + ": a few wrong ones lock the token"
}

// Is makes it an ErrWrongPIN, and an ErrLocked where no try is left.
func (e *WrongPIN) Is(target error) bool {
	return target == ErrWrongPIN || target == ErrLocked && e.Left == TriesNone
}

// PINLength is the error of a PIN that is shorter or longer, in bytes, than the
// token takes. No try was spent.
type PINLength struct{ Min, Max int }

func (e *PINLength) Error() string {
	return fmt.Sprintf("the token's PIN has %d to %d characters", e.Min, e.Max)
}

// Info is a token as it describes itself.
type Info struct {
	Slot                         uint
	Label, Vendor, Model, Serial string
	MinPIN, MaxPIN               int // bytes
	Tries                        Tries
	Ready                        bool // it was initialised and has a PIN
	Algorithms                   []keypair.Algorithm
}

// CheckPIN tells whether the token would try the PIN: the errors are
// *[PINLength], ErrLocked and ErrNoPIN.
func (i Info) CheckPIN(pin PIN) error {
	switch {
	case !i.Ready:
		return ErrNoPIN
	case i.Tries == TriesNone:
		return ErrLocked
	case len(pin) < i.MinPIN || i.MaxPIN > 0 && len(pin) > i.MaxPIN:
		return &PINLength{i.MinPIN, i.MaxPIN}
	}
	return nil
}

// Makes tells whether the token makes keys of an algorithm.
func (i Info) Makes(a keypair.Algorithm) bool { return slices.Contains(i.Algorithms, a) }

// Find returns the token with a label. The errors are ErrNoToken, ErrAmbiguous
// and those of [Module.Tokens].
func (m *Module) Find(ctx context.Context, label string) (Info, error) {
	all, err := m.Tokens(ctx)
	if err != nil {
		return Info{}, err
	}
	var found []Info
	for _, i := range all {
		if i.Label == strings.TrimSpace(label) {
			found = append(found, i)
		}
	}
	switch len(found) {
	case 0:
		return Info{}, ErrNoToken
	case 1:
		return found[0], nil
	}
	return Info{}, ErrAmbiguous
}
