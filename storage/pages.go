package storage

import (
	"context"
	"time"

	"tocsin/alerting"
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

// ClaimPages implements notifiers.Outbox. A replica that has not said yet that it lives claims nothing:
// others would take it for dead.
func (s *Store) ClaimPages(ctx context.Context, l notifiers.Lane, limit int) ([]notifiers.Claim, error) {
	tokens := s.claims.draw(limit)
	claims, err := s.claimPages(ctx, l, tokens)
	used := make(map[string]bool, len(claims))
	for _, c := range claims {
		used[c.AttemptID] = true
	}
	s.claims.drop(without(tokens, used)...)
	return claims, err
}

// A page is a possible repeat if one of its attempts may have arrived, however the later ones ended.
func (s *Store) claimPages(ctx context.Context, l notifiers.Lane, tokens []string) ([]notifiers.Claim, error) {
	rows, err := s.pool.Query(ctx, `
		WITH due AS (
			SELECT p.id, p.severity, p.next_attempt_at, row_number() OVER () AS n,
				EXISTS (SELECT FROM attempts t WHERE t.page_id = p.id AND t.outcome IN ('unknown', 'sent', 'delivered')) AS repeat
			FROM unnest($2::smallint[]) AS worst(severity)
			CROSS JOIN LATERAL (
				SELECT id, severity, next_attempt_at FROM pages
				WHERE channel = $1 AND severity = worst.severity AND next_attempt_at IS NOT NULL AND next_attempt_at <= tocsin_now()
				ORDER BY next_attempt_at LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
			) AS p
			WHERE EXISTS (SELECT FROM replicas WHERE id = $4)
			LIMIT $3
		), claimed AS (
			UPDATE pages p SET state = 'sending', next_attempt_at = NULL, claimed_by = $4, claim = ($5::text[])[due.n]::uuid, tries = tries + 1
			FROM due WHERE p.id = due.id AND p.id = ANY (ARRAY(SELECT id FROM due))
			RETURNING p.*, due.repeat, due.next_attempt_at AS due_at
		), tried AS (
			INSERT INTO attempts (id, page_id, at, possible_repeat) SELECT claim, id, tocsin_now(), repeat FROM claimed
		)
		SELECT `+pageColumns+`, p.claim::text, p.repeat FROM claimed p ORDER BY p.severity, p.due_at, p.id`,
		l.Channel, severityNumbers(l.Severities()), len(tokens), s.replica, tokens)
	if err != nil {
		return nil, classify(err)
	}
	claims, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (notifiers.Claim, error) {
		var c notifiers.Claim
		return c, row.Scan(append(pageFields(&c.Page), &c.AttemptID, &c.PossibleRepeat)...)
	})
	return claims, classify(err)
}

// NextPage implements notifiers.Outbox.
func (s *Store) NextPage(ctx context.Context, l notifiers.Lane) (time.Duration, bool, error) {
	return s.untilDue(ctx, `
		SELECT tocsin_now(), min(next_attempt_at) FROM unnest($2::smallint[]) AS worst(severity)
		CROSS JOIN LATERAL (
			SELECT next_attempt_at FROM pages
			WHERE channel = $1 AND severity = worst.severity AND next_attempt_at IS NOT NULL
			ORDER BY next_attempt_at LIMIT 1
		) AS earliest`, l.Channel, severityNumbers(l.Severities()))
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
	b.Queue(`SELECT count(*) = 1 FROM pages WHERE id = $1 AND claim = $2 AND claimed_by = $3`, c.Page.ID, c.AttemptID, s.replica).
		QueryRow(func(row pgx.Row) error { return row.Scan(&held) })
	if c.Page.IncidentID != 0 { // a message has none
		queueBrief(b, &brief, c.Page.IncidentID)
	}
	if err := classify(s.pool.SendBatch(ctx, b).Close()); err != nil {
		return brief, false, err
	}
	if !held {
		s.claims.drop(c.AttemptID)
	}
	return brief, held, nil
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
