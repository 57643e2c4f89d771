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
	// Reclaim frees what replicas held that have been silent for two seconds: the fate of their
	// attempts is unknown. P0 and P1 are due again at once.
	Reclaim(ctx context.Context) (int, error)
}

// NewPresence makes the loop that renews this replica's heartbeat and frees what dead ones held.
func NewPresence(store Replicas, config func() string, log *slog.Logger) *due.Loop {
	return due.New("presence", log, func(ctx context.Context) (time.Duration, error) {
		if err := store.Heartbeat(ctx, config()); err != nil {
			return 0, err
		}
		n, err := store.Reclaim(ctx)
		if n > 0 {
			log.Warn("took over what a dead replica held", "messages", n)
		}
		return 500 * time.Millisecond, err
	})
}
