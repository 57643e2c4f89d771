package storage

import (
	"context"
	"errors"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// TakeCommand queues the messages that a command asks for which came over a channel, with the action on the
// audit log, and notes that the command with this key is done, all in one transaction: after an error nothing
// is, and the same command may come again. fresh is false if it was done within a day: then nothing more is.
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
	queueTaken(take, key, by, &fresh)
	queueNow(take, &now)
	if err := tx.run(ctx, take); err != nil || !fresh {
		return false, err
	}
	write := &pgx.Batch{}
	queueMessages(write, ms, now)
	queueCommandAudit(write, by, action, ms, now)
	if err := tx.commit(ctx, write); err != nil {
		return false, err
	}
	if lanes := lanesOf(ms); len(lanes) > 0 {
		s.committed(Commit{Pages: lanes})
	}
	return true, nil
}

// queueTaken notes that a command is done; fresh is false if it was before. It waits for a transaction that
// is doing the same command.
func queueTaken(b *pgx.Batch, key string, by alerting.Actor, fresh *bool) {
	b.Queue(`INSERT INTO replies (id, at, reply, done_at, person) VALUES ($1, tocsin_now(), '{}', tocsin_now(), $2) ON CONFLICT (id) DO NOTHING`,
		storable(key), storable(by.Name)).
		Exec(func(tag pgconn.CommandTag) error { *fresh = tag.RowsAffected() == 1; return nil })
}

// CommandRoster is the roster as one command changes it that came over a channel. See Store.CommandRoster.
type CommandRoster struct {
	*Store
	key string
}

// CommandRoster is the roster for the command with this key: the override that it adds is stored together
// with the note that the command is done, so that it is made once however often the command comes.
func (s *Store) CommandRoster(key string) CommandRoster { return CommandRoster{s, key} }

// errTaken is of a command that was done before.
var errTaken = errors.New("the command was done before")

// AddOverride implements escalation.RosterStore. The id is 0 if the command was done before: then nothing
// changes.
func (c CommandRoster) AddOverride(ctx context.Context, o oncall.Override, ms []escalation.Message, by alerting.Actor) (id int64, err error) {
	id, err = c.addOverride(ctx, o, ms, by, func(tx *transaction) error {
		var fresh bool
		take := &pgx.Batch{}
		queueTaken(take, c.key, by, &fresh)
		if err := tx.run(ctx, take); err != nil {
			return err
		}
		if !fresh {
			return errTaken
		}
		return nil
	})
	switch {
	case errors.Is(err, errTaken):
		return 0, nil
	case err != nil:
		return 0, err
	}
	return id, nil
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
