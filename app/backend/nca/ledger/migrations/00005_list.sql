-- The complete revocation lists that were made, for the delta lists that follow them.

-- +goose Up
CREATE TABLE nca_list (
    algorithm TEXT NOT NULL,
    number    BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (algorithm, number)
);

-- +goose Down
DROP TABLE nca_list;
