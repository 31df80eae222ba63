package nca

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"qoltanba/app/backend/nca/issuance"
	"qoltanba/keystore/profile"
)

// Issue checks an application and issues its certificates. It may be repeated
// after any failure, and at the same time: the certificates are the same. The
// errors are ErrNotFound, ErrRejected and ErrWithdrawn; any other leaves the application
// where it is, to be issued by a later call.
func (a *Authority) Issue(ctx context.Context, number string) (Application, error) {
	app, err := a.Application(ctx, number)
	if err != nil {
		return Application{}, err
	}
	switch app.Status() {
	case Rejected:
		return app, ErrRejected
	case Withdrawn:
		return app, ErrWithdrawn
	case AwaitingImport, Issued:
		return app, nil
	}
	wanted, err := a.expect(app)
	if err != nil {
		return app, err
	}
	intents, err := a.intend(ctx, app, wanted)
	if err != nil {
		return app, err
	}
	signed := make([]Certificate, len(intents))
	for i, intent := range intents {
		if signed[i], err = a.sign(app, intent, wanted[i]); err != nil {
			return app, err
		}
	}
	if app, err = a.keep(ctx, app.Number, signed); err != nil {
		return app, err
	}
	kept, err := a.Certificates(ctx, number)
	if err != nil {
		return app, err
	}
	for i, c := range kept {
		if !bytes.Equal(c.DER, signed[i].DER) {
			return app, fmt.Errorf("%v: the %s certificate reads back changed: check the database", app, c.Kind)
		}
	}
	return app, nil
}

// want is a certificate that an application asks for.
type want struct {
	issuer  *issuer
	kind    profile.Kind
	storage issuance.Storage
	order   issuance.Order // still without profile and begin
}

// at returns the order of a certificate that was decided on at a time.
func (a *Authority) at(w want, decided time.Time) (issuance.Order, error) {
	order := w.order
	var err error
	order.Profile, err = a.config.Profiles.At(w.kind, w.storage, decided)
	order.NotBefore = decided
	return order, err
}

// draft composes what is wanted and lints it under the throwaway key.
func (a *Authority) draft(app Application, w want) (Intent, error) {
	order, err := a.at(w, a.now())
	if err != nil {
		return Intent{}, err
	}
	tbs, err := w.issuer.draft(order)
	if err != nil {
		return Intent{}, fmt.Errorf("%v: compose the %s certificate: %w", app, w.kind, err)
	}
	ski, err := profile.SKIOfInfo(order.SPKI)
	if err != nil {
		return Intent{}, err
	}
	return Intent{
		Number: app.Number, Kind: w.kind, TBS: tbs, Serial: profile.Serial(ski).Bytes(), At: order.NotBefore,
		linted: true,
	}, nil
}

// intend approves the application and stores what will be signed, or finds
// what an earlier call intended.
func (a *Authority) intend(ctx context.Context, app Application, wanted []want) ([]Intent, error) {
	drafts := make([]Intent, len(wanted))
	for i, w := range wanted {
		var err error
		if drafts[i], err = a.draft(app, w); err != nil {
			return nil, err
		}
	}
	var intents []Intent
	err := a.config.Store.Update(ctx, func(tx Tx) error {
		intents = make([]Intent, len(drafts))
		current, err := tx.Application(app.Number)
		if err != nil {
			return err
		}
		if _, err := walk(tx, current, StatusChange{Status: Approved, At: a.now()}); err != nil {
			return err
		}
		for i, draft := range drafts {
			intents[i], err = tx.Intent(draft.Number, draft.Kind)
			if errors.Is(err, ErrNotFound) {
				intents[i], err = draft, tx.AddIntent(draft)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return intents, err
}

// sign signs a stored intent. One of an earlier call is linted again first.
func (a *Authority) sign(app Application, intent Intent, w want) (Certificate, error) {
	order, err := a.at(w, intent.At)
	if err == nil && !intent.linted {
		err = w.issuer.rehearse(intent.TBS, order)
	}
	var der []byte
	if err == nil {
		der, err = w.issuer.sign(intent.TBS)
	}
	if err != nil {
		return Certificate{}, fmt.Errorf("%v: sign the %s certificate: %w", app, intent.Kind, err)
	}
	return Certificate{Number: app.Number, Kind: intent.Kind, DER: der, At: a.now()}, nil
}

// keep stores the certificates and the status, unless an earlier or parallel
// call did, or the application was withdrawn meanwhile.
func (a *Authority) keep(ctx context.Context, number string, signed []Certificate) (Application, error) {
	var app Application
	err := a.config.Store.Update(ctx, func(tx Tx) (err error) {
		if app, err = tx.Application(number); err != nil {
			return err
		}
		if app.Status() == Withdrawn {
			return ErrWithdrawn
		}
		for _, c := range signed {
			_, err := tx.Certificate(c.Number, c.Kind)
			if errors.Is(err, ErrNotFound) {
				err = tx.AddCertificate(c)
			}
			if err != nil {
				return err
			}
		}
		app, err = walk(tx, app, StatusChange{Status: AwaitingImport, At: a.now()})
		return err
	})
	return app, err
}

// expect derives from the stored evidence alone what the certificates must
// say, in the order of the requests: the assertion's signature and the
// requests are checked once more.
func (a *Authority) expect(app Application) ([]want, error) {
	word, err := a.config.DigitalID.Evidence(app.Assertion)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", app, err)
	}
	subject, err := word.Subject.Raw()
	if err != nil {
		return nil, fmt.Errorf("%v: %w", app, err)
	}
	ders := make([][]byte, len(app.Requests))
	for i, r := range app.Requests {
		ders[i] = r.DER
	}
	accepted, err := checkRequests(ders, word.Keys, issuance.Storage(app.Storage))
	if err != nil {
		return nil, fmt.Errorf("%v: %w", app, err)
	}
	wanted := make([]want, len(accepted))
	for i, r := range accepted {
		issuer := a.issuers[r.Kind.Algorithm()]
		if issuer == nil {
			return nil, fmt.Errorf("%v: %w", app, ErrAlgorithm)
		}
		wanted[i] = want{issuer: issuer, kind: r.Kind, storage: issuance.Storage(app.Storage), order: issuance.Order{
			Issuer: issuer.cert, SPKI: r.spki, Subject: subject, Email: app.Email, NotEarlier: app.History[0].At,
		}}
	}
	return wanted, nil
}

// Fingerprint returns the SHA-256 of the certificate in lower-case hex.
func (c Certificate) Fingerprint() string {
	sum := sha256.Sum256(c.DER)
	return hex.EncodeToString(sum[:])
}
