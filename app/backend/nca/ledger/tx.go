package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/nca"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// tx is one transaction; its context is that of Update.
type tx struct {
	ctx context.Context
	*sql.Tx
}

func (t tx) Application(number string) (nca.Application, error) {
	return t.application("SELECT number, enrolment, assertion, email, storage FROM nca_application WHERE number = $1", number)
}

func (t tx) ApplicationOf(enrolment string) (nca.Application, error) {
	return t.application("SELECT number, enrolment, assertion, email, storage FROM nca_application WHERE enrolment = $1", enrolment)
}

func (t tx) application(query, key string) (nca.Application, error) {
	var app nca.Application
	err := t.QueryRowContext(t.ctx, query, key).Scan(&app.Number, &app.Enrolment, &app.Assertion, &app.Email, &app.Storage)
	if err != nil {
		return nca.Application{}, found("application", err)
	}
	app.Requests, err = rows(t, func(r *sql.Rows) (q nca.Request, err error) {
		var kind string
		var key []byte
		if err = r.Scan(&kind, &key, &q.DER); err != nil {
			return q, err
		}
		if len(key) != len(q.Key) {
			return q, fmt.Errorf("a key's hash has %d bytes", len(key))
		}
		copy(q.Key[:], key)
		q.Kind, err = profile.KindNamed(kind)
		return q, err
	}, "SELECT kind, key_hash, der FROM nca_request WHERE number = $1 ORDER BY position", app.Number)
	if err != nil {
		return nca.Application{}, fmt.Errorf("read requests: %w", err)
	}
	app.History, err = rows(t, func(r *sql.Rows) (c nca.StatusChange, err error) {
		var at int64
		err = r.Scan(&c.Status, &at, &c.Reason)
		c.At = moment(at)
		return c, err
	}, "SELECT status, at, reason FROM nca_status WHERE number = $1 ORDER BY position", app.Number)
	if err != nil {
		return nca.Application{}, fmt.Errorf("read history: %w", err)
	}
	return app, nil
}

func (t tx) Numbers(after string, limit int) ([]string, error) {
	return rows(t, func(r *sql.Rows) (number string, err error) {
		err = r.Scan(&number)
		return number, err
	}, "SELECT number FROM nca_application WHERE number > $1 ORDER BY number LIMIT $2", after, limit)
}

func (t tx) AddApplication(app nca.Application) error {
	err := t.add("INSERT INTO nca_application (number, enrolment, assertion, email, storage) VALUES ($1, $2, $3, $4, $5)",
		app.Number, app.Enrolment, app.Assertion, app.Email, app.Storage)
	if err != nil {
		return err
	}
	for i, r := range app.Requests {
		err := t.add("INSERT INTO nca_request (number, position, kind, key_hash, der) VALUES ($1, $2, $3, $4, $5)",
			app.Number, i, r.Kind.Name(), r.Key[:], r.DER)
		if err != nil {
			return err
		}
	}
	for _, c := range app.History {
		if err := t.AddStatus(app.Number, c); err != nil {
			return err
		}
	}
	return nil
}

func (t tx) AddStatus(number string, c nca.StatusChange) error {
	var position int
	err := t.QueryRowContext(t.ctx, "SELECT COUNT(*) FROM nca_status WHERE number = $1", number).Scan(&position)
	if err != nil {
		return fmt.Errorf("count statuses: %w", err)
	}
	return t.add("INSERT INTO nca_status (number, position, status, at, reason) VALUES ($1, $2, $3, $4, $5)",
		number, position, string(c.Status), c.At.UnixMilli(), c.Reason)
}

func (t tx) KeyUsed(key assertion.Hash) (bool, error) {
	var n int
	err := t.QueryRowContext(t.ctx, "SELECT COUNT(*) FROM nca_request WHERE key_hash = $1", key[:]).Scan(&n)
	return n > 0, err
}

func (t tx) AssertionUse(id string) (string, error) {
	var number string
	err := t.QueryRowContext(t.ctx, "SELECT number FROM nca_assertion WHERE id = $1", id).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return number, err
}

func (t tx) AddAssertionUse(id, number string, at time.Time) error {
	return t.add("INSERT INTO nca_assertion (id, number, at) VALUES ($1, $2, $3)", id, number, at.UnixMilli())
}

func (t tx) Intent(number string, kind profile.Kind) (nca.Intent, error) {
	i := nca.Intent{Number: number, Kind: kind}
	var at int64
	err := t.QueryRowContext(t.ctx, "SELECT tbs, serial, at FROM nca_intent WHERE number = $1 AND kind = $2", number, kind.Name()).
		Scan(&i.TBS, &i.Serial, &at)
	i.At = moment(at)
	return i, found("intent", err)
}

func (t tx) AddIntent(i nca.Intent) error {
	return t.add("INSERT INTO nca_intent (number, kind, tbs, serial, at) VALUES ($1, $2, $3, $4, $5)",
		i.Number, i.Kind.Name(), i.TBS, i.Serial, i.At.UnixMilli())
}

func (t tx) Certificate(number string, kind profile.Kind) (nca.Certificate, error) {
	c := nca.Certificate{Number: number, Kind: kind}
	var at int64
	err := t.QueryRowContext(t.ctx, "SELECT der, at FROM nca_certificate WHERE number = $1 AND kind = $2", number, kind.Name()).
		Scan(&c.DER, &at)
	c.At = moment(at)
	return c, found("certificate", err)
}

func (t tx) AddCertificate(c nca.Certificate) error {
	return t.add("INSERT INTO nca_certificate (number, kind, der, at) VALUES ($1, $2, $3, $4)",
		c.Number, c.Kind.Name(), c.DER, c.At.UnixMilli())
}

func (t tx) Revocation(number string, kind profile.Kind) (nca.Revocation, error) {
	r := nca.Revocation{Number: number, Kind: kind}
	var at int64
	err := t.QueryRowContext(t.ctx, `SELECT reason, at FROM nca_revocation WHERE number = $1 AND kind = $2
		ORDER BY position DESC LIMIT 1`, number, kind.Name()).Scan(&r.Reason, &at)
	r.At = moment(at)
	if err == nil && r.Reason == nca.RemoveFromCRL {
		return r, nca.ErrNotFound
	}
	return r, found("revocation", err)
}

func (t tx) AddRevocation(r nca.Revocation) error {
	var position int
	err := t.QueryRowContext(t.ctx, "SELECT COUNT(*) FROM nca_revocation WHERE number = $1 AND kind = $2", r.Number, r.Kind.Name()).
		Scan(&position)
	if err != nil {
		return fmt.Errorf("count revocations: %w", err)
	}
	return t.add("INSERT INTO nca_revocation (number, kind, position, reason, at) VALUES ($1, $2, $3, $4, $5)",
		r.Number, r.Kind.Name(), position, int(r.Reason), r.At.UnixMilli())
}

func (t tx) CertificateWithSerial(serial []byte) (nca.Certificate, error) {
	var c nca.Certificate
	var kind string
	var at int64
	err := t.QueryRowContext(t.ctx, `SELECT c.number, c.kind, c.der, c.at FROM nca_intent i
		JOIN nca_certificate c ON c.number = i.number AND c.kind = i.kind WHERE i.serial = $1`, serial).
		Scan(&c.Number, &kind, &c.DER, &at)
	if err != nil {
		return c, found("certificate", err)
	}
	c.At = moment(at)
	c.Kind, err = profile.KindNamed(kind)
	return c, err
}

func (t tx) Revoked(since time.Time) ([]nca.RevokedCertificate, error) {
	return rows(t, func(r *sql.Rows) (c nca.RevokedCertificate, err error) {
		var kind string
		var at int64
		if err = r.Scan(&c.Serial, &kind, &c.Reason, &at); err != nil {
			return c, err
		}
		c.At = moment(at)
		c.Kind, err = profile.KindNamed(kind)
		return c, err
	}, `SELECT i.serial, r.kind, r.reason, r.at FROM nca_revocation r
		JOIN nca_intent i ON i.number = r.number AND i.kind = r.kind
		WHERE r.at >= $1 AND r.position = (SELECT MAX(l.position) FROM nca_revocation l WHERE l.number = r.number AND l.kind = r.kind)
		ORDER BY r.at, i.serial`, since.UnixMilli())
}

func (t tx) Serials(since time.Time, after []byte, limit int) ([]nca.IssuedSerial, error) {
	return rows(t, func(r *sql.Rows) (s nca.IssuedSerial, err error) {
		var kind string
		if err = r.Scan(&s.Serial, &kind); err != nil {
			return s, err
		}
		s.Kind, err = profile.KindNamed(kind)
		return s, err
	}, `SELECT i.serial, i.kind FROM nca_intent i JOIN nca_certificate c ON c.number = i.number AND c.kind = i.kind
		WHERE i.serial > $1 AND c.at >= $2 ORDER BY i.serial LIMIT $3`, after, since.UnixMilli(), limit)
}

func (t tx) AddList(l nca.ListNumber) error {
	return t.add("INSERT INTO nca_list (algorithm, number, at) VALUES ($1, $2, $3)", l.Algorithm.Name(), l.Number, l.At.UnixMilli())
}

func (t tx) Lists(algorithm keypair.Algorithm, since time.Time) ([]nca.ListNumber, error) {
	return rows(t, func(r *sql.Rows) (nca.ListNumber, error) {
		l := nca.ListNumber{Algorithm: algorithm}
		var at int64
		err := r.Scan(&l.Number, &at)
		l.At = moment(at)
		return l, err
	}, "SELECT number, at FROM nca_list WHERE algorithm = $1 AND at >= $2 ORDER BY number", algorithm.Name(), since.UnixMilli())
}

func (t tx) CountRevocations() (n int, err error) {
	err = t.QueryRowContext(t.ctx, "SELECT COUNT(*) FROM nca_revocation").Scan(&n)
	return n, err
}

func (t tx) add(statement string, args ...any) error {
	if _, err := t.ExecContext(t.ctx, statement, args...); err != nil {
		return fmt.Errorf("add to the ledger: %w", err)
	}
	return nil
}

func found(what string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nca.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	return nil
}

func rows[T any](t tx, scan func(*sql.Rows) (T, error), query string, args ...any) (_ []T, err error) {
	r, err := t.QueryContext(t.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	var list []T
	for r.Next() {
		one, err := scan(r)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, r.Err()
}

func moment(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
