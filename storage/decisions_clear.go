package storage

import (
	"context"

	"tocsin/escalation"

	"github.com/jackc/pgx/v5"
)

// addClears gives those decisions that clear an incident their all clears: to whom a page of it has left since it
// opened or was last reopened, or is leaving now. The incidents must be locked by the transaction.
func addClears(ctx context.Context, tx *transaction, ds []*escalation.Decision) error {
	of := map[int64]*escalation.Decision{}
	var clears, id []int64
	var since []int32
	for _, d := range ds {
		if !d.Clear {
			continue
		}
		of[d.Case.Incident.ID] = d
		for _, h := range d.Case.Heard() {
			clears, id, since = append(clears, d.Case.Incident.ID), append(id, h.ID), append(since, int32(h.Since))
		}
	}
	if len(id) == 0 {
		return nil
	}
	left := map[int64][]escalation.Left{}
	b := &pgx.Batch{}
	b.Queue(`
		SELECT r.clears, p.person, p.channel, p.digest FROM unnest($1::bigint[], $2::bigint[], $3::int[]) AS r(clears, id, since)
		CROSS JOIN LATERAL (SELECT * FROM pages WHERE incident_id = r.id AND round >= r.since ORDER BY incident_id, round, step, person, channel LIMIT 10000) AS p
		WHERE p.kind IN ('page', 'assign', 'remind') AND p.state IN ('sending', 'sent', 'delivered', 'unknown')
		ORDER BY p.id`, clears, id, since).Query(func(rows pgx.Rows) error {
		var incident int64
		var l escalation.Left
		_, err := pgx.ForEachRow(rows, []any{&incident, &l.Person, &l.Channel, &l.Digest}, func() error {
			left[incident] = append(left[incident], l)
			return nil
		})
		return err
	})
	if err := tx.run(ctx, b); err != nil {
		return err
	}
	for incident, to := range left {
		d := of[incident]
		d.Pages = append(d.Pages, escalation.AllClear(d.Case, to)...)
	}
	return nil
}
