package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"

	"github.com/jackc/pgx/v5"
)

const caseColumns = `i.id, i.dedup_key, i.title, i.severity, i.state, i.labels, i.alert_count, i.firing_count,
	i.assignee, i.round, i.rev, i.opened_at, i.acknowledged_at, i.acknowledged_by, i.snoozed_until,
	i.resolved_at, i.resolved_by, i.heard_at, CASE i.state WHEN 'resolved' THEN coalesce(i.merged_into, 0) ELSE 0 END, i.reason, i.plan`

// brokenCase says that an incident is stored in a form that this program cannot read: a newer release's.
type brokenCase struct {
	id  int64
	err error
}

func (b *brokenCase) Error() string {
	return fmt.Sprintf("incident #%d cannot be read: %v", b.id, b.err)
}

// scanCase reads an incident with its plan. With a *brokenCase comes what could be read.
func scanCase(row pgx.CollectableRow) (escalation.Case, error) {
	var c escalation.Case
	var acknowledged, snoozed, resolved, heard *time.Time
	var labels, reason, plan []byte
	i := &c.Incident
	err := row.Scan(&i.ID, &i.Key, &i.Title, &i.Severity, &i.State, &labels, &i.AlertCount, &i.FiringCount,
		&i.Assignee, &i.Round, &i.Rev, &i.OpenedAt, &acknowledged, &i.AcknowledgedBy, &snoozed,
		&resolved, &i.ResolvedBy, &heard, &i.MergedInto, &reason, &plan)
	if err != nil {
		return c, err
	}
	i.OpenedAt, i.AcknowledgedAt, i.SnoozedUntil = i.OpenedAt.UTC(), fromNull(acknowledged), fromNull(snoozed)
	i.ResolvedAt, i.HeardAt = fromNull(resolved), fromNull(heard)
	if err := errors.Join(json.Unmarshal(labels, &i.Labels), json.Unmarshal(reason, &i.Reason), json.Unmarshal(plan, &c.Plan)); err != nil {
		c.Plan = escalation.Plan{}
		return c, &brokenCase{i.ID, err}
	}
	return c, nil
}

// collectCases reads what can be read; broken are those of which something could not.
func collectCases(rows pgx.Rows) (cases []escalation.Case, broken []*brokenCase, err error) {
	defer rows.Close()
	for rows.Next() {
		c, err := scanCase(rows)
		if b, ok := errors.AsType[*brokenCase](err); ok {
			broken = append(broken, b)
		} else if err != nil {
			return nil, nil, err
		}
		cases = append(cases, c)
	}
	return cases, broken, rows.Err()
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
	b.Queue("SELECT tocsin_now()").QueryRow(func(row pgx.Row) error {
		err := row.Scan(now)
		*now = now.UTC()
		return err
	})
}

// AdvanceDue implements escalation.DueStore. What cannot be read or decided on is set aside for a minute.
func (s *Store) AdvanceDue(ctx context.Context, limit int, decide func(escalation.Case, time.Time) escalation.Decision) (int, error) {
	tx, err := s.begin(ctx)
	if err != nil {
		return 0, err
	}
	defer tx.end()
	var due []escalation.Case
	var broken []*brokenCase
	var now time.Time
	read := &pgx.Batch{}
	read.Queue(`
		SELECT `+caseColumns+`
		FROM generate_series(0, 3) AS worst(severity)
		CROSS JOIN LATERAL (
			SELECT * FROM incidents
			WHERE severity = worst.severity AND next_at IS NOT NULL AND next_at <= tocsin_now()
			ORDER BY next_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
		) AS i`, limit).Query(func(rows pgx.Rows) (err error) {
		due, broken, err = collectCases(rows)
		return err
	})
	queueNow(read, &now)
	if err := tx.run(ctx, read); err != nil || len(due) == 0 {
		return 0, err
	}
	aside := make([]int64, 0, len(broken))
	for _, b := range broken {
		s.log.Error("an incident is set aside for a minute", "error", b)
		aside = append(aside, b.id)
	}
	var decisions []*escalation.Decision
	for _, c := range due {
		if slices.Contains(aside, c.Incident.ID) {
			continue
		}
		d, err := decided(decide, c, now)
		if err != nil {
			s.log.Error("an incident is set aside for a minute", "incident", c.Incident.ID, "error", err)
			aside = append(aside, c.Incident.ID)
			continue
		}
		decisions = append(decisions, &d)
	}
	if err := addClears(ctx, tx, decisions); err != nil {
		return 0, err
	}
	write := &pgx.Batch{}
	queueDecisions(write, decisions, now)
	if len(aside) > 0 {
		write.Queue(`UPDATE incidents SET next_at = $2 WHERE id = ANY ($1)`, aside, now.Add(time.Minute))
	}
	if err := tx.commit(ctx, write); err != nil {
		return 0, err
	}
	s.committed(commitOf(decisions, now))
	return len(due), nil
}

// decided is what decide says; a panic in it is an error of the case that it was about, so that the others
// go on.
func decided(decide func(escalation.Case, time.Time) escalation.Decision, c escalation.Case, now time.Time) (d escalation.Decision, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it cannot be decided on: %v", r)
		}
	}()
	return decide(c, now), nil
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
		return d, s.unchanged(ctx, tx, &d, err, now)
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
	if err := addClears(ctx, tx, []*escalation.Decision{d}); err != nil {
		return err
	}
	write := &pgx.Batch{}
	queueDecisions(write, []*escalation.Decision{d}, now)
	if err := tx.commit(ctx, write); err != nil {
		return err
	}
	s.committed(commitOf([]*escalation.Decision{d}, now))
	return nil
}
