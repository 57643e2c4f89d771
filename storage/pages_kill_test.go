package storage_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"
	"tocsin/storage"

	"github.com/jackc/pgx/v5"
)

// mortal is a tracer that ends its replica at the n-th time that a batch which changes something begins or ends.
type mortal struct {
	left int
	dead bool // it does nothing any more
}

type changing struct{}

func (m *mortal) pass() {
	if m.left--; m.left == 0 {
		m.dead = true
	}
}

// alive is ctx, or for a dead replica one that has ended: pgx then closes the connection.
func (m *mortal) alive(ctx context.Context) context.Context {
	if m.dead {
		ended, cancel := context.WithCancel(ctx)
		cancel()
		return ended
	}
	return ctx
}

func (m *mortal) TraceBatchStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchStartData) context.Context {
	for _, q := range d.Batch.QueuedQueries {
		sql := strings.TrimSpace(q.SQL)
		if strings.HasPrefix(sql, "WITH") || strings.HasPrefix(sql, "UPDATE") || sql == "commit" {
			m.pass()
			return m.alive(context.WithValue(ctx, changing{}, true))
		}
	}
	return m.alive(ctx)
}

func (m *mortal) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (m *mortal) TraceBatchEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchEndData) {
	if ctx.Value(changing{}) != nil {
		m.pass()
	}
}

func (m *mortal) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return m.alive(ctx)
}

func (m *mortal) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// carry sends what may leave as the dispatcher does, as far as its store lets it.
func carry(s *storage.Store, r notifiers.Rate) {
	ctx := context.Background()
	claims, _ := s.ClaimPages(ctx, calmSMS, notifiers.Slots{Messages: 32}, r)
	for _, c := range claims {
		if _, held, err := s.Gathered(ctx, c); err != nil || !held {
			continue
		}
		_ = s.FinishPage(ctx, finished(c, notifiers.Sent, notifiers.OutcomeSent, 0))
	}
}

func TestAKillAtAnyInstructionLosesNoPageOfAMessageAndRepeatsItAtMostOnceAsOne(t *testing.T) {
	one := notifiers.Rate{N: 1, Per: time.Minute}
	for n := 1; ; n++ {
		w := newWorld(t)
		w.owed("ada", alerting.P1, 0, 5)
		m := &mortal{left: -1}
		victim, err := storage.Open(w.context(), w.db.URL, slog.New(slog.DiscardHandler), storage.Options{Tracer: m})
		w.must(err)
		w.must(victim.Heartbeat(w.context(), "manual"))
		m.left = n
		carry(victim, one)
		victim.Close()
		if !m.dead {
			if n < 5 {
				t.Errorf("it came by %d places only", n-1)
			}
			t.Logf("%d places", n-1)
			return
		}
		for range 3 {
			w.pass(61 * time.Second)
			_, err := w.Reclaim(w.context())
			w.must(err)
			carry(w.Store, one)
		}
		var messages, marked int
		w.must(w.db.Pool.QueryRow(w.context(), `SELECT count(*) FILTER (WHERE bundle IS NULL), count(DISTINCT at) FILTER (WHERE possible_repeat) FROM attempts`).
			Scan(&messages, &marked))
		if got := w.states(); got["sent"] != 5 || messages > 2 || messages-1 != marked {
			t.Errorf("killed at place %d: %v, %d messages, %d marked", n, got, messages, marked)
		}
	}
}
