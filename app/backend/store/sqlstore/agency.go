package sqlstore

import (
	"encoding/json"

	"qoltanba/app/api"
	"qoltanba/app/backend/store"
)

const callBackColumns = `id, enrolment, phone, language, reason, state, asked_at, answered_at, operator`

func scanCallBack(r row) (c store.CallBack, err error) {
	err = r.Scan(&c.ID, &c.Enrolment, (*string)(&c.Phone), (*string)(&c.Language), (*string)(&c.Reason),
		(*string)(&c.State), (*instant)(&c.AskedAt), (*instant)(&c.AnsweredAt), &c.Operator)
	return c, err
}

func (t *tx) CallBack(id string) (store.CallBack, error) {
	return one(t, scanCallBack, `SELECT `+callBackColumns+` FROM call_backs WHERE id = $1`, id)
}

func (t *tx) PutCallBack(c store.CallBack) error {
	return t.put(`INSERT INTO call_backs (`+callBackColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (id) DO UPDATE SET enrolment = excluded.enrolment, phone = excluded.phone,
		language = excluded.language, reason = excluded.reason, state = excluded.state,
		asked_at = excluded.asked_at, answered_at = excluded.answered_at, operator = excluded.operator`,
		c.ID, c.Enrolment, string(c.Phone), string(c.Language), string(c.Reason), string(c.State),
		c.AskedAt.UnixMicro(), c.AnsweredAt.UnixMicro(), c.Operator)
}

func (t *tx) CallBacks(state api.CallState, limit int) ([]store.CallBack, error) {
	if err := checkLimit(limit); err != nil {
		return nil, err
	}
	return many(t, scanCallBack, `SELECT `+callBackColumns+` FROM call_backs
		WHERE state = $1 ORDER BY asked_at, id LIMIT $2`, string(state), limit)
}

const operatorColumns = `login, name, password, roles, disabled, failures, locked_to, created_at`

func scanOperator(r row) (o store.Operator, err error) {
	var roles string
	if err := r.Scan(&o.Login, &o.Name, &o.Password, &roles, &o.Disabled, &o.Failures,
		(*instant)(&o.LockedTo), (*instant)(&o.CreatedAt)); err != nil {
		return o, err
	}
	err = json.Unmarshal([]byte(roles), &o.Roles)
	return o, err
}

func (t *tx) Operator(login string) (store.Operator, error) {
	return one(t, scanOperator, `SELECT `+operatorColumns+` FROM operators WHERE login = $1`, login)
}

func (t *tx) PutOperator(o store.Operator) error {
	roles, err := json.Marshal(o.Roles)
	if err != nil {
		return err
	}
	return t.put(`INSERT INTO operators (`+operatorColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (login) DO UPDATE SET name = excluded.name, password = excluded.password,
		roles = excluded.roles, disabled = excluded.disabled, failures = excluded.failures,
		locked_to = excluded.locked_to, created_at = excluded.created_at`,
		o.Login, o.Name, o.Password, string(roles), o.Disabled, o.Failures,
		o.LockedTo.UnixMicro(), o.CreatedAt.UnixMicro())
}

func (t *tx) Operators() ([]store.Operator, error) {
	return many(t, scanOperator, `SELECT `+operatorColumns+` FROM operators ORDER BY login`)
}

func (t *tx) Session(hash string) (store.Session, error) {
	return one(t, func(r row) (s store.Session, err error) {
		err = r.Scan(&s.Hash, &s.Operator, &s.CSRF, (*instant)(&s.Since), (*instant)(&s.Until))
		return s, err
	}, `SELECT hash, operator, csrf, since, ends_at FROM sessions WHERE hash = $1`, hash)
}

func (t *tx) PutSession(s store.Session) error {
	return t.put(`INSERT INTO sessions (hash, operator, csrf, since, ends_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (hash) DO UPDATE SET operator = excluded.operator, csrf = excluded.csrf,
		since = excluded.since, ends_at = excluded.ends_at`,
		s.Hash, s.Operator, s.CSRF, s.Since.UnixMicro(), s.Until.UnixMicro())
}

func (t *tx) DeleteSession(hash string) error {
	return t.touch(store.ErrNotFound, `DELETE FROM sessions WHERE hash = $1`, hash)
}
