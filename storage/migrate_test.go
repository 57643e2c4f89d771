package storage_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"tocsin/storage"
	"tocsin/storage/storagetest"
)

func TestMigratingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	db := storagetest.NewEmpty(t)
	for range 2 {
		if err := storage.Migrate(t.Context(), db.Pool); err != nil {
			t.Fatal(err)
		}
	}
	wantMigratedOnce(t, db.Pool)
}

func TestMigratingTakesOneConnection(t *testing.T) {
	t.Parallel()
	config := storagetest.NewEmpty(t).Pool.Config()
	config.MaxConns = 1
	narrow, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer narrow.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := storage.Migrate(ctx, narrow); err != nil {
		t.Fatal(err)
	}
}

func TestReplicasThatStartAtOnceMigrateOnce(t *testing.T) {
	t.Parallel()
	db := storagetest.NewEmpty(t)
	var g errgroup.Group
	for range 3 {
		g.Go(func() error {
			replica, err := pgxpool.New(t.Context(), db.URL)
			if err != nil {
				return err
			}
			defer replica.Close()
			return storage.Migrate(t.Context(), replica)
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	wantMigratedOnce(t, db.Pool)
}

func TestDatabaseOfANewerReleaseIsLeftAlone(t *testing.T) {
	t.Parallel()
	db := storagetest.New(t)
	if _, err := db.Pool.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`); err != nil {
		t.Fatal(err)
	}
	if err := storage.Migrate(t.Context(), db.Pool); err != nil {
		t.Fatal(err)
	}
}

// wantMigratedOnce checks that every migration is recorded, none of them twice, and that the lock is free.
func wantMigratedOnce(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	var versions, distinct, locks int
	err := pool.QueryRow(t.Context(), `
		SELECT count(*), count(DISTINCT version_id),
		       (SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database
		         WHERE locktype = 'advisory' AND datname = current_database())
		FROM goose_db_version WHERE version_id > 0`).Scan(&versions, &distinct, &locks)
	if err != nil {
		t.Fatal(err)
	}
	if versions == 0 || versions != distinct || locks != 0 {
		t.Errorf("%d migrations recorded, %d of them different, %d locks held", versions, distinct, locks)
	}
}
