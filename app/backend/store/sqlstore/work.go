package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"qoltanba/app/backend/store"
)

const (
	attempts = 25
	// The pause before a repetition is random, up to firstPause doubled each
	// time and up to lastPause at most, so that losers do not meet again.
	firstPause = 2 * time.Millisecond
	lastPause  = 250 * time.Millisecond
)

// View implements store.Store.
func (db *DB) View(ctx context.Context, work func(store.Tx) error) error {
	return db.repeat(ctx, func(ctx context.Context) error {
		return db.once(ctx, db.reader, db.dialect.view, true, work)
	})
}

// Update implements store.Store.
func (db *DB) Update(ctx context.Context, work func(store.Tx) error) error {
	return db.repeat(ctx, func(ctx context.Context) error {
		return db.once(ctx, db.writer, db.dialect.update, false, work)
	})
}

func (db *DB) repeat(ctx context.Context, once func(context.Context) error) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.running.Done()
	ctx, cancel := context.WithTimeout(ctx, workTimeout)
	defer cancel()
	for n := 1; ; n++ {
		err := once(ctx)
		if err == nil || n == attempts || !db.dialect.lost(err) {
			return err
		}
		if pause(ctx, n) != nil {
			return err
		}
	}
}

// once runs one transaction. A statement that failed dooms it even if work
// goes on, as PostgreSQL would have it.
func (db *DB) once(ctx context.Context, pool *sql.DB, options *sql.TxOptions, readOnly bool, work func(store.Tx) error) error {
	sqlTx, err := pool.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	defer func() { _ = sqlTx.Rollback() }() // after a commit it does nothing
	t := &tx{ctx: ctx, sql: sqlTx, db: db, readOnly: readOnly}
	err = work(t)
	if t.failure != nil && (err == nil || db.dialect.lost(t.failure)) {
		return t.failure
	}
	if err != nil {
		return err
	}
	if err := sqlTx.Commit(); !errors.Is(err, sql.ErrTxDone) || ctx.Err() == nil {
		return err
	}
	return ctx.Err() // whose end the pool saw first, and rolled back
}

func pause(ctx context.Context, attempt int) error {
	longest := min(lastPause, firstPause<<min(attempt, 10))
	timer := time.NewTimer(rand.N(longest) + time.Microsecond) //nolint:gosec // jitter is no secret
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
