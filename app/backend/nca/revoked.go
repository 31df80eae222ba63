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
	// overlap is what a delta list repeats of the list before it: clocks of
	// processes differ, and transactions take their time.
	overlap = 10 * time.Minute
	// longest is the longest validity of a certificate.
	longest = 5 * 366 * 24 * time.Hour
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

// RevocationLists signs the lists of the authority for keys of an algorithm. A
// list is noted in the ledger before it is given out, if that can be. Numbers
// grow whichever process makes a list; a delta list follows the oldest complete
// one that still holds, by its number (RFC 5280, 5.2.4), and has all that was
// revoked or given back since.
func (a *Authority) RevocationLists(ctx context.Context, algorithm keypair.Algorithm) (Lists, error) {
	i := a.issuers[algorithm]
	if i == nil {
		return Lists{}, ErrAlgorithm
	}
	now := a.now()
	var own, base ListNumber
	var revoked []RevokedCertificate
	read := func(tx Tx) (err error) {
		if own, base, err = a.numberList(tx, algorithm, now); err == nil {
			revoked, err = tx.Revoked(time.Time{})
		}
		return err
	}
	err := a.config.Store.Update(ctx, func(tx Tx) error { return errors.Join(read(tx), tx.AddList(own)) })
	if err != nil { // on a full disk a list is still made, and no delta list will follow it
		err = a.config.Store.Update(ctx, read)
	}
	if err != nil {
		return Lists{}, err
	}
	complete := crl.List{Issuer: i.cert, Number: big.NewInt(own.Number), This: now, Next: now.Add(listTime), DeltaURL: i.urls.DeltaCRL}
	delta := crl.List{Issuer: i.cert, Number: complete.Number, Base: big.NewInt(base.Number), This: now, Next: now.Add(deltaTime)}
	for _, r := range revoked {
		if r.Kind.Algorithm() != algorithm {
			continue
		}
		e := crl.Entry{Serial: new(big.Int).SetBytes(r.Serial), Reason: int(r.Reason), At: r.At}
		if r.Reason != RemoveFromCRL { // which is for delta lists alone
			complete.Entries = append(complete.Entries, e)
		}
		if !r.At.Before(base.At.Add(-overlap)) {
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

// numberList numbers a list and says which one a delta list is to follow.
func (a *Authority) numberList(tx Tx, algorithm keypair.Algorithm, now time.Time) (own, base ListNumber, _ error) {
	holding, err := tx.Lists(algorithm, now.Add(-listTime))
	if err != nil {
		return own, base, err
	}
	own = ListNumber{Algorithm: algorithm, Number: a.config.Clock().UnixMilli(), At: now}
	base = own
	if n := len(holding); n > 0 {
		base, own.Number = holding[0], max(own.Number, holding[n-1].Number+1)
	}
	return own, base, nil
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

// Serials lists certificates that may be asked for still: up to limit, after the
// serial number of the last one of the call before.
func (a *Authority) Serials(ctx context.Context, after []byte, limit int) (list []IssuedSerial, _ error) {
	if after == nil {
		after = []byte{}
	}
	err := a.config.Store.Update(ctx, func(tx Tx) (err error) {
		list, err = tx.Serials(a.now().Add(-longest), after, limit)
		return err
	})
	return list, err
}

// Usual is how most ask for a certificate: by SHA-1.
func (a *Authority) Usual(s IssuedSerial) (ocsp.CertID, error) {
	i := a.issuers[s.Kind.Algorithm()]
	if i == nil {
		return ocsp.CertID{}, ErrAlgorithm
	}
	return i.named.ID(new(big.Int).SetBytes(s.Serial))
}

// Answer signs what the ledger has of a certificate, good for a day. The error
// is ErrAlgorithm if it is not of this authority. Of one that was never issued
// the status is Unknown and the answer a refusal which nobody signs: else a
// stranger could have anything signed (RFC 5019, 2.2.3).
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
	if response.Status == ocsp.Unknown {
		return ocsp.Unknown, ocsp.Unauthorized, nil
	}
	der, err := response.Sign(i.named, i.key)
	return response.Status, der, err
}
