package storage

import (
	"context"

	"tocsin/escalation"

	"github.com/jackc/pgx/v5"
)

// addClears gives those decisions that clear an incident their all clears: to whom a page of its round has left,
// or is leaving now. The incidents must be locked by the transaction.
func addClears(ctx context.Context, tx *transaction, ds []*escalation.Decision) error {
	of := map[int64]*escalation.Decision{}
	var id []int64
	var round []int32
	for _, d := range ds {
		if d.Clear {
			of[d.Case.Incident.ID] = d
			id, round = append(id, d.Case.Incident.ID), append(round, int32(d.Case.Incident.Round))
		}
	}
	if len(id) == 0 {
		return nil
	}
	left := map[int64][]escalation.Left{}
	b := &pgx.Batch{}
	b.Queue(`
		SELECT p.incident_id, p.person, p.channel, p.digest FROM unnest($1::bigint[], $2::int[]) AS r(id, round)
		JOIN pages p ON p.incident_id = r.id AND p.round = r.round
		WHERE p.incident_id = ANY ($1) AND p.kind IN ('page', 'assign', 'remind') AND p.state IN ('sending', 'sent', 'delivered', 'unknown')
		ORDER BY p.id`, id, round).Query(func(rows pgx.Rows) error {
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
