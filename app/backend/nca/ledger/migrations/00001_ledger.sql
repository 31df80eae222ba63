-- Types are those that PostgreSQL and SQLite both understand: bytes as BYTEA,
-- times as milliseconds since 1970 in BIGINT.

-- +goose Up
CREATE TABLE nca_application (
    number    TEXT PRIMARY KEY,
    enrolment TEXT NOT NULL UNIQUE,
    assertion TEXT NOT NULL,
    email     TEXT NOT NULL,
    storage   TEXT NOT NULL
);

CREATE TABLE nca_status (
    number   TEXT NOT NULL REFERENCES nca_application (number),
    position INTEGER NOT NULL,
    status   TEXT NOT NULL,
    at       BIGINT NOT NULL,
    reason   TEXT NOT NULL,
    PRIMARY KEY (number, position),
    UNIQUE (number, status)
);

CREATE TABLE nca_assertion (
    id     TEXT PRIMARY KEY,
    number TEXT NOT NULL REFERENCES nca_application (number),
    at     BIGINT NOT NULL
);

CREATE TABLE nca_request (
    number   TEXT NOT NULL REFERENCES nca_application (number),
    position INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    key_hash BYTEA NOT NULL UNIQUE,
    der      BYTEA NOT NULL,
    PRIMARY KEY (number, position),
    UNIQUE (number, kind)
);

CREATE TABLE nca_intent (
    number TEXT NOT NULL,
    kind   TEXT NOT NULL,
    tbs    BYTEA NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (number, kind),
    FOREIGN KEY (number, kind) REFERENCES nca_request (number, kind)
);

CREATE TABLE nca_certificate (
    number TEXT NOT NULL,
    kind   TEXT NOT NULL,
    der    BYTEA NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (number, kind),
    FOREIGN KEY (number, kind) REFERENCES nca_intent (number, kind)
);

-- +goose Down
DROP TABLE nca_certificate;
DROP TABLE nca_intent;
DROP TABLE nca_request;
DROP TABLE nca_assertion;
DROP TABLE nca_status;
DROP TABLE nca_application;
