package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"qoltanba/app/backend/store"
)

// tx is a store.Tx.
type tx struct {
	ctx      context.Context
	sql      *sql.Tx
	db       *DB
	readOnly bool
	failure  error // of the first statement that failed
}

// row is what a query gives, one line at a time.
type row interface{ Scan(columns ...any) error }

// fail remembers a database's error.
func (t *tx) fail(err error) error {
	if t.failure == nil {
		t.failure = err
	}
	return err
}

// exec writes, and returns how many rows it touched.
func (t *tx) exec(statement string, args ...any) (int64, error) {
	if t.readOnly {
		return 0, store.ErrReadOnly
	}
	if err := check(args); err != nil {
		return 0, err
	}
	result, err := t.sql.ExecContext(t.ctx, t.db.dialect.statement(statement), args...)
	if err != nil {
		return 0, t.fail(err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, t.fail(err)
	}
	return n, nil
}

// put writes a row that must be touched; none is store.ErrConflict.
func (t *tx) put(statement string, args ...any) error {
	return t.touch(store.ErrConflict, statement, args...)
}

// touch writes a row; none is the error given.
func (t *tx) touch(none error, statement string, args ...any) error {
	n, err := t.exec(statement, args...)
	if err == nil && n == 0 {
		return none
	}
	return err
}

// one reads a single record, or store.ErrNotFound.
func one[T any](t *tx, scan func(row) (T, error), query string, args ...any) (T, error) {
	var none T
	if err := check(args); err != nil {
		return none, err
	}
	record, err := scan(t.sql.QueryRowContext(t.ctx, t.db.dialect.statement(query), args...))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return none, store.ErrNotFound
	case err != nil:
		return none, t.fail(err)
	}
	return record, nil
}

// many reads a list, empty when there is nothing.
func many[T any](t *tx, scan func(row) (T, error), query string, args ...any) (_ []T, err error) {
	if err := check(args); err != nil {
		return nil, err
	}
	rows, err := t.sql.QueryContext(t.ctx, t.db.dialect.statement(query), args...)
	if err != nil {
		return nil, t.fail(err)
	}
	defer func() {
		if closeErr := rows.Close(); err == nil && closeErr != nil {
			err = t.fail(closeErr)
		}
	}()
	var list []T
	for rows.Next() {
		record, err := scan(rows)
		if err != nil {
			return nil, t.fail(err)
		}
		list = append(list, record)
	}
	if err := rows.Err(); err != nil {
		return nil, t.fail(err)
	}
	return list, nil
}

// check refuses, before a statement runs, text that PostgreSQL cannot keep.
func check(args []any) error {
	for _, arg := range args {
		if text, ok := arg.(string); ok && (strings.ContainsRune(text, 0) || !utf8.ValidString(text)) {
			return store.ErrText
		}
	}
	return nil
}

func checkLimit(limit int) error {
	if limit < 1 {
		return fmt.Errorf("a list's limit is %d: ask for at least 1", limit)
	}
	return nil
}

// instant reads a column of microseconds into a time in UTC.
type instant time.Time

func (i *instant) Scan(column any) error {
	micros, ok := column.(int64)
	if !ok {
		return fmt.Errorf("a time column holds %T instead of an integer", column)
	}
	*i = instant(time.UnixMicro(micros).UTC())
	return nil
}

// whole is for columns that hold bytes and never NULL.
func whole(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
