package storage

import (
	"context"

	"tocsin/escalation"

	"github.com/jackc/pgx/v5"
)

// Findings implements escalation.AuditStore. At most 100 incidents of each kind are named.
func (s *Store) Findings(ctx context.Context) (map[escalation.Finding][]int64, error) {
	out := map[escalation.Finding][]int64{}
	b := &pgx.Batch{}
	for kind, sql := range map[escalation.Finding]string{
		escalation.Unowed: `SELECT id FROM incidents WHERE state <> 'resolved' AND next_at IS NULL
			AND jsonb_path_exists(plan, '$.steps[*] ? (@.state == "pending")') ORDER BY id LIMIT 100`,
		escalation.Overdue: `SELECT i.id FROM generate_series(0, 3) AS worst(severity) CROSS JOIN LATERAL (
				SELECT id FROM incidents WHERE severity = worst.severity AND next_at IS NOT NULL AND next_at < tocsin_now() - interval '30 seconds'
				ORDER BY next_at LIMIT 100) AS i`,
		escalation.Held: `SELECT DISTINCT p.incident_id FROM pages p JOIN attempts t ON t.id = p.claim
			WHERE p.claimed_by IS NOT NULL AND p.incident_id <> 0 AND t.at < tocsin_now() - interval '60 seconds' LIMIT 100`,
		escalation.Waiting: `SELECT DISTINCT p.incident_id FROM unnest(ARRAY['sms', 'voice', 'email', 'slack', 'webhook', 'url']) AS c(channel)
			CROSS JOIN generate_series(0, 3) AS worst(severity) CROSS JOIN LATERAL (
				SELECT incident_id FROM pages WHERE channel = c.channel AND severity = worst.severity AND incident_id <> 0
					AND next_attempt_at IS NOT NULL AND next_attempt_at < tocsin_now() - interval '60 seconds'
				ORDER BY next_attempt_at LIMIT 100) AS p LIMIT 100`,
		escalation.Unroutable: `SELECT id FROM incidents WHERE severity = 0 AND state <> 'resolved'
			AND jsonb_path_exists(plan, '$.steps[*] ? (@.state == "fired" && @.nobody == true)')
			AND labels->>'service' IS DISTINCT FROM 'tocsin' AND dedup_key NOT LIKE 'tocsin/%' ORDER BY id LIMIT 100`,
	} {
		b.Queue(sql).Query(func(rows pgx.Rows) error {
			ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
			out[kind] = ids
			return err
		})
	}
	return out, classify(s.pool.SendBatch(ctx, b).Close())
}
