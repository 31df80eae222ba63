// Package space tells a service that has no room left from one that is broken.
//
// Whatever the service keeps, in SQLite, in PostgreSQL or in files, a full disk
// under it is met as another error. [Lacking] knows them all: what failed so
// changed nothing, succeeds once somebody has made room, and is the agency's to
// mend, not the citizen's. [Left] looks at the room before it is gone.
package space

import (
	"errors"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// diskFull is PostgreSQL's SQLSTATE of that name.
const diskFull = "53100"

// Lacking says that an error comes of a disk, or a share of it, that is full.
func Lacking(err error) bool {
	if lite := (*sqlite.Error)(nil); errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_FULL {
		return true
	}
	if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) && pg.Code == diskFull {
		return true
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
