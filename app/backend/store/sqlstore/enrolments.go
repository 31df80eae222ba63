package sqlstore

import (
	"encoding/json"
	"errors"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/limit"
	"qoltanba/app/backend/store"
)

const enrolmentColumns = `id, version, subject, step, waiting, created_at, expires_at, state`

func scanEnrolment(r row) (e store.Enrolment, err error) {
	err = r.Scan(&e.ID, &e.Version, &e.Subject, (*string)(&e.Step), (*instant)(&e.Waiting),
		(*instant)(&e.CreatedAt), (*instant)(&e.ExpiresAt), (*[]byte)(&e.State))
	return e, err
}

func (t *tx) Enrolment(id string) (store.Enrolment, error) {
	return one(t, scanEnrolment, `SELECT `+enrolmentColumns+` FROM enrolments WHERE id = $1`, id)
}

func (t *tx) PutEnrolment(e store.Enrolment) (int64, error) {
	if !json.Valid(e.State) {
		return 0, errors.New("an enrolment's state must be valid JSON")
	}
	args := []any{
		e.ID, e.Version + 1, e.Subject, string(e.Step), e.Waiting.UnixMicro(),
		e.CreatedAt.UnixMicro(), e.ExpiresAt.UnixMicro(), []byte(e.State),
	}
	if e.Version == 0 {
		if err := t.put(`INSERT INTO enrolments (`+enrolmentColumns+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`, args...); err != nil {
			return 0, err
		}
		return 1, nil
	}
	n, err := t.exec(`UPDATE enrolments SET version = $2, subject = $3, step = $4, waiting = $5,
		created_at = $6, expires_at = $7, state = $8 WHERE id = $1 AND version = $9`, append(args, e.Version)...)
	if err != nil {
		return 0, err
	}
	if n == 1 {
		return e.Version + 1, nil
	}
	if _, err := t.Enrolment(e.ID); err != nil {
		return 0, err
	}
	return 0, store.ErrConflict
}

func (t *tx) EnrolmentsAt(step api.Step, limit int) ([]store.Enrolment, error) {
	if err := checkLimit(limit); err != nil {
		return nil, err
	}
	return many(t, scanEnrolment, `SELECT `+enrolmentColumns+` FROM enrolments
		WHERE step = $1 ORDER BY waiting, id LIMIT $2`, string(step), limit)
}

func (t *tx) EnrolmentsOf(subject string, limit int) ([]store.Enrolment, error) {
	if err := checkLimit(limit); err != nil {
		return nil, err
	}
	return many(t, scanEnrolment, `SELECT `+enrolmentColumns+` FROM enrolments
		WHERE subject = $1 ORDER BY created_at DESC, id DESC LIMIT $2`, subject, limit)
}

func (t *tx) UseOnce(space, value string, until time.Time) error {
	return t.touch(store.ErrUsed, `INSERT INTO used_values (space, value, ends_at)
		VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, space, value, until.UnixMicro())
}

func (t *tx) Answer(owner, key string) (store.Answer, error) {
	return one(t, func(r row) (a store.Answer, err error) {
		err = r.Scan(&a.Owner, &a.Key, &a.Request, &a.Status, &a.Body, (*instant)(&a.Until))
		return a, err
	}, `SELECT owner, name, request, status, body, ends_at FROM answers WHERE owner = $1 AND name = $2`, owner, key)
}

func (t *tx) PutAnswer(a store.Answer) error {
	return t.put(`INSERT INTO answers (owner, name, request, status, body, ends_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		a.Owner, a.Key, a.Request, a.Status, whole(a.Body), a.Until.UnixMicro())
}

func (t *tx) Window(key string) (limit.Window, error) {
	w, err := one(t, func(r row) (w limit.Window, err error) {
		err = r.Scan(&w.Count, (*instant)(&w.Start))
		return w, err
	}, `SELECT events, opened_at FROM windows WHERE name = $1`, key)
	if errors.Is(err, store.ErrNotFound) {
		return limit.Window{}, nil
	}
	return w, err
}

func (t *tx) PutWindow(key string, w limit.Window, until time.Time) error {
	return t.put(`INSERT INTO windows (name, events, opened_at, ends_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name) DO UPDATE SET events = excluded.events, opened_at = excluded.opened_at,
		ends_at = excluded.ends_at`, key, w.Count, w.Start.UnixMicro(), until.UnixMicro())
}

// Purge forgets in one statement a table; the audit trail, enrolments and the
// keys of cases have rules of their own.
func (t *tx) Purge(before time.Time) (int64, error) {
	var total int64
	for _, table := range []string{"used_values", "answers", "windows", "sessions"} {
		n, err := t.exec(`DELETE FROM `+table+` WHERE ends_at < $1`, before.UnixMicro())
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}
