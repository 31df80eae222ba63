package nca

import (
	"context"
	"errors"
	"math/big"
	"time"

	"qoltanba/app/backend/nca/crl"
	"qoltanba/app/backend/nca/ocsp"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

const (
	// listTime is how long a complete revocation list is good, deltaTime a delta
	// list. New ones are made long before, see package publish.
	listTime, deltaTime = 7 * 24 * time.Hour, 24 * time.Hour
	// answerTime is how long an answer about one certificate is good.
	answerTime = 24 * time.Hour
)

// RevokedCertificate is the end of a certificate by its serial number, or with
// [RemoveFromCRL] the end of a suspension.
type RevokedCertificate struct {
	Serial []byte // big-endian, without leading zeros
	Kind   profile.Kind
	Reason RevocationReason
	At     time.Time
}

// Lists are the revocation lists of an authority, made at one time.
type Lists struct {
	Complete, Delta []byte // DER
	At              time.Time
}

// RevocationLists signs the lists of the authority for keys of an algorithm.
// The numbers are the milliseconds since 1970, so that they grow whichever
// process makes a list; a delta list has all that was revoked since the oldest
// complete list that still holds, and what was given back since.
func (a *Authority) RevocationLists(ctx context.Context, algorithm keypair.Algorithm) (Lists, error) {
	i := a.issuers[algorithm]
	if i == nil {
		return Lists{}, ErrAlgorithm
	}
	now := a.now()
	revoked, err := a.Revoked(ctx, time.Time{})
	if err != nil {
		return Lists{}, err
	}
	base := now.Add(-listTime)
	number := func(t time.Time) *big.Int { return big.NewInt(t.UnixMilli()) }
	complete := crl.List{Issuer: i.cert, Number: number(a.config.Clock()), This: now, Next: now.Add(listTime), DeltaURL: i.urls.DeltaCRL}
	delta := crl.List{Issuer: i.cert, Number: complete.Number, Base: number(base), This: now, Next: now.Add(deltaTime)}
	for _, r := range revoked {
		if r.Kind.Algorithm() != algorithm {
			continue
		}
		e := crl.Entry{Serial: new(big.Int).SetBytes(r.Serial), Reason: int(r.Reason), At: r.At}
		if r.Reason != RemoveFromCRL { // which is for delta lists alone
			complete.Entries = append(complete.Entries, e)
		}
		if !r.At.Before(base) {
			delta.Entries = append(delta.Entries, e)
		}
	}
	lists := Lists{At: now}
	if lists.Complete, err = complete.Sign(i.key); err != nil {
		return Lists{}, err
	}
	lists.Delta, err = delta.Sign(i.key)
	return lists, err
}

// Revoked returns what was revoked, suspended or given back since a time, the
// oldest first: of each certificate its last change.
func (a *Authority) Revoked(ctx context.Context, since time.Time) (list []RevokedCertificate, _ error) {
	err := a.config.Store.Update(ctx, func(tx Tx) (err error) {
		list, err = tx.Revoked(since)
		return err
	})
	return list, err
}

// Revision grows with every revocation, suspension and return, whichever
// process made it.
func (a *Authority) Revision(ctx context.Context) (n int, _ error) {
	err := a.config.Store.Update(ctx, func(tx Tx) (err error) {
		n, err = tx.CountRevocations()
		return err
	})
	return n, err
}

// RevokedHere counts the revocations of this process. It is quick: who keeps
// answers asks it before each.
func (a *Authority) RevokedHere() uint64 { return a.revoked.Load() }

// Asked returns the algorithm of the authority whose certificate is asked for.
func (a *Authority) Asked(id ocsp.CertID) (keypair.Algorithm, bool) {
	for algorithm, i := range a.issuers {
		if i.named.Names(id) {
			return algorithm, true
		}
	}
	return 0, false
}

// Answer signs what the ledger has of a certificate, good for a day. The error
// is ErrAlgorithm if it is not of this authority.
func (a *Authority) Answer(ctx context.Context, id ocsp.CertID) (ocsp.Status, []byte, error) {
	algorithm, ok := a.Asked(id)
	if !ok {
		return ocsp.Unknown, nil, ErrAlgorithm
	}
	i, now := a.issuers[algorithm], a.now()
	response := ocsp.Response{ID: id, This: now, Next: now.Add(answerTime)}
	err := a.config.Store.Update(ctx, func(tx Tx) error {
		response.Status = ocsp.Unknown
		if i.tsa != nil && i.tsa.cert.SerialNumber.Cmp(id.Serial) == 0 {
			response.Status = ocsp.Good
			return nil
		}
		cert, err := tx.CertificateWithSerial(id.Serial.Bytes())
		if errors.Is(err, ErrNotFound) || err == nil && cert.Kind.Algorithm() != algorithm {
			return nil
		}
		if err != nil {
			return err
		}
		r, err := tx.Revocation(cert.Number, cert.Kind)
		switch {
		case errors.Is(err, ErrNotFound):
			response.Status, err = ocsp.Good, nil
		case err == nil:
			response.Status, response.RevokedAt, response.Reason = ocsp.Revoked, r.At, int(r.Reason)
		}
		return err
	})
	if err != nil {
		return ocsp.Unknown, nil, err
	}
	der, err := response.Sign(i.named, i.key)
	return response.Status, der, err
}
