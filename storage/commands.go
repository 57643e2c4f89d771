package storage

import (
	"context"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// TakeCommand notes that something which came over a channel is acted on, and queues the messages that it asks
// for, in one transaction. With an action it goes on the audit log. fresh is false if one with this key was taken
// within a day: then nothing is done. What the command changes besides is its caller's.
func (s *Store) TakeCommand(ctx context.Context, key string, by alerting.Actor, action string, ms []escalation.Message) (fresh bool, err error) {
	err = retry(ctx, func() error {
		fresh, err = s.takeCommand(ctx, key, by, action, ms)
		return err
	})
	return fresh, err
}

func (s *Store) takeCommand(ctx context.Context, key string, by alerting.Actor, action string, ms []escalation.Message) (fresh bool, err error) {
	tx, err := s.begin(ctx)
	if err != nil {
		return false, err
	}
	defer tx.end()
	var now time.Time
	take := &pgx.Batch{}
	take.Queue(`INSERT INTO replies (id, at, reply, done_at, person) VALUES ($1, tocsin_now(), '{}', tocsin_now(), $2) ON CONFLICT (id) DO NOTHING`, storable(key), storable(by.Name)).
		Exec(func(tag pgconn.CommandTag) error { fresh = tag.RowsAffected() == 1; return nil })
	queueNow(take, &now)
	if err := tx.run(ctx, take); err != nil || !fresh {
		return false, err
	}
	write := &pgx.Batch{}
	queueMessages(write, ms, now)
	if action != "" {
		queueCommandAudit(write, by, action, ms, now)
	}
	if err := tx.commit(ctx, write); err != nil {
		return false, err
	}
	if lanes := lanesOf(ms); len(lanes) > 0 {
		s.committed(Commit{Pages: lanes})
	}
	return true, nil
}

// toldBy is what the audit log keeps of messages that somebody asked for.
type toldBy struct {
	Person   string               `json:"person"`
	Channels []escalation.Channel `json:"channels"`
	Text     string               `json:"text"`
}

func queueCommandAudit(b *pgx.Batch, by alerting.Actor, action string, ms []escalation.Message, now time.Time) {
	for _, m := range ms {
		after := toldBy{storable(m.Person), m.Channels, alerting.OneLine(storable(m.Text), auditedText)}
		b.Queue(`INSERT INTO audit (at, actor, via, origin, action, after) VALUES ($1, $2, $3, $4, $5, $6::text::jsonb)`,
			now, storable(by.Name), by.Via, storable(by.From), action, jsonText(after))
	}
}
