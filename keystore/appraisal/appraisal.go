// Package appraisal tells what a file has to do with electronic signatures, so
// that it can be explained in plain words: who signed it and when, whether it is
// whole, whether the certificate is trusted, and whether it was revoked.
//
// [Of] takes the bytes of any file: a CMS or CAdES signature, a signed XML
// document, a time stamp, a certificate or a key file; DER, BER, PEM or base64.
// An [Appraisal] lists what is in it; [Signer.Verdict] sums a signature up.
//
// # Invariants
//
//   - Every question has three answers, and [Unknown] is never taken for a yes:
//     a verdict is [Sound] only where all was answered, and well.
//   - Nobody is asked for what can be told from the file. Only whether a
//     certificate was revoked is asked of [Options.Standing], and only of one
//     that leads to a trusted authority, so that no file can have addresses called.
//   - A signature is judged for the moment that a good time stamp proves, or for
//     now. The signer's own word on the time proves nothing.
//   - Values that name people hide themselves when printed.
package appraisal

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"qoltanba/keystore/cms"
	"qoltanba/keystore/profile"
	"qoltanba/keystore/revocation"
)

// MaxSize is the largest file that is read, in bytes.
const MaxSize = cms.MaxSize

// Answer is a yes or no, or neither.
type Answer uint8

// The answers.
const (
	Unknown Answer = iota
	Yes
	No
)

// String names the answer.
func (a Answer) String() string { return [...]string{"unknown", "yes", "no"}[min(a, No)] }

func answer(yes bool) Answer {
	if yes {
		return Yes
	}
	return No
}

// Kind is what a file is.
type Kind string

// The kinds.
const (
	Signature   Kind = "signature"   // CMS or CAdES
	SignedXML   Kind = "xml"         // with XML signatures in its root
	TimeStamp   Kind = "timestamp"   // a token of RFC 3161
	Certificate Kind = "certificate" // one or more
	KeyFile     Kind = "keyfile"     // PKCS #12
	Plain       Kind = "plain"       // nothing of these
)

// Options are what a file is judged by.
type Options struct {
	// Content is what a detached signature is over; nil where it is not at hand.
	Content []byte
	// Password opens a key file; "" where nobody gave it.
	Password string
	// Authorities are trusted; Others help to find the way to them.
	Authorities, Others []*x509.Certificate
	// Standing asks whether a certificate was revoked, such as
	// [revocation.Client.Ask]; nil where nobody is to be asked.
	Standing func(ctx context.Context, cert, issuer *x509.Certificate) (revocation.Answer, error)
	// Now is the time; zero stands for that of the computer.
	Now time.Time
}

// Appraisal is what a file holds.
type Appraisal struct {
	Kind    Kind
	Signers []Signer // of a signature, of XML, of a time stamp
	// Content is what was signed, where it lies in the signature; else nil.
	Content []byte
	// Detached says that what was signed lies elsewhere; Missing that it was not given.
	Detached, Missing bool
	Certificates      []Cert // of a certificate file, or a key file as far as it shows them
	Key               *Key   // of a key file
}

// Signer is one signature and who made it.
type Signer struct {
	Cert   *Cert  // nil where the certificate is not there
	Whole  Answer // the content is the one that was signed
	Good   Answer // it was signed with the certificate's key
	Claims time.Time
	Stamp  *Stamp // nil where there is none
	Reason error  // why it is not whole or good; nil where it is
}

// Stamp is a time stamp beside a signature.
type Stamp struct {
	Time      time.Time
	Authority string
	Good      Answer // it is over this very signature, and whole
	Trusted   Answer // its certificate leads to an authority
}

// Cert is a certificate and what is known of it.
type Cert struct {
	*x509.Certificate
	Owner   Owner
	Issuer  string       // name of the authority
	Kind    profile.Kind // 0 where it is of no kind of the country's profile
	Valid   Answer       // at the moment it is judged for; No before its time and after it
	Trusted Answer       // it leads to an authority that is trusted; No where it only claims to
	Revoked revocation.Answer
}

// Format hides the owner whatever the verb.
func (Cert) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[certificate]")) }

// LogValue hides the owner.
func (Cert) LogValue() slog.Value { return slog.StringValue("[certificate]") }

// Owner is whom a certificate names.
type Owner struct {
	Name         string // surname, name and patronymic, or as it stands
	IIN          string // "" where there is none
	Organisation string
	BIN          string
}

// Format hides the owner whatever the verb.
func (Owner) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[owner]")) }

// Key is a key file.
type Key struct {
	Opened bool // by the password
	Wrong  bool // a password was given, and does not open it
	Number int  // of keys in it, as far as it shows
	Whole  Answer
}

// Verdict sums a signature up.
type Verdict string

// The verdicts.
const (
	// Sound: whole, by the certificate's key, which is trusted, was valid and not revoked.
	Sound Verdict = "sound"
	// Open: nothing speaks against it, and something could not be found out.
	Open Verdict = "open"
	// Broken: the content was changed, or the signature is not of the certificate's key.
	Broken Verdict = "broken"
	// Doubtful: whole, but the certificate had ended, was revoked, or only claims its authority.
	Doubtful Verdict = "doubtful"
)

// Verdict sums the answers up.
func (s Signer) Verdict() Verdict {
	switch {
	case s.Whole == No || s.Good == No:
		return Broken
	case s.Cert == nil || s.Whole == Unknown || s.Good == Unknown:
		return Open
	case s.Cert.Trusted == No || s.Cert.Valid == No || s.revoked():
		return Doubtful
	case s.Cert.Trusted == Yes && s.Cert.Valid == Yes && (s.Cert.Revoked.Standing == revocation.Good || s.revokedLater()):
		return Sound
	}
	return Open
}

// revoked tells whether the certificate did not hold at the moment the
// signature is judged for.
func (s Signer) revoked() bool {
	standing := s.Cert.Revoked.Standing
	return (standing == revocation.Revoked || standing == revocation.Suspended) && !s.revokedLater()
}

// revokedLater tells whether it was revoked after a trusted time stamp says that
// the signature was there. A stolen key can be revoked with an earlier date only
// by its authority, which then says so in Since.
func (s Signer) revokedLater() bool {
	r := s.Cert.Revoked
	return r.Standing == revocation.Revoked && s.Proven() && s.Stamp.Time.Before(r.Since)
}

// Proven says that a trusted time stamp tells when the signature was there.
func (s Signer) Proven() bool {
	return s.Stamp != nil && s.Stamp.Good == Yes && s.Stamp.Trusted == Yes
}

// ErrTooLarge says that a file is larger than MaxSize.
var ErrTooLarge = errors.New("the file is larger than 64 MiB")
