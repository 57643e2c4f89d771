package storage

import (
	"context"
	"time"
)

// TakeSlackTurn implements slack.Turns.
func (s *Store) TakeSlackTurn(ctx context.Context, channel string, pace time.Duration) (time.Duration, error) {
	return s.slackWait(ctx, `
		INSERT INTO slack_turns AS t (channel, free_at) VALUES ($1, tocsin_now() + make_interval(secs => $2))
		ON CONFLICT (channel) DO UPDATE SET free_at = greatest(t.free_at, tocsin_now()) + make_interval(secs => $2)
		RETURNING extract(epoch FROM free_at - tocsin_now())::float8 - $2::float8`, channel, pace.Seconds())
}

// HoldSlackTurns implements slack.Turns.
func (s *Store) HoldSlackTurns(ctx context.Context, channel string, wait time.Duration) error {
	_, err := s.pool.Exec(ctx, `
		INSERT INTO slack_turns AS t (channel, free_at, held_until)
		SELECT $1, until, until FROM (SELECT tocsin_now() + make_interval(secs => $2) AS until) AS held
		ON CONFLICT (channel) DO UPDATE SET
			free_at = greatest(t.free_at, excluded.free_at), held_until = greatest(t.held_until, excluded.held_until)`,
		storable(channel), wait.Seconds())
	return classify(err)
}

// SlackTurnsHeld implements slack.Turns.
func (s *Store) SlackTurnsHeld(ctx context.Context, channel string) (time.Duration, error) {
	return s.slackWait(ctx, `
		SELECT coalesce(max(extract(epoch FROM held_until - tocsin_now())::float8) FILTER (WHERE held_until > tocsin_now()), 0)
		FROM slack_turns WHERE channel = $1`, channel)
}

// slackWait is the wait, in seconds, that a query about a channel answers with; a wait that is over is 0.
func (s *Store) slackWait(ctx context.Context, sql, channel string, args ...any) (time.Duration, error) {
	var secs float64
	err := s.pool.QueryRow(ctx, sql, append([]any{storable(channel)}, args...)...).Scan(&secs)
	return max(0, time.Duration(secs*float64(time.Second)).Round(time.Microsecond)), classify(err)
}
