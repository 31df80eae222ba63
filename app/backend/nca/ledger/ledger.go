// Package ledger keeps the certification authority's memory in SQL: in SQLite
// (one file) or in PostgreSQL, with the same statements.
//
// The authority is a party of its own: its tables are named nca_… and have
// their own migrations, so that they may lie in a database of their own or
// beside others. A [Ledger] only adds rows; the schema's keys hold the
// authority's invariants (one application an enrolment, one request a key, one
// certificate an intent) even against a faulty program.
package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"qoltanba/app/backend/nca"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	versionTable = "nca_goose_version"
	// migrationLock is the authority's own advisory lock: "nca" in ASCII.
	migrationLock = 0x6e6361
	// attempts bounds the repetitions of a transaction that lost a race.
	attempts = 20
	pause    = 2 * time.Millisecond
)

// Ledger is a [nca.Store]. It is safe for concurrent use.
type Ledger struct {
	db        *sql.DB
	isolation sql.IsolationLevel
}

var _ nca.Store = (*Ledger)(nil)

// SQLite opens or makes the database file at path: WAL, every commit synced.
func SQLite(ctx context.Context, path string) (*Ledger, error) {
	query := url.Values{
		"_txlock": {"immediate"}, // a transaction that will write says so first
		"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "busy_timeout(10000)"},
	}
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}
	connector, err := newPreparing(dsn.String())
	if err != nil {
		return nil, fmt.Errorf("open the ledger: %w", err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1) // SQLite has one writer; waiting here is fair, polling the lock is not
	return open(ctx, &Ledger{db: db}, goose.DialectSQLite3)
}

// Postgres opens the database at a URL that pgx understands.
func Postgres(ctx context.Context, dsn string) (*Ledger, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, fmt.Errorf("open the ledger: %w", err)
	}
	return open(ctx, &Ledger{db: db, isolation: sql.LevelSerializable}, goose.DialectPostgres)
}

func open(ctx context.Context, l *Ledger, dialect goose.Dialect) (*Ledger, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err == nil {
		err = migrate(ctx, l.db, dialect, files)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the ledger: %w", err), l.db.Close())
	}
	return l, nil
}

func migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect, files fs.FS) error {
	options := []goose.ProviderOption{goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(serials)}
	if dialect == goose.DialectPostgres {
		// Several replicas may start at once.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(migrationLock), lock.WithLockTimeout(1, 60))
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db, files, options...)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// Close closes the database.
func (l *Ledger) Close() error { return l.db.Close() }

// Update implements [nca.Store]. A transaction that lost a race is repeated a
// few times; after that the error is the database's.
func (l *Ledger) Update(ctx context.Context, change func(nca.Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := l.once(ctx, change)
		if err == nil || attempt == attempts || !lostRace(err) {
			return err
		}
		timer := time.NewTimer(time.Duration(attempt) * pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return errors.Join(ctx.Err(), err)
		case <-timer.C:
		}
	}
}

func (l *Ledger) once(ctx context.Context, change func(nca.Tx) error) error {
	t, err := l.db.BeginTx(ctx, &sql.TxOptions{Isolation: l.isolation})
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := change(tx{ctx, t}); err != nil {
		if undo := t.Rollback(); undo != nil && !errors.Is(undo, sql.ErrTxDone) {
			return errors.Join(err, undo)
		}
		return err
	}
	if err := t.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// lostRace tells the errors after which the same transaction may succeed: a
// serialization failure, a deadlock, a lock held by another process, and a row
// that another transaction added first.
func lostRace(err error) bool {
	if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01" || pg.Code == "23505"
	}
	if lite := (*sqlite.Error)(nil); errors.As(err, &lite) {
		code := lite.Code()
		return code&0xff == sqlite3.SQLITE_BUSY ||
			code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}
