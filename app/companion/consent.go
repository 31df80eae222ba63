package companion

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// ErrCancelled is a person's no to what was proposed.
var ErrCancelled = errors.New("cancelled by the person at the computer")

// Consenter asks the person at the computer. One method runs at a time. The
// context ends when the caller goes away: the dialog closes then, and what is
// returned no longer matters. ErrCancelled is a no; any other error is told to
// the caller as a failure.
type Consenter interface {
	// Allow asks whether the caller may ask for signatures at all.
	Allow(context.Context, Caller, Language) (Permission, error)
	// Decide shows a proposal and returns the key that was chosen, with its
	// password. It is asked again, with the problem, where the choice did not serve.
	Decide(context.Context, Proposal) (Choice, error)
	// ChooseFile returns the path of a file or folder.
	ChooseFile(context.Context, FileRequest) (string, error)
}

// Permission is what a person answers to a caller.
type Permission uint8

// The answers. The zero Permission allows nothing.
const (
	Refuse    Permission = iota
	AllowOnce            // until the caller goes away
	Allow                // and remember it
	Block                // and do not ask again
)

// Purpose is what a key is wanted for.
type Purpose uint8

// The purposes.
const (
	SignDocuments Purpose = iota + 1
	ShowCertificate
)

// Proposal is what the person is to decide on.
type Proposal struct {
	Caller    Caller
	Purpose   Purpose
	Documents []Document
	Keys      []Offer
	// Attached says that the documents will lie in the signatures, Stamped that
	// a time-stamp authority hears their digests.
	Attached, Stamped bool
	Language          Language
	// Logo is the portal's, as it came: foreign bytes. Nil where there is none.
	Logo []byte
	// Problem says why the last choice did not serve; nil at first. It is
	// [ErrPassword], [ErrUnfit] or an error of the store.
	Problem error
}

// Format hides documents, keys and caller whatever the verb.
func (Proposal) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[proposal]")) }

// LogValue hides documents, keys and caller.
func (Proposal) LogValue() slog.Value { return slog.StringValue("[proposal]") }

// Offer is a key with what speaks against it.
type Offer struct {
	Key
	Standing Standing
	// Against lists why the key may not be used for this; nothing where it may,
	// or where its certificate is not known yet.
	Against []Reason
	// Unlocked says that the person gave the password a while ago, for this
	// caller, and chose not to be asked for it: an empty one opens the key.
	Unlocked bool
}

// Key is a key that a store has. Format hides it.
type Key struct {
	Store string // as in Config.Stores
	ID    string // within the store
	Path  string // of its file, "" where there is none
	// Certificate is nil while nobody gave the password: in a key file it is
	// encrypted too.
	Certificate *x509.Certificate
	LastUsed    time.Time // zero: never here
}

// Format hides the owner whatever the verb.
func (Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[key]")) }

// Format hides the owner whatever the verb.
func (Offer) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[offer]")) }

// Standing is whether a certificate was revoked.
type Standing uint8

// The answers. Unknown is never good.
const (
	StandingUnknown Standing = iota
	StandingGood
	StandingRevoked
)

// Reason is why a key is not fit for what is asked.
type Reason uint8

// The reasons.
const (
	Expired       Reason = iota + 1
	NotYetValid          // its time has not begun
	Revoked              // by its authority
	OtherUse             // it is not for this purpose, as for signing in only
	OtherPerson          // of another IIN
	OtherCompany         // of another BIN
	OtherSerial          // another certificate is wanted
	OtherIssuer          // it leads to none of the authorities that are wanted
	OtherStandard        // its algorithm is not served
)

// Choice is what the person chose. Store is that of the key; an ID that the
// proposal did not list is the path of a file that the person looked up.
type Choice struct {
	Store, ID string
	Password  Password
	// Keep unlocks the key for this caller for [UnlockTime].
	Keep bool
}

// Format hides the password whatever the verb.
func (Choice) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[choice]")) }

// LogValue hides the password.
func (Choice) LogValue() slog.Value { return slog.StringValue("[choice]") }

// Password opens a key. It shows itself to nobody.
type Password string

// Format hides the password whatever the verb.
func (Password) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[redacted]")) }

// LogValue hides the password.
func (Password) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// FileRequest asks for a path.
type FileRequest struct {
	Caller   Caller
	Language Language
	// Type is ALL, P12, JKS, KEYSTORE, CER or CRL; "" asks for a folder.
	Type string
	// Directory is where to begin, as the caller says; it need not exist.
	Directory string
}

// Language is that of the dialog.
type Language string

// The languages.
const (
	Kazakh  Language = "kk"
	Russian Language = "ru"
	English Language = "en"
)

// languageNamed reads what portals send; kz is a common slip.
func languageNamed(name string, otherwise Language) Language {
	switch name {
	case "kk", "kz":
		return Kazakh
	case "ru":
		return Russian
	case "en":
		return English
	}
	return otherwise
}
