-- +goose Up
-- Times are microseconds since 1970 in UTC.
CREATE TABLE enrolments (
	id         TEXT COLLATE "C" PRIMARY KEY,
	version    BIGINT NOT NULL,
	subject    TEXT COLLATE "C" NOT NULL,
	step       TEXT COLLATE "C" NOT NULL,
	waiting    BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	state      BYTEA NOT NULL
);
CREATE INDEX enrolments_step ON enrolments (step, waiting, id);
CREATE INDEX enrolments_subject ON enrolments (subject, created_at, id);

CREATE TABLE used_values (
	space   TEXT COLLATE "C" NOT NULL,
	value   TEXT COLLATE "C" NOT NULL,
	ends_at BIGINT NOT NULL,
	PRIMARY KEY (space, value)
);
CREATE INDEX used_values_end ON used_values (ends_at);

CREATE TABLE answers (
	owner   TEXT COLLATE "C" NOT NULL,
	name    TEXT COLLATE "C" NOT NULL,
	request TEXT COLLATE "C" NOT NULL,
	status  BIGINT NOT NULL,
	body    BYTEA NOT NULL,
	ends_at BIGINT NOT NULL,
	PRIMARY KEY (owner, name)
);
CREATE INDEX answers_end ON answers (ends_at);

CREATE TABLE windows (
	name      TEXT COLLATE "C" PRIMARY KEY,
	events    BIGINT NOT NULL,
	opened_at BIGINT NOT NULL,
	ends_at   BIGINT NOT NULL
);
CREATE INDEX windows_end ON windows (ends_at);

CREATE TABLE call_backs (
	id          TEXT COLLATE "C" PRIMARY KEY,
	enrolment   TEXT COLLATE "C" NOT NULL,
	phone       TEXT COLLATE "C" NOT NULL,
	language    TEXT COLLATE "C" NOT NULL,
	reason      TEXT COLLATE "C" NOT NULL,
	state       TEXT COLLATE "C" NOT NULL,
	asked_at    BIGINT NOT NULL,
	answered_at BIGINT NOT NULL,
	operator    TEXT COLLATE "C" NOT NULL
);
CREATE INDEX call_backs_state ON call_backs (state, asked_at, id);

CREATE TABLE operators (
	login      TEXT COLLATE "C" PRIMARY KEY,
	name       TEXT COLLATE "C" NOT NULL,
	password   TEXT COLLATE "C" NOT NULL,
	roles      TEXT COLLATE "C" NOT NULL, -- JSON array
	disabled   BOOLEAN NOT NULL,
	failures   BIGINT NOT NULL,
	locked_to  BIGINT NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE TABLE sessions (
	hash     TEXT COLLATE "C" PRIMARY KEY,
	operator TEXT COLLATE "C" NOT NULL,
	csrf     TEXT COLLATE "C" NOT NULL,
	since    BIGINT NOT NULL,
	ends_at  BIGINT NOT NULL
);
CREATE INDEX sessions_end ON sessions (ends_at);

CREATE TABLE case_keys (
	enrolment    TEXT COLLATE "C" PRIMARY KEY,
	wrapped      BYTEA NOT NULL,
	retain_until BIGINT NOT NULL
);

CREATE TABLE audit_trail (
	enrolment TEXT COLLATE "C" NOT NULL,
	position  BIGINT NOT NULL, -- from 1 within the enrolment
	at        BIGINT NOT NULL,
	actor     TEXT COLLATE "C" NOT NULL,
	action    TEXT COLLATE "C" NOT NULL,
	detail    TEXT COLLATE "C" NOT NULL,
	hash      BYTEA NOT NULL,
	PRIMARY KEY (enrolment, position)
);

-- +goose StatementBegin
CREATE FUNCTION audit_trail_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the audit trail is append-only';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_trail_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_trail
	FOR EACH STATEMENT EXECUTE FUNCTION audit_trail_refuse();
