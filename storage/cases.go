package storage

import (
	"context"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"

	"github.com/jackc/pgx/v5"
)

const caseColumns = `i.id, i.dedup_key, i.title, i.severity, i.state, i.labels, i.alert_count, i.firing_count,
	i.assignee, i.round, i.rev, i.opened_at, i.acknowledged_at, i.acknowledged_by, i.snoozed_until,
	i.resolved_at, i.resolved_by, i.reason, i.plan`

func scanCase(row pgx.CollectableRow) (escalation.Case, error) {
	var c escalation.Case
	var acknowledged, snoozed, resolved *time.Time
	i := &c.Incident
	err := row.Scan(&i.ID, &i.Key, &i.Title, &i.Severity, &i.State, &i.Labels, &i.AlertCount, &i.FiringCount,
		&i.Assignee, &i.Round, &i.Rev, &i.OpenedAt, &acknowledged, &i.AcknowledgedBy, &snoozed,
		&resolved, &i.ResolvedBy, &i.Reason, &c.Plan)
	i.OpenedAt, i.AcknowledgedAt, i.SnoozedUntil, i.ResolvedAt = i.OpenedAt.UTC(), fromNull(acknowledged), fromNull(snoozed), fromNull(resolved)
	return c, err
}

// queueCases puts a query for cases on a batch; each goes to take.
func queueCases(b *pgx.Batch, take func(escalation.Case), sql string, args ...any) {
	b.Queue(sql, args...).Query(func(rows pgx.Rows) error {
		cases, err := pgx.CollectRows(rows, scanCase)
		for _, c := range cases {
			take(c)
		}
		return err
	})
}

func queueNow(b *pgx.Batch, now *time.Time) {
	b.Queue("SELECT tocsin_now()").QueryRow(func(row pgx.Row) error { return row.Scan(now) })
}

// AdvanceDue implements escalation.DueStore.
func (s *Store) AdvanceDue(ctx context.Context, limit int, decide func(escalation.Case, time.Time) escalation.Decision) (int, error) {
	tx, err := s.begin(ctx)
	if err != nil {
		return 0, err
	}
	defer tx.end()
	var due []escalation.Case
	var now time.Time
	read := &pgx.Batch{}
	queueCases(read, func(c escalation.Case) { due = append(due, c) }, `
		SELECT `+caseColumns+`
		FROM generate_series(0, 3) AS worst(severity)
		CROSS JOIN LATERAL (
			SELECT * FROM incidents
			WHERE severity = worst.severity AND next_at IS NOT NULL AND next_at <= tocsin_now()
			ORDER BY next_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
		) AS i`, limit)
	queueNow(read, &now)
	if err := tx.run(ctx, read); err != nil || len(due) == 0 {
		return 0, err
	}
	decisions := make([]*escalation.Decision, len(due))
	for k, c := range due {
		d := decide(c, now)
		decisions[k] = &d
	}
	write := &pgx.Batch{}
	queueDecisions(write, decisions, now)
	if err := tx.commit(ctx, write); err != nil {
		return 0, err
	}
	s.committed(commitOf(decisions, now))
	return len(due), nil
}

// NextDue implements escalation.DueStore.
func (s *Store) NextDue(ctx context.Context) (time.Duration, bool, error) {
	var at *time.Time
	var now time.Time
	err := s.pool.QueryRow(ctx, `
		SELECT tocsin_now(), min(next_at) FROM generate_series(0, 3) AS worst(severity)
		CROSS JOIN LATERAL (
			SELECT next_at FROM incidents
			WHERE severity = worst.severity AND next_at IS NOT NULL ORDER BY next_at LIMIT 1
		) AS earliest`).Scan(&now, &at)
	if err != nil || at == nil {
		return 0, false, classify(err)
	}
	return at.Sub(now), true, nil
}

// Change implements escalation.CaseStore.
func (s *Store) Change(ctx context.Context, id int64, decide func(escalation.Case, time.Time) (escalation.Decision, error)) (d escalation.Decision, err error) {
	err = retry(ctx, func() (err error) {
		d, err = s.change(ctx, id, decide)
		return err
	})
	return d, err
}

func (s *Store) change(ctx context.Context, id int64, decide func(escalation.Case, time.Time) (escalation.Decision, error)) (escalation.Decision, error) {
	tx, err := s.begin(ctx)
	if err != nil {
		return escalation.Decision{}, err
	}
	defer tx.end()
	var found []escalation.Case
	var now time.Time
	read := &pgx.Batch{}
	queueCases(read, func(c escalation.Case) { found = append(found, c) },
		`SELECT `+caseColumns+` FROM incidents i WHERE id = $1 FOR NO KEY UPDATE`, id)
	queueNow(read, &now)
	if err := tx.run(ctx, read); err != nil {
		return escalation.Decision{}, err
	}
	if len(found) == 0 {
		return escalation.Decision{}, alerting.ErrNotFound
	}
	d, err := decide(found[0], now)
	if err != nil || !d.Changed {
		return d, err
	}
	return d, s.writeOne(ctx, tx, &d, now)
}

// Open implements escalation.CaseStore.
func (s *Store) Open(ctx context.Context, decide func(int64, time.Time) escalation.Decision) (escalation.Case, error) {
	tx, err := s.begin(ctx)
	if err != nil {
		return escalation.Case{}, err
	}
	defer tx.end()
	var now time.Time
	var id int64
	read := &pgx.Batch{}
	read.Queue("SELECT nextval('incident_numbers')").QueryRow(func(row pgx.Row) error { return row.Scan(&id) })
	queueNow(read, &now)
	if err := tx.run(ctx, read); err != nil {
		return escalation.Case{}, err
	}
	d := decide(id, now)
	return d.Case, s.writeOne(ctx, tx, &d, now)
}

func (s *Store) writeOne(ctx context.Context, tx *transaction, d *escalation.Decision, now time.Time) error {
	write := &pgx.Batch{}
	queueDecisions(write, []*escalation.Decision{d}, now)
	if err := tx.commit(ctx, write); err != nil {
		return err
	}
	s.committed(commitOf([]*escalation.Decision{d}, now))
	return nil
}
