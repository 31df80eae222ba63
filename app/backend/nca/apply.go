package nca

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/nca/issuance"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

const (
	maxEmail = 254 // RFC 5321, 4.5.3.1.3, less the brackets
)

// Apply takes an application: the Digital ID's assertion, one PKCS#10 request
// in DER for each of [profile.Kinds] of the keys' algorithm in that order (one
// for GOST, two for RSA), the e-mail address or "", and the storage. The assertion must name the requests' keys in their
// order. The same enrolment with the same keys gets the same application back.
//
// The errors are those of package assertion, ErrRequest, ErrKeySeen,
// ErrOtherKeys, ErrReplayed, ErrAlgorithm, ErrEmail, ErrStorage and ErrRenewal; none of them leaves a trace.
func (a *Authority) Apply(ctx context.Context, jws string, requests [][]byte, email, storage string) (Application, error) {
	now := a.now()
	word, err := a.config.DigitalID.Verify(jws, now)
	if err != nil {
		return Application{}, err
	}
	if err := checkEmail(email); err != nil {
		return Application{}, err
	}
	if storage != StoragePC && storage != StorageToken {
		return Application{}, ErrStorage
	}
	checked, err := checkRequests(requests, word.Keys, issuance.Storage(storage))
	if err != nil {
		return Application{}, err
	}
	if a.issuers[checked[0].Kind.Algorithm()] == nil {
		return Application{}, ErrAlgorithm
	}
	for _, c := range checked {
		if !a.config.Profiles.Serve(c.Kind, issuance.Storage(storage)) {
			return Application{}, ErrStorage
		}
	}
	accepted := make([]Request, len(checked))
	for i, c := range checked {
		accepted[i] = c.Request
	}
	var app Application
	err = a.config.Store.Update(ctx, func(tx Tx) (err error) {
		if err := a.checkRenewal(tx, word); err != nil {
			return err
		}
		app, err = a.admit(tx, word, Application{
			Enrolment: word.Enrolment, Assertion: jws, Email: email, Storage: storage,
			Requests: accepted, History: []StatusChange{{Status: Created, At: now}},
		})
		return err
	})
	return app, err
}

// Serves tells whether keys of an algorithm are certified in a storage, all that
// an application with them has.
func (a *Authority) Serves(algorithm keypair.Algorithm, storage string) bool {
	kinds := profile.Kinds(algorithm)
	unserved := func(k profile.Kind) bool { return !a.config.Profiles.Serve(k, issuance.Storage(storage)) }
	return a.issuers[algorithm] != nil && len(kinds) > 0 && !slices.ContainsFunc(kinds, unserved)
}

// checkRenewal sees for itself that the certificate whose key vouched for the
// citizen is one of this authority, holds now, and is the same person's. An
// application that was taken before is given back whatever became of it.
func (a *Authority) checkRenewal(tx Tx, word assertion.Assertion) error {
	if word.Renews == "" {
		return nil
	}
	if _, err := tx.ApplicationOf(word.Enrolment); err == nil || !errors.Is(err, ErrNotFound) {
		return err
	}
	serial, err := hex.DecodeString(word.Renews)
	if err != nil {
		return ErrRenewal
	}
	before, err := standing(tx, serial)
	if errors.Is(err, ErrNotFound) {
		return ErrRenewal
	}
	if err != nil {
		return err
	}
	owner, err := profile.ParseSubject(before.Certificate.RawSubject)
	if err != nil || owner != word.Subject || !before.Good(a.now()) || !before.Kind.Signs() {
		return ErrRenewal
	}
	return nil
}

// admit finds the enrolment's application or adds the new one.
func (a *Authority) admit(tx Tx, word assertion.Assertion, fresh Application) (Application, error) {
	served, err := tx.AssertionUse(word.ID)
	if err != nil {
		return Application{}, err
	}
	app, err := tx.ApplicationOf(word.Enrolment)
	switch {
	case err == nil && !slices.Equal(keysOf(app), word.Keys):
		return Application{}, ErrOtherKeys
	case err == nil && served == app.Number:
		return app, nil
	case err == nil && served == "":
		return app, tx.AddAssertionUse(word.ID, app.Number, fresh.History[0].At)
	case err != nil && !errors.Is(err, ErrNotFound):
		return Application{}, err
	case served != "":
		return Application{}, ErrReplayed
	}
	if err := refuseUsedKeys(tx, fresh.Requests); err != nil {
		return Application{}, err
	}
	if fresh.Number, err = newNumber(a.config.Rand); err != nil {
		return Application{}, err
	}
	if err := tx.AddApplication(fresh); err != nil {
		return Application{}, err
	}
	return fresh, tx.AddAssertionUse(word.ID, fresh.Number, fresh.History[0].At)
}

func refuseUsedKeys(tx Tx, requests []Request) error {
	for _, r := range requests {
		if used, err := tx.KeyUsed(r.Key); err != nil {
			return err
		} else if used {
			return ErrKeySeen
		}
	}
	return nil
}

func keysOf(app Application) []assertion.Hash {
	keys := make([]assertion.Hash, len(app.Requests))
	for i, r := range app.Requests {
		keys[i] = r.Key
	}
	return keys
}

// Imported ends an application: the citizen's computer has put the
// certificates with these fingerprints (SHA-256 of the DER in hex) into key
// files. All of them must be named. A repeated call changes nothing.
func (a *Authority) Imported(ctx context.Context, number string, fingerprints []string) (Application, error) {
	issued, err := a.Certificates(ctx, number)
	if err != nil {
		return Application{}, err
	}
	want := make([]string, len(issued))
	for i, c := range issued {
		want[i] = c.Fingerprint()
	}
	got := make([]string, len(fingerprints))
	for i, f := range fingerprints {
		got[i] = strings.ToLower(f)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		return Application{}, ErrFingerprints
	}
	return a.advance(ctx, number, StatusChange{Status: Issued, At: a.now()})
}

// Reject ends an application that has not been approved yet, with a reason
// that the citizen will read.
func (a *Authority) Reject(ctx context.Context, number, reason string) (Application, error) {
	return a.advance(ctx, number, StatusChange{Status: Rejected, At: a.now(), Reason: reason})
}

// advance walks an application up to a status, through those before it.
func (a *Authority) advance(ctx context.Context, number string, to StatusChange) (Application, error) {
	var app Application
	err := a.config.Store.Update(ctx, func(tx Tx) (err error) {
		if app, err = tx.Application(number); err != nil {
			return err
		}
		app, err = walk(tx, app, to)
		return err
	})
	return app, err
}

// walk adds the statuses that are missing up to to. It does nothing if the
// application is there or beyond; rejection and approval exclude each other.
func walk(tx Tx, app Application, to StatusChange) (Application, error) {
	reached := func(s Status) bool {
		return slices.ContainsFunc(app.History, func(c StatusChange) bool { return c.Status == s })
	}
	for !reached(to.Status) {
		next := StatusChange{Status: app.Status().Next(), At: to.At}
		switch {
		case app.Status() == Rejected:
			return app, ErrRejected
		case app.Status() == Withdrawn:
			return app, ErrWithdrawn
		case to.Status == Rejected && reached(Approved):
			return app, ErrNotReady
		case to.Status == Rejected && reached(Checking):
			next = to
		case next.Status == "":
			return app, fmt.Errorf("no way from %s to %s", app.Status(), to.Status)
		}
		if err := tx.AddStatus(app.Number, next); err != nil {
			return app, err
		}
		app.History = append(app.History, next)
	}
	return app, nil
}

// checkEmail wants a bare ASCII address, which an rfc822Name can hold.
func checkEmail(email string) error {
	if email == "" {
		return nil
	}
	address, err := mail.ParseAddress(email)
	if err != nil || address.Address != email || len(email) > maxEmail ||
		strings.ContainsFunc(email, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ErrEmail
	}
	return nil
}
