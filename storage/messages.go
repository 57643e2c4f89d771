package storage

import (
	"context"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// messageSeverity puts messages behind the pages of P0 and P1.
const messageSeverity = alerting.P2

// queueMessages puts messages into the outbox: a page of incident 0 for each channel.
func queueMessages(b *pgx.Batch, ms []escalation.Message, now time.Time) {
	for _, m := range ms {
		m.Person, m.Subject, m.Text, m.URL = storable(m.Person), storable(m.Subject), storable(m.Text), storable(m.URL)
		b.Queue(`
			WITH number AS (SELECT nextval('message_numbers') AS step)
			INSERT INTO pages (incident_id, round, step, kind, role, person, channel, severity, until, reason, message, created_at, next_attempt_at)
			SELECT 0, 0, number.step, 'message', '', $1, c.channel, $3, 'resolved', $4::text::jsonb, $5::text::jsonb, $6, $6
			FROM number, unnest($2::text[]) AS c(channel)
			ON CONFLICT (incident_id, round, step, person, channel) DO NOTHING`,
			m.Person, channelNames(m.Channels), int16(messageSeverity), jsonText(alerting.Because(m.Subject)), jsonText(m), now)
	}
}

func channelNames(channels []escalation.Channel) []string {
	names := make([]string, len(channels))
	for i, c := range channels {
		names[i] = string(c)
	}
	return names
}

// lanesOf are the lanes that messages leave by.
func lanesOf(ms []escalation.Message) []notifiers.Lane {
	var lanes []notifiers.Lane
	for _, m := range ms {
		for _, c := range m.Channels {
			if l := notifiers.LaneOf(c, messageSeverity); !slices.Contains(lanes, l) {
				lanes = append(lanes, l)
			}
		}
	}
	return lanes
}

// TellHandoff implements escalation.HandoffStore. What was told more than a month ago is forgotten:
// nobody looks back so far.
func (s *Store) TellHandoff(ctx context.Context, rotation string, at time.Time, ms []escalation.Message) (told bool, err error) {
	tx, err := s.begin(ctx)
	if err != nil {
		return false, err
	}
	defer tx.end()
	var now time.Time
	mark := &pgx.Batch{}
	mark.Queue(`INSERT INTO handoffs (rotation, at) VALUES ($1, $2) ON CONFLICT (rotation, at) DO NOTHING`, rotation, at).
		Exec(func(tag pgconn.CommandTag) error { told = tag.RowsAffected() == 1; return nil })
	queueNow(mark, &now)
	if err := tx.run(ctx, mark); err != nil || !told {
		return false, err
	}
	write := &pgx.Batch{}
	write.Queue(`DELETE FROM handoffs WHERE rotation = $1 AND at < tocsin_now() - interval '1 month'`, rotation)
	queueMessages(write, ms, now)
	if err := tx.commit(ctx, write); err != nil {
		return false, err
	}
	if lanes := lanesOf(ms); len(lanes) > 0 {
		s.committed(Commit{Pages: lanes})
	}
	return true, nil
}
