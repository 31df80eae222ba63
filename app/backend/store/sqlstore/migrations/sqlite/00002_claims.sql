-- +goose Up
-- What every process over this database must have in common, first come.
CREATE TABLE claims (
	name  TEXT PRIMARY KEY NOT NULL,
	value TEXT NOT NULL
) STRICT;
