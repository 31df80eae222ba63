-- +goose Up
-- Issued certificates by their owner's pseudonym, their end, and the page that
-- suspends them. Whether they hold, the authority's ledger knows.
CREATE TABLE certificates (
	serial        TEXT COLLATE "C" PRIMARY KEY,
	enrolment     TEXT COLLATE "C" NOT NULL,
	subject       TEXT COLLATE "C" NOT NULL,
	application   TEXT COLLATE "C" NOT NULL,
	kind          TEXT COLLATE "C" NOT NULL,
	obtained      TEXT COLLATE "C" NOT NULL,
	not_before    BIGINT NOT NULL,
	not_after     BIGINT NOT NULL,
	identified_at BIGINT NOT NULL,
	alarm         TEXT COLLATE "C" NOT NULL, -- hash of the page's token; '' once it was used up
	reminded      BIGINT NOT NULL, -- bits of the reminders that were sent
	imported      BOOLEAN NOT NULL
);
CREATE INDEX certificates_subject ON certificates (subject, not_before, serial);
CREATE INDEX certificates_end ON certificates (not_after, serial);
CREATE INDEX certificates_alarm ON certificates (alarm);
