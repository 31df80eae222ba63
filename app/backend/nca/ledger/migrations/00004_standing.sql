-- A certificate may be suspended, given back and suspended again before it is
-- revoked: each change is a row, the last of which holds. Reasons are those of
-- RFC 5280, 5.3.1, of which 8 (removeFromCRL) gives back what was suspended.

-- +goose Up
CREATE TABLE nca_standing (
    number   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    position INTEGER NOT NULL,
    reason   INTEGER NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (number, kind, position),
    FOREIGN KEY (number, kind) REFERENCES nca_certificate (number, kind)
);
INSERT INTO nca_standing (number, kind, position, reason, at) SELECT number, kind, 0, reason, at FROM nca_revocation;
DROP TABLE nca_revocation;
ALTER TABLE nca_standing RENAME TO nca_revocation;
CREATE INDEX nca_revocation_at ON nca_revocation (at);

-- +goose Down
CREATE TABLE nca_ended (
    number TEXT NOT NULL,
    kind   TEXT NOT NULL,
    reason INTEGER NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (number, kind),
    FOREIGN KEY (number, kind) REFERENCES nca_certificate (number, kind)
);
INSERT INTO nca_ended (number, kind, reason, at) SELECT number, kind, reason, at FROM nca_revocation r
    WHERE reason <> 8 AND position = (SELECT MAX(position) FROM nca_revocation l WHERE l.number = r.number AND l.kind = r.kind);
DROP TABLE nca_revocation;
ALTER TABLE nca_ended RENAME TO nca_revocation;
