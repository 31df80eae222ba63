// Package jobs runs what the service promised to do after a transaction: send
// a message, issue a certificate, tidy up.
//
// A job is a row of the database that holds the promise, written by
// store.Tx.Enqueue in the transaction that made it: both are kept or neither. A
// [Queue] finds the row, calls the handler registered for its kind, and does so
// again, at growing intervals, until the handler succeeds. A job therefore runs
// at least once, and handlers must bear being called twice.
//
// River keeps the rows. Neither the log nor River's table learns what a failed
// handler said: an error of the network may quote a phone or an address. The
// log has the kind, the number and the error's Go type.
package jobs

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivermigrate"

	"qoltanba/app/backend/store"
)

// Driver reaches a database's queue; sqlstore's DB has one.
type Driver = riverdriver.Driver[*sql.Tx]

// Migrate brings the queue's tables up to date. The caller sees to it that no
// other process does the same.
func Migrate(ctx context.Context, driver Driver) error {
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the queue: %w", err)
	}
	return nil
}

// Inserter writes jobs into transactions.
type Inserter struct{ client *river.Client[*sql.Tx] }

// NewInserter returns an inserter, which works nothing itself.
func NewInserter(driver Driver) (*Inserter, error) {
	client, err := river.NewClient(driver, &river.Config{
		Logger: slog.New(slog.DiscardHandler), MaxAttempts: maxAttempts,
	})
	if err != nil {
		return nil, err
	}
	return &Inserter{client}, nil
}

// Insert writes a job that runs once tx is kept. Args must be JSON without an
// escaped NUL (store.ErrText); none is null.
func (i *Inserter) Insert(ctx context.Context, tx *sql.Tx, job store.Job) error {
	call, err := newCall(job.Kind, job.Args)
	if err != nil {
		return err
	}
	options := &river.InsertOpts{ScheduledAt: job.At}
	if job.Heavy {
		options.Queue = heavy
	}
	_, err = i.client.InsertTx(ctx, tx, call, options)
	return err
}

// kinds are what River takes, less the characters nobody needs.
var kinds = regexp.MustCompile(`^[a-z][a-z0-9.-]{1,63}$`)

func checkKind(kind string) error {
	if !kinds.MatchString(kind) {
		return fmt.Errorf("%q is no kind of job: use 2 to 64 small letters, digits, dots and hyphens", kind)
	}
	return nil
}

// call is every job's arguments for River. They are wrapped, for River's
// PostgreSQL driver keeps objects only.
type call struct {
	kind string
	Args json.RawMessage `json:"args"`
}

func newCall(kind string, args json.RawMessage) (call, error) {
	if err := checkKind(kind); err != nil {
		return call{}, err
	}
	if args == nil {
		args = json.RawMessage("null")
	}
	if !json.Valid(args) {
		return call{}, errors.New("a job's arguments must be valid JSON")
	}
	if bytes.Contains(args, []byte(`\u0000`)) { // which PostgreSQL's jsonb has no room for
		return call{}, store.ErrText
	}
	return call{kind, args}, nil
}

// Kind implements river.JobArgs.
func (c call) Kind() string { return c.kind }
