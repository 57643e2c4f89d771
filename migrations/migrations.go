// Package migrations holds the schema as numbered SQL files and applies them. They only add: a release
// runs with the schema of the one before it, and what it no longer needs is dropped one release later.
// Only storage imports it.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Files are the migrations, NNNNN_name.sql in goose's form.
//
//go:embed *.sql
var Files embed.FS

// How often, and how many times, the lock is asked for while another replica migrates: 10 minutes.
const lockEverySeconds, lockTries = 1, 600

// Apply brings the database of pool up to the newest migration, each in a transaction of its own.
// Replicas that start at once take turns, by a lock in the database; doing it again changes nothing. A
// database that a newer release has migrated further is left as it is. It takes one connection of pool.
func Apply(ctx context.Context, pool *pgxpool.Pool) error {
	db := stdlib.OpenDBFromPool(pool)
	return errors.Join(apply(ctx, db), db.Close()) // pool stays open
}

func apply(ctx context.Context, db *sql.DB) error {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(lockEverySeconds, lockTries))
	if err != nil {
		return fmt.Errorf("migrate the schema: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, Files,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrate the schema: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the schema: %w", err)
	}
	return nil
}
