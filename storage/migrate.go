package storage

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"tocsin/migrations"
)

// Migrate brings the database's schema up to this release: before New, at every start. It may run in
// several replicas at once, and again. It stands here because the floors above see only storage.
func Migrate(ctx context.Context, pool *pgxpool.Pool) error { return migrations.Apply(ctx, pool) }
