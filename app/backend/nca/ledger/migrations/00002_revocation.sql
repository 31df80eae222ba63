-- What was revoked, with the reason code of RFC 5280, 5.3.1.

-- +goose Up
CREATE TABLE nca_revocation (
    number TEXT NOT NULL,
    kind   TEXT NOT NULL,
    reason INTEGER NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (number, kind),
    FOREIGN KEY (number, kind) REFERENCES nca_certificate (number, kind)
);

-- +goose Down
DROP TABLE nca_revocation;
