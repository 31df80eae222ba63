-- +goose Up
-- What every process over this database must have in common, first come.
CREATE TABLE claims (
	name  TEXT COLLATE "C" PRIMARY KEY,
	value TEXT COLLATE "C" NOT NULL
);
