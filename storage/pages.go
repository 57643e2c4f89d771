package storage

import (
	"context"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"

	"github.com/jackc/pgx/v5"
)

const pageColumns = `p.id, p.incident_id, p.round, p.step, p.kind, p.role, p.person, p.channel, p.severity, p.state, p.until, p.says,
	p.reason, p.created_at, p.tries, p.message`

func pageFields(p *notifiers.Page) []any {
	return []any{
		&p.ID, &p.IncidentID, &p.Round, &p.Step, &p.Kind, &p.Role, &p.Person, &p.Channel, &p.Severity, &p.State, &p.Until, &p.Says,
		&p.Reason, &p.CreatedAt, &p.Tries, &p.Message,
	}
}

func severityNumbers(s []alerting.Severity) []int16 {
	out := make([]int16, len(s))
	for i, v := range s {
		out[i] = int16(v)
	}
	return out
}

// NextPage implements notifiers.Outbox.
func (s *Store) NextPage(ctx context.Context, l notifiers.Lane, full []string) (time.Duration, bool, error) {
	return s.untilDue(ctx, `
		SELECT tocsin_now(), min(next_attempt_at) FROM unnest($2::smallint[]) AS worst(severity)
		CROSS JOIN LATERAL (
			SELECT next_attempt_at FROM pages
			WHERE channel = $1 AND severity = worst.severity AND next_attempt_at IS NOT NULL AND person <> ALL ($3)
			ORDER BY next_attempt_at LIMIT 1
		) AS earliest`, l.Channel, severityNumbers(l.Severities()), append([]string{}, full...))
}

// untilDue asks a query of (now, earliest due time or null) how long there is to wait.
func (s *Store) untilDue(ctx context.Context, sql string, args ...any) (time.Duration, bool, error) {
	var now time.Time
	var at *time.Time
	if err := s.pool.QueryRow(ctx, sql, args...).Scan(&now, &at); err != nil || at == nil {
		return 0, false, classify(err)
	}
	return at.Sub(now), true, nil
}

// Recheck implements notifiers.Outbox.
func (s *Store) Recheck(ctx context.Context, c notifiers.Claim) (notifiers.Brief, bool, error) {
	var brief notifiers.Brief
	held := false
	b := &pgx.Batch{}
	s.queueHeld(b, c, &held)
	if c.Page.IncidentID != 0 { // a message has none
		queueBrief(b, &brief, c.Page.IncidentID)
	}
	if c.Page.Kind == escalation.ClearStep {
		queueUntold(b, c.Page.ID, &brief.Untold)
	}
	if err := classify(s.pool.SendBatch(ctx, b).Close()); err != nil {
		return brief, false, err
	}
	if !held {
		s.claims.drop(c.Tokens()...)
	}
	return brief, held, nil
}

// queueHeld asks whether all pages of a claim are still ours.
func (s *Store) queueHeld(b *pgx.Batch, c notifiers.Claim, held *bool) {
	b.Queue(`SELECT count(*) = cardinality($1::bigint[]) FROM unnest($1::bigint[], $2::text[]::uuid[]) AS c(id, claim)
		JOIN pages p ON p.id = c.id AND p.claim = c.claim AND p.claimed_by = $3`, c.PageIDs(), c.Tokens(), s.replica).
		QueryRow(func(row pgx.Row) error { return row.Scan(held) })
}

// Gathered implements notifiers.Outbox. What cannot be read of an incident's plan is left out, so that it holds
// up none of the others.
func (s *Store) Gathered(ctx context.Context, c notifiers.Claim) ([]notifiers.Brief, bool, error) {
	held := false
	cases := map[int64]escalation.Case{}
	var untold []int64
	b := &pgx.Batch{}
	s.queueHeld(b, c, &held)
	b.Queue(`SELECT `+caseColumns+` FROM incidents i WHERE id = ANY ($1)`, c.Incidents()).Query(func(rows pgx.Rows) error {
		all, err := s.readable(rows)
		for _, each := range all {
			cases[each.Incident.ID] = each
		}
		return err
	})
	b.Queue(untoldOf, c.PageIDs()).Query(func(rows pgx.Rows) (err error) {
		untold, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	if err := classify(s.pool.SendBatch(ctx, b).Close()); err != nil {
		return nil, false, err
	}
	if !held {
		s.claims.drop(c.Tokens()...)
	}
	pages := c.Pages()
	briefs := make([]notifiers.Brief, len(pages))
	for i, p := range pages {
		one := cases[p.IncidentID]
		briefs[i] = notifiers.Brief{Incident: one.Incident, Plan: one.Plan, Untold: slices.Contains(untold, p.ID)}
	}
	return briefs, held, nil
}

// untoldOf are those of some pages that are all clears, and nothing of what they take back has left to their person
// over their channel.
const untoldOf = `SELECT c.id FROM pages c
	CROSS JOIN LATERAL (SELECT round, plan FROM incidents WHERE id = c.incident_id LIMIT 1) AS i
	WHERE c.id = ANY ($1) AND c.kind = 'clear' AND NOT EXISTS (
		SELECT FROM (
			SELECT c.incident_id AS id, coalesce((i.plan->>'since')::int, i.round) AS since
			UNION ALL
			SELECT x.id, x.since FROM jsonb_to_recordset(i.plan->'heard') AS x(id bigint, since int)
		) AS heard
		CROSS JOIN LATERAL (
			SELECT * FROM pages WHERE incident_id = heard.id AND round >= heard.since ORDER BY incident_id, round, step, person, channel LIMIT 10000
		) AS p
		WHERE p.person = c.person AND p.channel = c.channel AND p.kind <> 'clear' AND p.state IN ('sending', 'sent', 'delivered', 'unknown'))`

func queueUntold(b *pgx.Batch, page int64, untold *bool) {
	b.Queue(`SELECT EXISTS (`+untoldOf+`)`, []int64{page}).QueryRow(func(row pgx.Row) error { return row.Scan(untold) })
}

// queueBrief reads what there is to say of an incident.
func queueBrief(b *pgx.Batch, brief *notifiers.Brief, incident int64) {
	b.Queue(`SELECT `+caseColumns+` FROM incidents i WHERE id = $1`, incident).Query(func(rows pgx.Rows) error {
		c, err := pgx.CollectExactlyOneRow(rows, scanCase)
		brief.Incident, brief.Plan = c.Incident, c.Plan
		return err
	})
	b.Queue(`SELECT `+alertColumns+` FROM alerts a WHERE incident_id = $1 ORDER BY status = 'firing' DESC, severity, id DESC LIMIT $2`, incident, notifiers.BriefAlerts).
		Query(func(rows pgx.Rows) (err error) {
			brief.Alerts, err = pgx.CollectRows(rows, scanAlert)
			return err
		})
}

// Pages are an incident's pages with their attempts, oldest first.
func (s *Store) Pages(ctx context.Context, incident int64) ([]notifiers.Page, error) {
	rows, err := s.reads.Query(ctx, `SELECT `+pageColumns+` FROM pages p WHERE incident_id = $1 ORDER BY id`, incident)
	if err != nil {
		return nil, classify(err)
	}
	pages, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (notifiers.Page, error) {
		var p notifiers.Page
		return p, row.Scan(pageFields(&p)...)
	})
	if err != nil {
		return nil, classify(err)
	}
	at := make(map[int64]int, len(pages))
	ids := make([]int64, len(pages))
	for i, p := range pages {
		at[p.ID], ids[i] = i, p.ID
	}
	rows, err = s.reads.Query(ctx, `SELECT page_id, id::text, at, finished_at, outcome, provider_id, error, possible_repeat
		FROM attempts WHERE page_id = ANY ($1) ORDER BY at, id`, ids)
	if err != nil {
		return nil, classify(err)
	}
	var page int64
	var a notifiers.Attempt
	var finished *time.Time
	_, err = pgx.ForEachRow(rows, []any{&page, &a.ID, &a.At, &finished, &a.Outcome, &a.ProviderID, &a.Error, &a.PossibleRepeat}, func() error {
		a.FinishedAt = fromNull(finished)
		p := &pages[at[page]]
		p.Attempts = append(p.Attempts, a)
		return nil
	})
	return pages, classify(err)
}
