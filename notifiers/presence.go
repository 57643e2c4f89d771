package notifiers

import (
	"context"
	"log/slog"
	"time"

	"tocsin/escalation/due"
)

// Replicas knows which processes are alive and who holds what.
type Replicas interface {
	// Heartbeat says that this replica is alive and which configuration it runs.
	Heartbeat(ctx context.Context, config string) error
	// Reclaim frees what replicas held that have been silent for two seconds, and what this one was given
	// without hearing of it: the fate of their attempts is unknown. P0 and P1 are due again at once.
	Reclaim(ctx context.Context) (int, error)
}

const (
	beatEvery = 500 * time.Millisecond
	// settle is how long nothing is taken over after the store was away: nobody could say that they lived.
	settle = 4 * time.Second
)

// NewPresence makes the loop that renews this replica's heartbeat and frees what dead ones held.
func NewPresence(store Replicas, config func() string, log *slog.Logger) *due.Loop {
	var away bool
	var settled time.Time
	return due.New("presence", log, func(ctx context.Context) (time.Duration, error) {
		if err := store.Heartbeat(ctx, config()); err != nil {
			away = true
			return 0, err
		}
		if away {
			away, settled = false, time.Now().Add(settle)
		}
		if time.Now().Before(settled) {
			return beatEvery, nil
		}
		n, err := store.Reclaim(ctx)
		if err != nil {
			log.Error("what dead replicas held is not taken over, trying again", "error", err)
		}
		if n > 0 {
			log.Warn("took over what a dead replica held", "messages", n)
		}
		return beatEvery, nil // whatever came of it: the next heartbeat must not be late
	})
}
