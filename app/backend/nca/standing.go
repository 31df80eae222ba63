package nca

import (
	"context"
	"crypto/x509"
	"errors"
	"time"

	"qoltanba/keystore/profile"
)

// Errors of ending certificates.
var (
	ErrRevoked      = errors.New("the certificate is revoked for good")
	ErrNotSuspended = errors.New("the certificate is not suspended: there is nothing to give back")
)

// Standing is a certificate and whether it holds.
type Standing struct {
	Number      string // of its application
	Kind        profile.Kind
	Storage     string // of its key
	Certificate *x509.Certificate
	Revocation  *Revocation // nil: it holds, until its time is over
}

// Good tells whether the certificate may be relied on at a time.
func (s Standing) Good(now time.Time) bool {
	return s.Revocation == nil && !now.Before(s.Certificate.NotBefore) && !now.After(s.Certificate.NotAfter)
}

// Standing finds a certificate by its serial number (big-endian, without
// leading zeros), or ErrNotFound.
func (a *Authority) Standing(ctx context.Context, serial []byte) (Standing, error) {
	var s Standing
	err := a.config.Store.Update(ctx, func(tx Tx) (err error) {
		s, err = standing(tx, serial)
		return err
	})
	return s, err
}

func standing(tx Tx, serial []byte) (Standing, error) {
	found, err := tx.CertificateWithSerial(serial)
	if err != nil {
		return Standing{}, err
	}
	app, err := tx.Application(found.Number)
	if err != nil {
		return Standing{}, err
	}
	s := Standing{Number: found.Number, Kind: found.Kind, Storage: app.Storage}
	if s.Certificate, err = x509.ParseCertificate(found.DER); err != nil {
		return s, err
	}
	s.Revocation, err = ifThere(tx.Revocation(found.Number, found.Kind))
	return s, err
}

// Revoke ends a certificate for good, a suspended one too. The first reason
// stays: a repeated call changes nothing. The error is ErrNotFound.
func (a *Authority) Revoke(ctx context.Context, serial []byte, reason RevocationReason) (Standing, error) {
	return a.change(ctx, serial, func(tx Tx, s Standing) (*Revocation, error) { return a.end(tx, s.Number, s.Kind, reason) })
}

// end revokes a certificate unless it was revoked for good before.
func (a *Authority) end(tx Tx, number string, kind profile.Kind, reason RevocationReason) (*Revocation, error) {
	before, err := ifThere(tx.Revocation(number, kind))
	if err != nil || before != nil && (before.Reason != CertificateHold || reason == CertificateHold) {
		return before, err
	}
	ended := Revocation{Number: number, Kind: kind, Reason: reason, At: a.now()}
	return &ended, tx.AddRevocation(ended)
}

// Suspend makes a certificate invalid until it is given back or revoked. One
// that is suspended or revoked stays as it is. The error is ErrNotFound.
func (a *Authority) Suspend(ctx context.Context, serial []byte) (Standing, error) {
	return a.Revoke(ctx, serial, CertificateHold)
}

// Release gives a suspended certificate back. The errors are ErrNotFound,
// ErrRevoked and ErrNotSuspended.
func (a *Authority) Release(ctx context.Context, serial []byte) (Standing, error) {
	return a.change(ctx, serial, func(tx Tx, s Standing) (*Revocation, error) {
		switch {
		case s.Revocation == nil:
			return nil, ErrNotSuspended
		case s.Revocation.Reason != CertificateHold:
			return nil, ErrRevoked
		}
		return nil, tx.AddRevocation(Revocation{Number: s.Number, Kind: s.Kind, Reason: RemoveFromCRL, At: a.now()})
	})
}

// change makes one change to how a certificate stands and tells the publisher.
func (a *Authority) change(ctx context.Context, serial []byte, do func(Tx, Standing) (*Revocation, error)) (Standing, error) {
	var s Standing
	err := a.config.Store.Update(ctx, func(tx Tx) (err error) {
		if s, err = standing(tx, serial); err != nil {
			return err
		}
		s.Revocation, err = do(tx, s)
		return err
	})
	a.revoked.Add(1)
	return s, err
}
