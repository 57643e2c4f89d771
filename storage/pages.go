package storage

import (
	"context"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"

	"github.com/jackc/pgx/v5"
)

const pageColumns = `p.id, p.incident_id, p.round, p.step, p.kind, p.role, p.person, p.channel, p.severity, p.state, p.until, p.says,
	p.reason, p.created_at, p.tries`

func pageFields(p *notifiers.Page) []any {
	return []any{
		&p.ID, &p.IncidentID, &p.Round, &p.Step, &p.Kind, &p.Role, &p.Person, &p.Channel, &p.Severity, &p.State, &p.Until, &p.Says,
		&p.Reason, &p.CreatedAt, &p.Tries,
	}
}

func severityNumbers(s []alerting.Severity) []int16 {
	out := make([]int16, len(s))
	for i, v := range s {
		out[i] = int16(v)
	}
	return out
}

// ClaimPages implements notifiers.Outbox.
func (s *Store) ClaimPages(ctx context.Context, l notifiers.Lane, limit int) ([]notifiers.Claim, error) {
	rows, err := s.pool.Query(ctx, `
		WITH due AS (
			SELECT p.id, p.state = 'unknown' AS repeat
			FROM unnest($2::smallint[]) AS worst(severity)
			CROSS JOIN LATERAL (
				SELECT id, state FROM pages
				WHERE channel = $1 AND severity = worst.severity AND next_attempt_at IS NOT NULL AND next_attempt_at <= tocsin_now()
				ORDER BY next_attempt_at LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
			) AS p
			LIMIT $3
		), claimed AS (
			UPDATE pages p SET state = 'sending', next_attempt_at = NULL, claimed_by = $4, claim = gen_random_uuid(), tries = tries + 1
			FROM due WHERE p.id = due.id
			RETURNING p.*, due.repeat
		), tried AS (
			INSERT INTO attempts (id, page_id, at, possible_repeat) SELECT claim, id, tocsin_now(), repeat FROM claimed
		)
		SELECT `+pageColumns+`, p.claim::text, p.repeat FROM claimed p`, l.Channel, severityNumbers(l.Severities()), limit, s.replica)
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
	queueBrief(b, &brief, c.Page.IncidentID)
	err := classify(s.pool.SendBatch(ctx, b).Close())
	return brief, held, err
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

// FinishPage implements notifiers.Outbox. A receipt may have come before: the attempt then keeps what
// the receipt said, if that is more.
func (s *Store) FinishPage(ctx context.Context, f notifiers.Finish) error {
	var retry *float64
	if f.State == notifiers.Queued || f.State == notifiers.Unknown {
		seconds := f.Retry.Seconds()
		retry = &seconds
	}
	e := f.Entry
	_, err := s.pool.Exec(ctx, `
		WITH attempt AS (
			UPDATE attempts SET finished_at = tocsin_now(), provider_id = CASE WHEN $4 = '' THEN provider_id ELSE $4 END,
				outcome = CASE WHEN outcome IN ('sending', 'unknown') THEN $3 ELSE outcome END,
				error = CASE WHEN outcome IN ('sending', 'unknown') THEN $5 ELSE error END
			WHERE id = $2
			RETURNING outcome
		), page AS (
			UPDATE pages p SET claimed_by = NULL, claim = NULL,
				state = CASE WHEN a.outcome = $3 THEN $6 ELSE a.outcome END,
				next_attempt_at = CASE WHEN a.outcome = $3 THEN tocsin_now() + make_interval(secs => $7) END
			FROM attempt a WHERE p.id = $1 AND p.claim = $2
			RETURNING p.id, p.incident_id, p.channel
		), told AS (
			INSERT INTO timeline (incident_id, at, kind, actor, via, text, reason)
			SELECT incident_id, tocsin_now(), $8, $9, $10, $11, $12 FROM page
		)
		INSERT INTO announcements (incident_id, channel, page_id, ref, wanted_rev, sent_rev, next_attempt_at)
		SELECT page.incident_id, page.channel, page.id, $13, i.rev, $14, CASE WHEN i.rev > $14 THEN tocsin_now() END
		FROM page JOIN incidents i ON i.id = page.incident_id
		WHERE $13::jsonb IS NOT NULL
		ON CONFLICT (incident_id, channel, page_id) DO UPDATE SET ref = excluded.ref`,
		f.Claim.Page.ID, f.Claim.AttemptID, string(f.Outcome), f.ProviderID, f.Error, string(f.State), retry,
		string(e.Kind), e.Actor.Name, e.Actor.Via, e.Text, jsonText(e.Reason), []byte(f.Ref), f.Rev)
	if err != nil {
		return classify(err)
	}
	s.committed(Commit{Incidents: []int64{f.Claim.Page.IncidentID}, Announcements: f.Ref != nil})
	return nil
}

// Receipt notes what a provider reports of an attempt later. It moves an attempt forward only, in
// whatever order reports come: sending, unknown, sent, then delivered or failed. A page that waits
// because its attempt's fate was unknown is settled by it.
func (s *Store) Receipt(ctx context.Context, attemptID, providerID string, outcome notifiers.Outcome, errText string) error {
	var incident int64
	err := s.pool.QueryRow(ctx, `
		WITH attempt AS (
			UPDATE attempts SET outcome = $3, error = $4, provider_id = CASE WHEN $2 = '' THEN provider_id ELSE $2 END
			WHERE id = $1 AND array_position($5::text[], outcome) < array_position($5::text[], $3)
				AND outcome NOT IN ('delivered', 'failed')
			RETURNING page_id
		), page AS (
			UPDATE pages p SET state = $3, next_attempt_at = NULL FROM attempt a
			WHERE p.id = a.page_id AND p.state IN ('sent', 'unknown')
			RETURNING p.incident_id, p.person, p.channel
		), told AS (
			INSERT INTO timeline (incident_id, at, kind, actor, via, text, reason)
			SELECT incident_id, tocsin_now(), 'page_' || $3, channel, 'receipt',
				CASE $3 WHEN 'failed' THEN format('Page to %s over %s did not arrive: %s', person, channel, $4)
					ELSE format('Page to %s over %s: %s', person, channel, $3) END,
				jsonb_build_object('text', 'the provider''s receipt')
			FROM page
		)
		SELECT coalesce((SELECT p.incident_id FROM pages p JOIN attempts t ON t.page_id = p.id WHERE t.id = $1), 0)`,
		attemptID, providerID, string(outcome), errText, receiptOrder).Scan(&incident)
	if err != nil {
		return classify(err)
	}
	if incident == 0 {
		return alerting.ErrNotFound
	}
	s.committed(Commit{Incidents: []int64{incident}})
	return nil
}

// receiptOrder is how far an attempt has come.
var receiptOrder = []string{"sending", "unknown", "sent", "delivered", "failed"}

// Pages are an incident's pages with their attempts, oldest first.
func (s *Store) Pages(ctx context.Context, incident int64) ([]notifiers.Page, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+pageColumns+` FROM pages p WHERE incident_id = $1 ORDER BY id`, incident)
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
	rows, err = s.pool.Query(ctx, `SELECT page_id, id::text, at, finished_at, outcome, provider_id, error, possible_repeat
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
