package service

import (
	"context"
	"errors"

	"qoltanba/app/backend/evidence"
	"qoltanba/app/backend/store"
)

// caseKeys keeps the keys of cases in a database of their own, which lies
// outside the point-in-time backups of the other.
type caseKeys struct{ store store.Store }

var _ evidence.KeyTable = caseKeys{}

func (k caseKeys) CaseKey(ctx context.Context, id string) (found evidence.CaseKey, err error) {
	err = k.store.View(ctx, func(tx store.Tx) error {
		key, err := tx.CaseKey(id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return evidence.ErrNoKey
		case err != nil:
			return err
		case len(key.Wrapped) == 0:
			return evidence.ErrDestroyed
		}
		found = evidence.CaseKey{Wrapped: key.Wrapped, RetainUntil: key.RetainUntil}
		return nil
	})
	return found, err
}

func (k caseKeys) AddCaseKey(ctx context.Context, id string, key evidence.CaseKey) error {
	err := k.store.Update(ctx, func(tx store.Tx) error {
		return tx.AddCaseKey(store.CaseKey{Enrolment: id, Wrapped: key.Wrapped, RetainUntil: key.RetainUntil})
	})
	if errors.Is(err, store.ErrConflict) {
		return evidence.ErrKeyExists
	}
	return err
}

func (k caseKeys) DestroyCaseKey(ctx context.Context, id string) error {
	return k.store.Update(ctx, func(tx store.Tx) error { return tx.DestroyCaseKey(id) })
}
