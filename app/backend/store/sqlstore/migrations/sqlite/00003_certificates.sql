-- +goose Up
-- Issued certificates by their owner's pseudonym, their end, and the page that
-- suspends them. Whether they hold, the authority's ledger knows.
CREATE TABLE certificates (
	serial        TEXT PRIMARY KEY NOT NULL,
	enrolment     TEXT NOT NULL,
	subject       TEXT NOT NULL,
	application   TEXT NOT NULL,
	kind          TEXT NOT NULL,
	obtained      TEXT NOT NULL,
	not_before    INTEGER NOT NULL,
	not_after     INTEGER NOT NULL,
	identified_at INTEGER NOT NULL,
	alarm         TEXT NOT NULL, -- hash of the page's token; '' once it was used up
	reminded      INTEGER NOT NULL, -- bits of the reminders that were sent
	imported      INTEGER NOT NULL
) STRICT;
CREATE INDEX certificates_subject ON certificates (subject, not_before, serial);
CREATE INDEX certificates_end ON certificates (not_after, serial);
CREATE INDEX certificates_alarm ON certificates (alarm);
