-- +goose Up
-- Times are microseconds since 1970 in UTC.
CREATE TABLE enrolments (
	id         TEXT PRIMARY KEY NOT NULL,
	version    INTEGER NOT NULL,
	subject    TEXT NOT NULL,
	step       TEXT NOT NULL,
	waiting    INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	state      BLOB NOT NULL
) STRICT;
CREATE INDEX enrolments_step ON enrolments (step, waiting, id);
CREATE INDEX enrolments_subject ON enrolments (subject, created_at, id);

CREATE TABLE used_values (
	space   TEXT NOT NULL,
	value   TEXT NOT NULL,
	ends_at INTEGER NOT NULL,
	PRIMARY KEY (space, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX used_values_end ON used_values (ends_at);

CREATE TABLE answers (
	owner   TEXT NOT NULL,
	name    TEXT NOT NULL,
	request TEXT NOT NULL,
	status  INTEGER NOT NULL,
	body    BLOB NOT NULL,
	ends_at INTEGER NOT NULL,
	PRIMARY KEY (owner, name)
) STRICT;
CREATE INDEX answers_end ON answers (ends_at);

CREATE TABLE windows (
	name      TEXT PRIMARY KEY NOT NULL,
	events    INTEGER NOT NULL,
	opened_at INTEGER NOT NULL,
	ends_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX windows_end ON windows (ends_at);

CREATE TABLE call_backs (
	id          TEXT PRIMARY KEY NOT NULL,
	enrolment   TEXT NOT NULL,
	phone       TEXT NOT NULL,
	language    TEXT NOT NULL,
	reason      TEXT NOT NULL,
	state       TEXT NOT NULL,
	asked_at    INTEGER NOT NULL,
	answered_at INTEGER NOT NULL,
	operator    TEXT NOT NULL
) STRICT;
CREATE INDEX call_backs_state ON call_backs (state, asked_at, id);

CREATE TABLE operators (
	login      TEXT PRIMARY KEY NOT NULL,
	name       TEXT NOT NULL,
	password   TEXT NOT NULL,
	roles      TEXT NOT NULL, -- JSON array
	disabled   INTEGER NOT NULL,
	failures   INTEGER NOT NULL,
	locked_to  INTEGER NOT NULL,
	created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
	hash     TEXT PRIMARY KEY NOT NULL,
	operator TEXT NOT NULL,
	csrf     TEXT NOT NULL,
	since    INTEGER NOT NULL,
	ends_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_end ON sessions (ends_at);

CREATE TABLE case_keys (
	enrolment    TEXT PRIMARY KEY NOT NULL,
	wrapped      BLOB NOT NULL,
	retain_until INTEGER NOT NULL
) STRICT;

CREATE TABLE audit_trail (
	enrolment TEXT NOT NULL,
	position  INTEGER NOT NULL, -- from 1 within the enrolment
	at        INTEGER NOT NULL,
	actor     TEXT NOT NULL,
	action    TEXT NOT NULL,
	detail    TEXT NOT NULL,
	hash      BLOB NOT NULL,
	PRIMARY KEY (enrolment, position)
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER audit_trail_keeps BEFORE UPDATE ON audit_trail
BEGIN
	SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_trail_stays BEFORE DELETE ON audit_trail
BEGIN
	SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
-- +goose StatementEnd
