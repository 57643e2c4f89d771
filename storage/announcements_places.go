package storage

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// KeepPlaces says which places this replica's configuration names. An announcement ends as it is once no replica
// that lives names its place; one that was ended and whose place is named again is brought up to date. So replicas
// of two configurations, as during a rolling reload, take nothing from each other. Call it when the configuration
// changes, and now and then: replicas that are gone tell nobody so.
func (s *Store) KeepPlaces(ctx context.Context, named []string) error {
	s.places.Store(&named)
	changed := false
	b := &pgx.Batch{}
	b.Queue(`SELECT pg_advisory_xact_lock($1)`, placesLock)
	b.Queue(`UPDATE replicas SET places = $2 WHERE id = $1`, s.replica, named)
	b.Queue(`
		WITH named AS MATERIALIZED (
			SELECT unnest($2::text[]) AS place
			UNION SELECT unnest(places) FROM replicas WHERE id <> $1 AND heartbeat_at > tocsin_now() - interval '2 seconds'
		), moved AS (
			SELECT a.id, a.ended FROM announcements a LEFT JOIN named ON named.place = a.channel
			WHERE a.page_id = 0 AND a.channel <> 'slack' AND a.ended = (named.place IS NOT NULL)
		)
		UPDATE announcements a SET ended = NOT moved.ended,
			next_attempt_at = CASE WHEN moved.ended AND a.wanted_rev > a.sent_rev THEN tocsin_now() END
		FROM moved WHERE a.id = moved.id AND a.id = ANY (ARRAY(SELECT id FROM moved))`, s.replica, named).
		Exec(func(tag pgconn.CommandTag) error { changed = tag.RowsAffected() > 0; return nil })
	if err := classify(s.pool.SendBatch(ctx, b).Close()); err != nil {
		return err
	}
	if changed {
		s.committed(Commit{Announcements: true})
	}
	return nil
}

// placesLock lets one replica at a time say which places it names, so that each sees what the others have said.
const placesLock = 0x706c61636573 // "places"

// namedPlaces are those that this replica's configuration names; nil before it has said so.
func (s *Store) namedPlaces() []string {
	if named := s.places.Load(); named != nil {
		return *named
	}
	return nil
}
