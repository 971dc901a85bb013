package sqldb

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate applies the migrations that are missing. Several processes may call it at the same time: on Postgres one
// works and the others wait for its lock, for up to five minutes; on SQLite each migration is one transaction, and a
// process that loses the race for it looks again.
func (db *DB) Migrate(ctx context.Context) error {
	if db.engine == postgres {
		return db.migrate(ctx)
	}
	// The loser of a race sees "table exists", a unique violation or a busy file, whatever it was about to do.
	lost := func(err error) bool { return ctx.Err() == nil }
	return retry(ctx, lost, db.migrate)
}

func (db *DB) migrate(ctx context.Context) error {
	p, err := db.provider()
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	db.current.Store(true)
	return nil
}

// MigrationsPending reports whether this binary knows migrations that the database lacks. Once none is missing it
// answers without asking the database.
func (db *DB) MigrationsPending(ctx context.Context) (bool, error) {
	if db.current.Load() {
		return false, nil
	}
	p, err := db.provider()
	if err != nil {
		return false, err
	}
	pending, err := p.HasPending(ctx)
	if err != nil {
		return false, fmt.Errorf("look for migrations: %w", err)
	}
	db.current.Store(!pending)
	return pending, nil
}

// provider returns a new goose provider: one that failed early does not recover.
func (db *DB) provider() (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("open migrations: %w", err)
	}
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if db.engine == postgres {
		dialect = goose.DialectPostgres
		const period, tries = 1, 300 // seconds between tries
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(period, tries))
		if err != nil {
			return nil, fmt.Errorf("make migration lock: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, db.write.DB, files, options...)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return p, nil
}
