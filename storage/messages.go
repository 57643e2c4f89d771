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
	queueWriter(b, byMachine)
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

// TellHandoff implements escalation.HandoffStore.
func (s *Store) TellHandoff(ctx context.Context, rotation string, to escalation.Holding, words func(was escalation.Holding, known bool) []escalation.Message) error {
	tx, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer tx.end()
	var now time.Time
	var was escalation.Holding
	known := true
	lock := &pgx.Batch{}
	lock.Queue(`INSERT INTO handoffs (rotation, person, holder, at) VALUES ($1, $2, $3, tocsin_now()) ON CONFLICT (rotation) DO NOTHING`,
		rotation, storable(to.Person), storable(to.Holder)).
		Exec(func(tag pgconn.CommandTag) error { known = tag.RowsAffected() == 0; return nil })
	lock.Queue(`SELECT person, holder FROM handoffs WHERE rotation = $1 FOR UPDATE`, rotation).
		QueryRow(func(row pgx.Row) error { return row.Scan(&was.Person, &was.Holder) })
	queueNow(lock, &now)
	if err := tx.run(ctx, lock); err != nil {
		return err
	}
	if known && was == to {
		return nil
	}
	if !known {
		was = escalation.Holding{}
	}
	ms := words(was, known)
	write := &pgx.Batch{}
	write.Queue(`UPDATE handoffs SET person = $2, holder = $3, at = $4 WHERE rotation = $1`, rotation, storable(to.Person), storable(to.Holder), now)
	queueMessages(write, ms, now)
	if err := tx.commit(ctx, write); err != nil {
		return err
	}
	if lanes := lanesOf(ms); len(lanes) > 0 {
		s.committed(Commit{Pages: lanes})
	}
	return nil
}
