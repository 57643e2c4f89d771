package storage

import (
	"context"
	"encoding/json"
	"time"

	"tocsin/escalation"
	"tocsin/notifiers"

	"github.com/jackc/pgx/v5"
)

// unposted are the announcements of a channel's own messages that wait to be posted for the first time, but
// for those of P0, of which each has its message.
const unposted = `
	FROM announcements a JOIN incidents i ON i.id = a.incident_id
	WHERE a.channel = $1 AND a.page_id = 0 AND a.ref IS NULL AND a.next_attempt_at IS NOT NULL AND a.claimed_by IS NULL
		AND i.severity > 0 AND i.state <> 'resolved'`

// summarized are those that a channel's summary counts.
const summarized = `
	FROM announcements a JOIN incidents i ON i.id = a.incident_id
	WHERE a.channel = $1 AND a.summarized AND a.ref IS NULL AND i.state <> 'resolved'`

// GatherSummary implements notifiers.Summaries. It waits for no row that somebody else holds: what is held is
// looked at the next time.
func (s *Store) GatherSummary(ctx context.Context, c escalation.Channel, line int) (counts [4]int, err error) {
	b := &pgx.Batch{}
	b.Queue(`
		WITH done AS (
			SELECT a.id FROM announcements a JOIN incidents i ON i.id = a.incident_id
			WHERE a.channel = $1 AND a.summarized AND (a.ref IS NOT NULL OR i.state = 'resolved')
			FOR NO KEY UPDATE OF a SKIP LOCKED
		)
		UPDATE announcements SET summarized = false WHERE id = ANY (ARRAY(SELECT id FROM done))`, c)
	b.Queue(`
		WITH beyond AS (
			SELECT a.id `+unposted+` ORDER BY i.severity, a.next_attempt_at, a.id OFFSET $2
			FOR NO KEY UPDATE OF a SKIP LOCKED
		)
		UPDATE announcements SET summarized = true, next_attempt_at = NULL
		WHERE id = ANY (ARRAY(SELECT id FROM beyond)) AND (SELECT count(*) FROM beyond) > $2`, c, line)
	b.Queue(`
		WITH few AS (
			SELECT a.id `+summarized+` AND a.claimed_by IS NULL
				AND (SELECT count(*) `+summarized+`) + (SELECT count(*) `+unposted+` AND NOT a.summarized) <= $2
			FOR NO KEY UPDATE OF a SKIP LOCKED
		)
		UPDATE announcements SET summarized = false, next_attempt_at = coalesce(next_attempt_at, tocsin_now())
		WHERE id = ANY (ARRAY(SELECT id FROM few))`, c, line)
	b.Queue(`SELECT i.severity, count(*) `+summarized+` GROUP BY i.severity`, c).Query(func(rows pgx.Rows) error {
		var severity, n int
		_, err := pgx.ForEachRow(rows, []any{&severity, &n}, func() error { counts[severity] = n; return nil })
		return err
	})
	return counts, classify(s.pool.SendBatch(ctx, b).Close())
}

// ClaimSummary implements notifiers.Summaries.
func (s *Store) ClaimSummary(ctx context.Context, c escalation.Channel, counts [4]int, hold time.Duration) (ref json.RawMessage, ok bool, err error) {
	rows, err := s.pool.Query(ctx, `
		INSERT INTO summaries AS s (channel, next_attempt_at)
		SELECT $1, tocsin_now() + make_interval(secs => $3) WHERE $2::int[] <> '{0,0,0,0}' OR EXISTS (SELECT FROM summaries WHERE channel = $1)
		ON CONFLICT (channel) DO UPDATE SET next_attempt_at = excluded.next_attempt_at
			WHERE s.next_attempt_at <= tocsin_now() AND s.shown <> $2 AND (s.ref IS NOT NULL OR $2 <> '{0,0,0,0}')
		RETURNING ref`, c, counts[:], hold.Seconds())
	if err != nil {
		return nil, false, classify(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil || len(found) == 0 {
		return nil, false, classify(err)
	}
	return found[0], true, nil
}

// FinishSummary implements notifiers.Summaries.
func (s *Store) FinishSummary(ctx context.Context, c escalation.Channel, w notifiers.Summarized) error {
	_, err := s.pool.Exec(ctx, `
		UPDATE summaries SET ref = $2, shown = $3, next_attempt_at = tocsin_now() + make_interval(secs => $4) WHERE channel = $1`,
		c, []byte(w.Ref), w.Shown[:], w.Wait.Seconds())
	return classify(err)
}

var _ notifiers.Summaries = (*Store)(nil)
