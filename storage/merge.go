package storage

import (
	"context"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"

	"github.com/jackc/pgx/v5"
)

// Merge implements escalation.CaseStore.
func (s *Store) Merge(ctx context.Context, into, from int64, decide func(into, from escalation.Case, now time.Time) (kept, gone escalation.Decision, err error)) (kept escalation.Decision, err error) {
	err = retry(ctx, func() (err error) {
		kept, err = s.merge(ctx, into, from, decide)
		return err
	})
	return kept, err
}

func (s *Store) merge(ctx context.Context, into, from int64, decide func(into, from escalation.Case, now time.Time) (kept, gone escalation.Decision, err error)) (escalation.Decision, error) {
	tx, err := s.begin(ctx)
	if err != nil {
		return escalation.Decision{}, err
	}
	defer tx.end()
	found := map[int64]escalation.Case{}
	var now time.Time
	read := &pgx.Batch{}
	queueCases(read, func(c escalation.Case) { found[c.Incident.ID] = c }, `
		SELECT `+caseColumns+` FROM (SELECT DISTINCT id FROM unnest($1::bigint[]) AS n(id) ORDER BY id) AS merged
		CROSS JOIN LATERAL (SELECT * FROM incidents WHERE id = merged.id LIMIT 1 FOR NO KEY UPDATE) AS i`, []int64{into, from})
	queueNow(read, &now)
	if err := tx.run(ctx, read); err != nil {
		return escalation.Decision{}, err
	}
	a, okInto := found[into]
	b, okFrom := found[from]
	if !okInto || !okFrom {
		return escalation.Decision{}, alerting.ErrNotFound
	}
	kept, gone, err := decide(a, b, now)
	return kept, s.writeBoth(ctx, tx, &kept, &gone, err, now)
}

// Split implements escalation.CaseStore. The number that it draws is skipped if nothing comes of it.
func (s *Store) Split(ctx context.Context, id int64, decide func(c escalation.Case, alerts []alerting.Alert, newID int64, now time.Time) (rest, split escalation.Decision, err error)) (rest, split escalation.Decision, err error) {
	err = retry(ctx, func() (err error) {
		rest, split, err = s.split(ctx, id, decide)
		return err
	})
	return rest, split, err
}

func (s *Store) split(ctx context.Context, id int64, decide func(escalation.Case, []alerting.Alert, int64, time.Time) (rest, split escalation.Decision, err error)) (rest, split escalation.Decision, err error) {
	tx, err := s.begin(ctx)
	if err != nil {
		return rest, split, err
	}
	defer tx.end()
	c, err := s.lockCase(ctx, tx, id)
	if err != nil {
		return rest, split, err
	}
	var alerts []alerting.Alert
	var number int64
	var now time.Time
	read := &pgx.Batch{}
	queueNewest(read, &alerts, id)
	read.Queue("SELECT nextval('incident_numbers')").QueryRow(func(row pgx.Row) error { return row.Scan(&number) })
	queueNow(read, &now)
	if err := tx.run(ctx, read); err != nil {
		return rest, split, err
	}
	rest, split, err = decide(c, alerts, number, now)
	return rest, split, s.writeBoth(ctx, tx, &rest, &split, err, now)
}

// writeBoth stores two decisions that were taken together; err is the decision's. Where it is a refusal,
// or nothing changed, that is noted.
func (s *Store) writeBoth(ctx context.Context, tx *transaction, a, b *escalation.Decision, err error, now time.Time) error {
	if err != nil || !a.Changed && !b.Changed {
		asked := a
		if a.Answer == "" {
			asked = b
		}
		return s.unchanged(ctx, tx, asked, err, now)
	}
	var ds []*escalation.Decision
	for _, d := range []*escalation.Decision{a, b} {
		if d.Changed {
			ds = append(ds, d)
		}
	}
	if err := addClears(ctx, tx, ds); err != nil {
		return err
	}
	write := &pgx.Batch{}
	queueDecisions(write, ds, now)
	if err := tx.commit(ctx, write); err != nil {
		return err
	}
	s.committed(commitOf(ds, now))
	return nil
}

// queueAdoptions gives alerts to another incident, with the older episodes of the same fingerprints. Both
// incidents must be locked by the transaction, or be new.
func queueAdoptions(b *pgx.Batch, ds []*escalation.Decision) {
	for _, d := range ds {
		switch a := d.Adopts; {
		case a.From == 0:
		case a.Alerts == nil:
			b.Queue(`UPDATE alerts SET incident_id = $1 WHERE incident_id = $2`, d.Case.Incident.ID, a.From)
		default:
			b.Queue(`UPDATE alerts a SET incident_id = $1
				FROM (SELECT source, fingerprint FROM alerts WHERE id = ANY ($3) AND incident_id = $2) AS moved
				WHERE a.incident_id = $2 AND a.source = moved.source AND a.fingerprint = moved.fingerprint`, d.Case.Incident.ID, a.From, a.Alerts)
		}
	}
}

// queueNewest reads the newest episode of each fingerprint that an incident has seen, firing and worst first.
func queueNewest(b *pgx.Batch, into *[]alerting.Alert, incident int64) {
	b.Queue(newestAlerts, incident).Query(func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, scanAlert)
		return err
	})
}

// mergeDepth is how often what was merged may have been merged again and its alerts still find it.
const mergeDepth = 8
