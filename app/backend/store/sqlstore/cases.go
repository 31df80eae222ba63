package sqlstore

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"

	"qoltanba/app/backend/store"
)

// link is an audit entry in its chain: the hash covers the entry, its position
// and the hash before. Each case has a chain of its own, since one chain for
// all would make every pair of transactions rivals.
type link struct {
	store.AuditEntry
	position int64
	hash     []byte
}

func scanLink(r row) (l link, err error) {
	err = r.Scan(&l.Enrolment, &l.position, (*instant)(&l.At), &l.Actor, &l.Action, &l.Detail, &l.hash)
	return l, err
}

// sum hashes a link after its predecessor's hash. Each text is preceded by its
// length, so that no two entries read alike.
func (l link) sum(previous []byte) []byte {
	message := append([]byte("qoltanba/audit/v1\x00"), previous...)
	message = binary.BigEndian.AppendUint64(message, uint64(l.position)) //nolint:gosec // positive
	message = binary.BigEndian.AppendUint64(message, uint64(l.At.UnixMicro()))
	for _, text := range []string{l.Enrolment, l.Actor, l.Action, l.Detail} {
		message = binary.BigEndian.AppendUint64(message, uint64(len(text)))
		message = append(message, text...)
	}
	hash := sha256.Sum256(message)
	return hash[:]
}

const linkColumns = `enrolment, position, at, actor, action, detail, hash`

func (t *tx) Record(e store.AuditEntry) error {
	last, err := one(t, scanLink, `SELECT `+linkColumns+` FROM audit_trail
		WHERE enrolment = $1 ORDER BY position DESC LIMIT 1`, e.Enrolment)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	next := link{AuditEntry: e, position: last.position + 1}
	return t.put(`INSERT INTO audit_trail (`+linkColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		e.Enrolment, next.position, e.At.UnixMicro(), e.Actor, e.Action, e.Detail, next.sum(last.hash))
}

func (t *tx) Trail(enrolment string) ([]store.AuditEntry, error) {
	links, err := many(t, scanLink, `SELECT `+linkColumns+` FROM audit_trail
		WHERE enrolment = $1 ORDER BY position`, enrolment)
	if err != nil {
		return nil, err
	}
	entries := make([]store.AuditEntry, 0, len(links))
	var previous []byte
	for i, l := range links {
		if l.position != int64(i)+1 || !bytes.Equal(l.hash, l.sum(previous)) {
			return nil, store.ErrTampered
		}
		previous = l.hash
		entries = append(entries, l.AuditEntry)
	}
	return entries, nil
}

func (t *tx) CaseKey(enrolment string) (store.CaseKey, error) {
	return one(t, func(r row) (k store.CaseKey, err error) {
		err = r.Scan(&k.Enrolment, &k.Wrapped, (*instant)(&k.RetainUntil))
		return k, err
	}, `SELECT enrolment, wrapped, retain_until FROM case_keys WHERE enrolment = $1`, enrolment)
}

func (t *tx) AddCaseKey(k store.CaseKey) error {
	if len(k.Wrapped) == 0 {
		return errors.New("the key of a case must have content: without it it would be a tombstone")
	}
	return t.put(`INSERT INTO case_keys (enrolment, wrapped, retain_until) VALUES ($1, $2, $3)
		ON CONFLICT DO NOTHING`, k.Enrolment, k.Wrapped, k.RetainUntil.UnixMicro())
}

func (t *tx) DestroyCaseKey(enrolment string) error {
	return t.put(`INSERT INTO case_keys (enrolment, wrapped, retain_until) VALUES ($1, $2, $3)
		ON CONFLICT (enrolment) DO UPDATE SET wrapped = excluded.wrapped`,
		enrolment, []byte{}, time.Time{}.UnixMicro())
}

func (t *tx) Claim(name, value string) (kept string, err error) {
	kept, err = one(t, func(r row) (s string, err error) { return s, r.Scan(&s) },
		`SELECT value FROM claims WHERE name = $1`, name)
	if !errors.Is(err, store.ErrNotFound) {
		return kept, err
	}
	return value, t.put(`INSERT INTO claims (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`, name, value)
}

func (t *tx) Enqueue(job store.Job) error {
	if t.readOnly {
		return store.ErrReadOnly
	}
	if err := check([]any{job.Kind, string(job.Args)}); err != nil {
		return err
	}
	err := t.db.queue.Insert(t.ctx, t.sql, job)
	if err != nil {
		return t.fail(err)
	}
	return nil
}
