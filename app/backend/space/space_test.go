package space

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// fullSQLite is what a database says that may not grow.
func fullSQLite(t *testing.T) error {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "small.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	db.SetMaxOpenConns(1)
	for _, statement := range []string{"CREATE TABLE t (b BLOB)", "PRAGMA max_page_count = 3"} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	_, err = db.ExecContext(t.Context(), "INSERT INTO t VALUES (zeroblob(100000))")
	return err
}

func TestLacking(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"a file":           {&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, true},
		"a quota":          {&os.PathError{Op: "write", Path: "x", Err: syscall.EDQUOT}, true},
		"SQLite":           {fullSQLite(t), true},
		"PostgreSQL":       {&pgconn.PgError{Code: "53100"}, true},
		"another of a row": {&pgconn.PgError{Code: "23505"}, false},
		"no right":         {os.ErrPermission, false},
		"something":        {errors.New("something"), false},
		"nothing":          {nil, false},
	} {
		wrapped := test.err
		if wrapped != nil {
			wrapped = errors.Join(errors.New("first"), fmt.Errorf("keep it: %w", test.err))
		}
		if Lacking(wrapped) != test.want {
			t.Errorf("%s: %v", name, test.err)
		}
	}
}

func TestLeft(t *testing.T) {
	t.Parallel()
	if n, err := Left(t.TempDir()); err != nil || n == 0 {
		t.Errorf("%d bytes: %v", n, err)
	}
	if n, err := Left(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Errorf("a folder that is not there has room for %d bytes", n)
	}
}
