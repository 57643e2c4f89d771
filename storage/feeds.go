package storage

import (
	"context"
	"time"

	"tocsin/alerting"

	"github.com/jackc/pgx/v5"
)

// Feeds are the versions of the secret addresses of iCal feeds. They share the store's connections.
type Feeds struct{ store *Store }

// Feeds gives access to the versions of feeds.
func (s *Store) Feeds() Feeds { return Feeds{s} }

// Version is what the secret of a feed's address is made with; 0 until it is revoked for the first time.
// kind is "rotation" or "person".
func (f Feeds) Version(ctx context.Context, kind, name string) (version int64, err error) {
	err = f.store.reads.QueryRow(ctx, `SELECT coalesce((SELECT version FROM feeds WHERE kind = $1 AND name = $2), 0)`,
		storable(kind), storable(name)).Scan(&version)
	return version, classify(err)
}

// Revoke makes a feed's address useless: the next version has another.
func (f Feeds) Revoke(ctx context.Context, kind, name string, by alerting.Actor) error {
	kind, name = storable(kind), storable(name)
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO feeds AS f (kind, name, version) VALUES ($1, $2, 1)
		ON CONFLICT (kind, name) DO UPDATE SET version = f.version + 1`, kind, name)
	b.Queue(`INSERT INTO audit (at, actor, via, origin, action, after) VALUES (tocsin_now(), $1, $2, $3, 'feed-revoke', jsonb_build_object('kind', $4::text, 'name', $5::text))`,
		storable(by.Name), by.Via, storable(by.From), kind, name)
	return classify(f.store.pool.SendBatch(ctx, b).Close())
}

// KeepImport stores the last good body of an iCal address. source names the address without its secrets.
func (s *Store) KeepImport(ctx context.Context, source string, body []byte) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO imports (source, body, at) VALUES ($1, $2, tocsin_now())
		ON CONFLICT (source) DO UPDATE SET body = excluded.body, at = excluded.at`, source, body)
	return classify(err)
}

// Import is the last good body of an iCal address and when it was kept; alerting.ErrNotFound if there is
// none.
func (s *Store) Import(ctx context.Context, source string) (body []byte, at time.Time, err error) {
	rows, err := s.pool.Query(ctx, `SELECT body, at FROM imports WHERE source = $1`, source)
	if err != nil {
		return nil, at, classify(err)
	}
	found := false
	_, err = pgx.ForEachRow(rows, []any{&body, &at}, func() error { found = true; return nil })
	switch {
	case err != nil:
		return nil, at, classify(err)
	case !found:
		return nil, at, alerting.ErrNotFound
	}
	return body, at.UTC(), nil
}
