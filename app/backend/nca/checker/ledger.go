package checker

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// status is a step in an application's history.
type status struct {
	name string
	at   time.Time
}

func reached(history []status, name string) bool {
	for _, s := range history {
		if s.name == name {
			return true
		}
	}
	return false
}

// row is what the ledger has of one request of one application; what is nil is
// not there.
type row struct {
	number, kind     string
	keyHash, request []byte
	tbs, serial      []byte     // the intent's
	intended         *time.Time // when it was decided
	der              []byte     // the certificate
	signed           *time.Time
	reason           int
	revoked          *time.Time
}

// reader reads the ledger's tables by statements of its own.
type reader struct {
	ctx context.Context
	tx  *sql.Tx
}

func (r reader) each(scan func(*sql.Rows) error, query string, args ...any) (err error) {
	rows, err := r.tx.QueryContext(r.ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (r reader) statuses() (map[string][]status, error) {
	all := make(map[string][]status)
	err := r.each(func(rows *sql.Rows) error {
		var number string
		if err := rows.Scan(&number); err != nil {
			return err
		}
		all[number] = nil
		return nil
	}, "SELECT number FROM nca_application")
	if err != nil {
		return nil, err
	}
	err = r.each(func(rows *sql.Rows) error {
		var number, name string
		var at int64
		if err := rows.Scan(&number, &name, &at); err != nil {
			return err
		}
		all[number] = append(all[number], status{name, time.UnixMilli(at).UTC()})
		return nil
	}, "SELECT number, status, at FROM nca_status ORDER BY number, position")
	return all, err
}

// items passes on what was asked for, one by one.
func (r reader) items(look func(*item)) error {
	return r.each(func(rows *sql.Rows) error {
		var i item
		var intended, signed, revoked, reason sql.NullInt64
		err := rows.Scan(&i.number, &i.kind, &i.keyHash, &i.request, &i.tbs, &i.serial, &intended, &i.der, &signed, &reason, &revoked)
		if err != nil {
			return err
		}
		i.intended, i.signed, i.revoked, i.reason = moment(intended), moment(signed), moment(revoked), int(reason.Int64)
		if i.reason == removed { // a suspended certificate was given back
			i.revoked = nil
		}
		look(&i)
		return nil
	}, `SELECT q.number, q.kind, q.key_hash, q.der, i.tbs, i.serial, i.at, c.der, c.at, r.reason, r.at FROM nca_request q
		LEFT JOIN nca_intent i ON i.number = q.number AND i.kind = q.kind
		LEFT JOIN nca_certificate c ON c.number = q.number AND c.kind = q.kind
		LEFT JOIN nca_revocation r ON r.number = q.number AND r.kind = q.kind
			AND r.position = (SELECT MAX(l.position) FROM nca_revocation l WHERE l.number = r.number AND l.kind = r.kind)
		ORDER BY q.number, q.position`)
}

// strays finds rows that nothing leads to. The schema's foreign keys forbid
// them; a ledger that was mended by hand may have them.
func (r reader) strays(found func(Finding)) error {
	for _, s := range []struct{ problem, query string }{
		{"a request without an application", `SELECT number, kind FROM nca_request q
			WHERE NOT EXISTS (SELECT 1 FROM nca_application a WHERE a.number = q.number)`},
		{"an application without a request", `SELECT number, '' FROM nca_application a
			WHERE NOT EXISTS (SELECT 1 FROM nca_request q WHERE q.number = a.number)`},
		{"an application without an assertion", `SELECT number, '' FROM nca_application a
			WHERE NOT EXISTS (SELECT 1 FROM nca_assertion s WHERE s.number = a.number)`},
		{"an intent without a request", `SELECT number, kind FROM nca_intent i
			WHERE NOT EXISTS (SELECT 1 FROM nca_request q WHERE q.number = i.number AND q.kind = i.kind)`},
		{"a certificate without a request", `SELECT number, kind FROM nca_certificate c
			WHERE NOT EXISTS (SELECT 1 FROM nca_request q WHERE q.number = c.number AND q.kind = c.kind)`},
		{"a revocation without a certificate", `SELECT number, kind FROM nca_revocation r
			WHERE NOT EXISTS (SELECT 1 FROM nca_certificate c WHERE c.number = r.number AND c.kind = r.kind)`},
	} {
		err := r.each(func(rows *sql.Rows) error {
			f := Finding{Problem: s.problem}
			if err := rows.Scan(&f.Application, &f.Kind); err != nil {
				return err
			}
			found(f)
			return nil
		}, s.query)
		if err != nil {
			return err
		}
	}
	return nil
}

func moment(ms sql.NullInt64) *time.Time {
	if !ms.Valid {
		return nil
	}
	at := time.UnixMilli(ms.Int64).UTC()
	return &at
}
