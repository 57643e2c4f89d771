package storage

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// IncidentOfThread is the incident whose message stands in a Slack channel at ts: the one that its board
// posted, or a page as a direct message. ok is false if none does.
func (s *Store) IncidentOfThread(ctx context.Context, channel, ts string) (incident int64, ok bool, err error) {
	rows, err := s.pool.Query(ctx, `
		SELECT incident_id FROM announcements
		WHERE ref IS NOT NULL AND ref->>'channel' = $1 AND ref->>'ts' = $2 ORDER BY id LIMIT 1`, storable(channel), storable(ts))
	if err != nil {
		return 0, false, classify(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(found) == 0 {
		return 0, false, classify(err)
	}
	return found[0], true, nil
}
