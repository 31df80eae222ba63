package sqlstore

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"qoltanba/app/backend/jobs"
)

//go:embed migrations
var migrations embed.FS

var gooseDialects = map[string]goose.Dialect{
	"sqlite":   goose.DialectSQLite3,
	"postgres": goose.DialectPostgres,
}

// migrate brings the store's and the queue's tables up to date. The caller
// holds the dialect's lock.
func (db *DB) migrate(ctx context.Context) error {
	folder, err := fs.Sub(migrations, "migrations/"+db.dialect.name)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(gooseDialects[db.dialect.name], db.writer, folder,
		goose.WithTableName("store_migrations"), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the store: %w", err)
	}
	return jobs.Migrate(ctx, db.dialect.driver)
}
