package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/riverqueue/river/riverdriver/riversqlite"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	sqliteReaders = 4
	// busyTimeout, in milliseconds, is how long another process may write.
	busyTimeout = "busy_timeout(10000)"
)

var driveLetter = regexp.MustCompile(`^/[A-Za-z]:/`)

func openSQLite(u *url.URL) (*DB, error) {
	path := u.Path
	if u.Host != "" || path == "" || path == "/" {
		return nil, errors.New("the address of an SQLite store needs a full path: sqlite:///folder/file.db")
	}
	if driveLetter.MatchString(path) {
		path = path[1:]
	}
	path = filepath.FromSlash(path)
	// SQLite gives its journals the rights of the file.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	writer, err := sql.Open("sqlite", sqliteName(u.Path, "immediate",
		"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)"))
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	reader, err := sql.Open("sqlite", sqliteName(u.Path, "deferred", "query_only(1)"))
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	reader.SetMaxOpenConns(sqliteReaders)
	reader.SetMaxIdleConns(sqliteReaders)
	return &DB{writer: writer, reader: reader, dialect: dialect{
		name:      "sqlite",
		statement: func(s string) string { return strings.ReplaceAll(s, "$", "?") },
		lost:      sqliteBusy,
		alone: func(ctx context.Context, work func(context.Context) error) error {
			return sqliteAlone(ctx, u.Path+".lock", work)
		},
		driver: riversqlite.New(writer),
	}}, nil
}

// sqliteName is the driver's name for a database: a file URI, in which SQLite
// itself undoes the escapes, with settings for each connection.
func sqliteName(path, begin string, pragmas ...string) string {
	query := url.Values{"_txlock": {begin}, "_pragma": append([]string{busyTimeout}, pragmas...)}
	return "file://" + (&url.URL{Path: path}).EscapedPath() + "?" + query.Encode()
}

// sqliteAlone holds the lock of an empty database beside the store, for SQLite
// locks files alike on every system and frees them when a process dies.
func sqliteAlone(ctx context.Context, path string, work func(context.Context) error) (err error) {
	lock, err := sql.Open("sqlite", sqliteName(path, "exclusive"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	tx, err := lock.BeginTx(ctx, nil)
	for err != nil && sqliteBusy(err) && ctx.Err() == nil {
		tx, err = lock.BeginTx(ctx, nil)
	}
	if err != nil {
		return fmt.Errorf("wait for another process to migrate: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	return work(ctx)
}

// sqliteBusy says that another process kept the file locked for too long.
func sqliteBusy(err error) bool {
	var failure *sqlite.Error
	return errors.As(err, &failure) && failure.Code()&0xff == sqlite3.SQLITE_BUSY
}
