package store

import (
	"time"

	"qoltanba/app/api"
)

// Certificate is what the service remembers of an issued certificate, without
// its owner's name: the certificate itself and whether it holds is the
// authority's to know.
type Certificate struct {
	Serial       string // lower-case hex
	Enrolment    string
	Subject      string // pseudonym, as in [Enrolment]
	Application  string // number
	Kind         api.CertificateKind
	Obtained     api.Obtained
	NotBefore    time.Time
	NotAfter     time.Time
	IdentifiedAt time.Time // when a person or machine last compared the owner with the evidence
	// Alarm is the hash of the token of the page by which the owner disowns the
	// certificates of the application; "" where there is none any more.
	Alarm    string
	Reminded int64 // bits of the reminders that were sent
	Imported bool  // it was confirmed to lie in a key file
}

// Certificates is the part of [Tx] that keeps issued certificates.
type Certificates interface {
	// AddCertificate keeps a certificate; [ErrConflict] when its serial number
	// is there.
	AddCertificate(c Certificate) error
	// PutCertificate replaces one that is there, or answers [ErrConflict].
	PutCertificate(c Certificate) error
	Certificate(serial string) (Certificate, error)
	// CertificatesOf lists those of one citizen by pseudonym, newest first.
	CertificatesOf(subject string, limit int) ([]Certificate, error)
	// CertificatesAlarmed lists those whose page has this hash, which is not "".
	CertificatesAlarmed(alarm string, limit int) ([]Certificate, error)
	// CertificatesEnding lists those that end after one moment (or then, with a
	// later serial number than the one given) and not after another, the first
	// to end first.
	CertificatesEnding(after time.Time, serial string, until time.Time, limit int) ([]Certificate, error)
}
