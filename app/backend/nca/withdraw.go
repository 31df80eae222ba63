package nca

import (
	"context"
	"errors"
	"time"

	"qoltanba/keystore/profile"
)

// RevocationReason says why a certificate was revoked: a CRLReason of RFC
// 5280, 5.3.1.
type RevocationReason int

// The reasons that occur here.
const (
	KeyCompromise        RevocationReason = 1 // somebody else may have the private key
	Superseded           RevocationReason = 4 // by another certificate
	CessationOfOperation RevocationReason = 5 // the private key is of no use any more, nobody else is thought to have it
	CertificateHold      RevocationReason = 6 // suspended: it may be given back
	RemoveFromCRL        RevocationReason = 8 // given back
)

// Revocation is the end of a certificate before its time, or its suspension.
type Revocation struct {
	Number string // of the certificate's application
	Kind   profile.Kind
	Reason RevocationReason
	At     time.Time
}

// Withdraw ends an application for good, however far it is: what was issued to
// it is revoked, and nothing will be issued any more. A repeated call changes
// nothing; a rejected application stays as it is. The error is ErrNotFound.
func (a *Authority) Withdraw(ctx context.Context, number string, reason RevocationReason) (Application, error) {
	if CheckNumber(number) != nil {
		return Application{}, ErrNotFound
	}
	var app Application
	err := a.config.Store.Update(ctx, func(tx Tx) (err error) {
		if app, err = tx.Application(number); err != nil || app.Status() == Rejected {
			return err
		}
		if app.Status() != Withdrawn {
			change := StatusChange{Status: Withdrawn, At: a.now()}
			if err := tx.AddStatus(number, change); err != nil {
				return err
			}
			app.History = append(app.History, change)
		}
		return a.revoke(tx, app, reason)
	})
	a.revoked.Add(1)
	return app, err
}

// revoke ends all certificates of an application that were not revoked before,
// the suspended ones too.
func (a *Authority) revoke(tx Tx, app Application, reason RevocationReason) error {
	for _, r := range app.Requests {
		_, err := tx.Certificate(app.Number, r.Kind)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err == nil {
			_, err = a.end(tx, app.Number, r.Kind, reason)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
