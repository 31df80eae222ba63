// Package sqlstore keeps package store's records in SQLite or PostgreSQL.
//
// Both databases run the same statements; a [DB] differs by its dialect alone:
// how it is opened, what a lost race looks like, and what keeps two processes
// from migrating at once. The tables are the migrations folder's.
//
// A time is a column of 64-bit microseconds since 1970 in UTC. Both databases
// keep, compare and index such a number alike and without a time zone, whereas
// SQLite has no time type and PostgreSQL's cannot hold Go's zero time exactly.
//
// SQLite has one writing connection, so that writers queue in this process
// instead of polling the file, and every transaction on it begins IMMEDIATE: a
// reader that turns writer could not be repeated safely. The journal is a
// write-ahead log, synced at each commit (synchronous=FULL). Readers have
// connections of their own, which refuse to write. What is deleted is
// overwritten (secure_delete), for the keys of cases are.
//
// PostgreSQL runs every Update as SERIALIZABLE and the loser of a race again.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"qoltanba/app/backend/jobs"
)

const (
	// openTimeout bounds connecting, waiting for another process's migration
	// and migrating.
	openTimeout = 2 * time.Minute
	// workTimeout bounds one Update or View with its repetitions.
	workTimeout = 30 * time.Second
)

var errClosed = errors.New("the store is closed")

// DB is a store.Store.
type DB struct {
	dialect dialect
	writer  *sql.DB
	reader  *sql.DB // the same as writer on PostgreSQL
	queue   *jobs.Inserter

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

// dialect is what differs between the databases.
type dialect struct {
	name string // of the folder with its migrations
	// statement turns $1, $2… into the database's own placeholders.
	statement func(string) string
	// lost says that a transaction lost a race and may be repeated.
	lost func(error) bool
	// alone runs a function while no other process does.
	alone  func(ctx context.Context, work func(context.Context) error) error
	driver jobs.Driver
	update *sql.TxOptions
	view   *sql.TxOptions
}

// Open connects to sqlite:///folder/file.db (the folder must exist) or to
// postgres://…, and brings the tables up to date. Errors do not repeat the URL,
// which may hold a password.
func Open(ctx context.Context, address string) (*DB, error) {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the store's address is no URL: use sqlite:///folder/file.db or postgres://…")
	}
	var db *DB
	switch u.Scheme {
	case "sqlite":
		db, err = openSQLite(u)
	case "postgres", "postgresql":
		db, err = openPostgres(address)
	default:
		return nil, fmt.Errorf("the store's address begins with %q: use sqlite:///folder/file.db or postgres://…", u.Scheme)
	}
	if err != nil {
		return nil, err
	}
	db.queue, err = jobs.NewInserter(db.dialect.driver)
	if err == nil {
		err = db.dialect.alone(ctx, db.migrate)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the store: %w", err), db.Close())
	}
	return db, nil
}

// Jobs is what package jobs needs to work on this database's queue. Queues must
// be stopped before Close.
func (db *DB) Jobs() jobs.Driver { return db.dialect.driver }

// Close waits for running transactions, which end by themselves after 30 s at
// the latest if their functions heed the context.
func (db *DB) Close() error {
	db.mu.Lock()
	if db.closed {
		db.mu.Unlock()
		return nil
	}
	db.closed = true
	db.mu.Unlock()
	db.running.Wait()
	if db.reader == db.writer {
		return db.writer.Close()
	}
	// The writer closes last, to fold the write-ahead log into the file.
	return errors.Join(db.reader.Close(), db.writer.Close())
}

// enter counts a transaction in; the caller calls running.Done.
func (db *DB) enter() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed {
		return errClosed
	}
	db.running.Add(1)
	return nil
}
