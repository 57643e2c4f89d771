package storage

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Receipt notes what a provider reports of a message later: sent, delivered or failed, in this order,
// whatever the order in which the reports come. A page that waits because its attempt's fate was unknown
// is settled by it, and so is each page of the message. A page of P0 or P1 that did not arrive for a cause that may
// pass (a handset that is off) is queued again. It returns alerting.ErrNotFound if there is no such attempt.
func (s *Store) Receipt(ctx context.Context, attemptID string, r notifiers.Report) error {
	if _, err := uuid.Parse(attemptID); err != nil {
		return alerting.ErrNotFound
	}
	r.Error = notifiers.Cut(notifiers.Plain(r.Error), 500)
	return retry(ctx, func() error { return s.receipt(ctx, attemptID, r) })
}

func (s *Store) receipt(ctx context.Context, attemptID string, r notifiers.Report) error {
	again, err := s.afterReport(ctx, attemptID, r)
	if err != nil {
		return err
	}
	var done Commit
	b := &pgx.Batch{}
	b.Queue(lockPages, attemptID)
	queueWriter(b, byReport)
	queueReceipt(b, attemptID, r, again)
	b.Queue(`SELECT DISTINCT p.incident_id, p.channel, p.severity, p.state FROM attempts t JOIN pages p ON p.id = t.page_id WHERE `+ofMessage, attemptID).
		Query(func(rows pgx.Rows) error { return done.reported(rows) })
	queueFailed(b, attemptID, &done.Failover)
	if err := classify(s.pool.SendBatch(ctx, b).Close()); err != nil {
		return err
	}
	done.Failover = done.Failover || len(done.Pages) > 0
	s.committed(done)
	return nil
}

// afterReport is how long a page of P0 or P1 waits for its next attempt if a report says that it did not arrive, for
// a cause that may pass; nil: it is not sent again.
func (s *Store) afterReport(ctx context.Context, attemptID string, r notifiers.Report) (*time.Duration, error) {
	if r.Outcome != notifiers.OutcomeFailed || r.Class != notifiers.Temporary {
		return nil, nil
	}
	var severity int16
	var tries int
	err := s.pool.QueryRow(ctx, `SELECT p.severity, p.tries FROM attempts t JOIN pages p ON p.id = t.page_id WHERE t.id = $1`, attemptID).Scan(&severity, &tries)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, alerting.ErrNotFound
	}
	if err != nil {
		return nil, classify(err)
	}
	if alerting.Severity(severity) > alerting.P1 {
		return nil, nil
	}
	wait, _ := notifiers.Backoff(alerting.Severity(severity), tries, 0, rand.Float64())
	return &wait, nil
}

// reported adds what a report of a message leaves to do for others: to show its incidents anew, and to send those
// pages that are queued. It returns alerting.ErrNotFound if the message has none.
func (c *Commit) reported(rows pgx.Rows) error {
	var p calledPage
	found := false
	_, err := pgx.ForEachRow(rows, []any{&p.incident, &p.channel, &p.severity, &p.state}, func() error {
		found = true
		c.about(p, fate{state: p.state})
		return nil
	})
	if err == nil && !found {
		err = alerting.ErrNotFound
	}
	return err
}

// queueReceipt notes how far the provider's reports of an attempt have come, and moves it forward. One that failed
// without a provider's id is what its sender thought; a report of the provider knows better. A call is known by its
// events (NoteCall). While the page is being sent again, the end of that attempt settles it. What did not arrive is
// queued again where again says after how long, and its severity is P0 or P1.
func queueReceipt(b *pgx.Batch, attemptID string, r notifiers.Report, again *time.Duration) {
	var wait *float64
	if again != nil {
		secs := again.Seconds()
		wait = &secs
	}
	b.Queue(`
		WITH news AS (
			SELECT id, array_position($5::text[], outcome) < array_position($5::text[], $3) OR outcome = 'failed' AND provider_id = '' AS moves
			FROM attempts t
			WHERE `+ofMessage+` AND events IS NULL AND outcome <> 'skipped'
				AND (reported IS NULL OR array_position($5::text[], reported) < array_position($5::text[], $3))
		), noted AS (
			UPDATE attempts t SET reported = $3, outcome = CASE WHEN moves THEN $3 ELSE outcome END, error = CASE WHEN moves THEN $4 ELSE error END,
				provider_id = CASE WHEN $2 = '' OR NOT moves THEN provider_id ELSE $2 END
			FROM news WHERE t.id = news.id AND t.id = ANY (ARRAY(SELECT id FROM news))
			RETURNING t.id, t.page_id, t.at, news.moves
		), attempt AS (
			SELECT id, page_id, at FROM noted WHERE moves
		), others AS (
			SELECT o.page_id, o.outcome, o.at > a.at AS later FROM attempt a JOIN attempts o ON o.page_id = a.page_id AND o.id <> a.id
		), settled AS (
			SELECT p.id, CASE
				WHEN $3 = 'delivered' OR EXISTS (SELECT FROM others o WHERE o.page_id = p.id AND o.outcome = 'delivered') THEN 'delivered'
				WHEN $3 = 'sent' OR EXISTS (SELECT FROM others o WHERE o.page_id = p.id AND o.outcome = 'sent') THEN 'sent'
				WHEN p.state IN ('sent', 'delivered') OR NOT EXISTS (SELECT FROM others o WHERE o.page_id = p.id AND o.later)
					THEN CASE WHEN $6::float8 IS NOT NULL AND p.severity <= 1 AND p.kind <> 'clear' THEN 'queued' ELSE 'failed' END
				ELSE p.state END AS state
			FROM attempt a JOIN pages p ON p.id = a.page_id WHERE p.state <> 'sending'
		), page AS (
			UPDATE pages p SET state = settled.state, next_attempt_at = CASE settled.state WHEN 'queued' THEN tocsin_now() + make_interval(secs => $6) END
			FROM settled WHERE p.id = settled.id AND p.state <> settled.state
			RETURNING p.incident_id, p.person, p.channel, p.state
		)
		INSERT INTO timeline (incident_id, at, kind, actor, via, text, reason)
		SELECT incident_id, tocsin_now(), CASE state WHEN 'queued' THEN 'page_failed' ELSE 'page_' || state END, channel, 'receipt',
			CASE state WHEN 'failed' THEN format('Page to %s over %s did not arrive: %s', person, channel, $4)
				WHEN 'queued' THEN format('Page to %s over %s did not arrive: %s; again in %s s', person, channel, $4, round($6::numeric, 1))
				ELSE format('Page to %s over %s: %s', person, channel, state) END,
			jsonb_build_object('text', 'the provider''s receipt')
		FROM page WHERE incident_id <> 0`, attemptID, r.ProviderID, string(r.Outcome), r.Error, receiptOrder, wait)
}

// receiptOrder is how far an attempt has come.
var receiptOrder = []string{"sending", "unknown", "sent", "delivered", "failed"}
