package checker

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// Book is a ledger, opened to be read.
type Book struct {
	db      *sql.DB
	options *sql.TxOptions // for one snapshot
}

// SQLite opens the file at path, which must be there. The service may run
// meanwhile.
func SQLite(path string) (*Book, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	query := url.Values{"mode": {"rw"}, "_pragma": {"query_only(1)", "busy_timeout(10000)"}}
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	return &Book{db, nil}, err
}

// Postgres opens the database at a URL that pgx understands.
func Postgres(dsn string) (*Book, error) {
	db, err := sql.Open("pgx", dsn)
	return &Book{db, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}}, err
}

// Close closes the database.
func (b *Book) Close() error { return b.db.Close() }

// Certificate finds one by its serial number, big-endian, without leading zeros.
func (b *Book) Certificate(ctx context.Context, serial []byte) (der []byte, _ error) {
	err := b.db.QueryRowContext(ctx, `SELECT c.der FROM nca_intent i
		JOIN nca_certificate c ON c.number = i.number AND c.kind = i.kind WHERE i.serial = $1`, serial).Scan(&der)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errors.New("no certificate was issued with this serial number")
	}
	return der, err
}
