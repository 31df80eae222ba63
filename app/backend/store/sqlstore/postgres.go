package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
)

const (
	postgresConnections = 20
	// migrationLock is the advisory lock's key: "qoltanba" in ASCII.
	migrationLock = 0x716f6c74616e6261
	unlockTimeout = 5 * time.Second
)

func openPostgres(address string) (*DB, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, errors.New("the address of the PostgreSQL store cannot be read: use postgres://user@host/database")
	}
	for name, value := range map[string]string{
		"application_name":                    "qoltanba",
		"idle_in_transaction_session_timeout": "60s",
		// A sequential scan locks its whole table against serialisable writers,
		// and on small tables the planner likes it.
		"enable_seqscan": "off",
	} {
		if _, set := config.RuntimeParams[name]; !set {
			config.RuntimeParams[name] = value
		}
	}
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(postgresConnections)
	pool.SetMaxIdleConns(postgresConnections)
	return &DB{writer: pool, reader: pool, dialect: dialect{
		name:      "postgres",
		statement: func(s string) string { return s },
		lost:      postgresLost,
		alone: func(ctx context.Context, work func(context.Context) error) error {
			return postgresAlone(ctx, pool, work)
		},
		driver: riverdatabasesql.New(pool),
		update: &sql.TxOptions{Isolation: sql.LevelSerializable},
		view:   &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
	}}, nil
}

// postgresAlone holds an advisory lock on a connection of its own, which the
// server frees when the process dies.
func postgresAlone(ctx context.Context, pool *sql.DB, work func(context.Context) error) (err error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(migrationLock)); err != nil {
		return fmt.Errorf("wait for another process to migrate: %w", err)
	}
	defer func() {
		// Were ctx over, the lock must still go before the connection is used again.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unlockTimeout)
		defer cancel()
		_, unlockErr := conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", int64(migrationLock))
		err = errors.Join(err, unlockErr)
	}()
	return work(ctx)
}

// postgresLost recognises serialization_failure and deadlock_detected.
func postgresLost(err error) bool {
	var failure *pgconn.PgError
	return errors.As(err, &failure) && (failure.Code == "40001" || failure.Code == "40P01")
}
