package sqlstore

import (
	"time"

	"qoltanba/app/backend/store"
)

const certificateColumns = `serial, enrolment, subject, application, kind, obtained, not_before, not_after, identified_at, alarm, reminded, imported`

func scanCertificate(r row) (c store.Certificate, err error) {
	err = r.Scan(&c.Serial, &c.Enrolment, &c.Subject, &c.Application, (*string)(&c.Kind), (*string)(&c.Obtained),
		(*instant)(&c.NotBefore), (*instant)(&c.NotAfter), (*instant)(&c.IdentifiedAt), &c.Alarm, &c.Reminded, &c.Imported)
	return c, err
}

func certificateRow(c store.Certificate) []any {
	return []any{
		c.Serial, c.Enrolment, c.Subject, c.Application, string(c.Kind), string(c.Obtained),
		c.NotBefore.UnixMicro(), c.NotAfter.UnixMicro(), c.IdentifiedAt.UnixMicro(), c.Alarm, c.Reminded, c.Imported,
	}
}

func (t *tx) AddCertificate(c store.Certificate) error {
	return t.put(`INSERT INTO certificates (`+certificateColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`, certificateRow(c)...)
}

func (t *tx) PutCertificate(c store.Certificate) error {
	return t.put(`UPDATE certificates SET enrolment = $2, subject = $3, application = $4, kind = $5, obtained = $6,
		not_before = $7, not_after = $8, identified_at = $9, alarm = $10, reminded = $11, imported = $12 WHERE serial = $1`, certificateRow(c)...)
}

func (t *tx) Certificate(serial string) (store.Certificate, error) {
	return one(t, scanCertificate, `SELECT `+certificateColumns+` FROM certificates WHERE serial = $1`, serial)
}

func (t *tx) CertificatesOf(subject string, limit int) ([]store.Certificate, error) {
	return t.certificates(limit, `SELECT `+certificateColumns+` FROM certificates
		WHERE subject = $1 ORDER BY not_before DESC, serial DESC LIMIT $2`, subject, limit)
}

func (t *tx) CertificatesAlarmed(alarm string, limit int) ([]store.Certificate, error) {
	if alarm == "" {
		return nil, nil
	}
	return t.certificates(limit, `SELECT `+certificateColumns+` FROM certificates
		WHERE alarm = $1 ORDER BY serial LIMIT $2`, alarm, limit)
}

func (t *tx) CertificatesEnding(after time.Time, serial string, until time.Time, limit int) ([]store.Certificate, error) {
	return t.certificates(limit, `SELECT `+certificateColumns+` FROM certificates
		WHERE (not_after > $1 OR not_after = $1 AND serial > $2) AND not_after <= $3 ORDER BY not_after, serial LIMIT $4`,
		after.UnixMicro(), serial, until.UnixMicro(), limit)
}

func (t *tx) certificates(limit int, query string, args ...any) ([]store.Certificate, error) {
	if err := checkLimit(limit); err != nil {
		return nil, err
	}
	return many(t, scanCertificate, query, args...)
}
