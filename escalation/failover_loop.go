package escalation

import (
	"context"
	"log/slog"
	"time"

	"tocsin/escalation/due"
)

// FailoverStore holds the pages that their channels should have accepted.
type FailoverStore interface {
	// ApplyFailover locks the incident of the page that has been late for longest, lets decide say which other
	// way it and the incident's other late pages go, takes their AcceptBy from them, and stores all of it in one
	// transaction. done is false if no page is late.
	ApplyFailover(ctx context.Context, decide func(Case, []Fate, time.Time) Decision) (done bool, err error)
	// NextFailover is how long until the next page is late; ok is false if none can be.
	NextFailover(ctx context.Context) (wait time.Duration, ok bool, err error)
}

// NewFailover makes the loop that sends pages another way whose channels do not accept them. policy gives the
// configuration in force.
func NewFailover(store FailoverStore, policy func() *Policy, log *slog.Logger) *due.Loop {
	decide := func(c Case, pages []Fate, now time.Time) Decision { return policy().Failover(c, pages, now) }
	return due.New("failover", log, func(ctx context.Context) (time.Duration, error) {
		for {
			done, err := store.ApplyFailover(ctx, decide)
			if err != nil {
				return 0, err
			}
			if !done {
				break
			}
		}
		wait, ok, err := store.NextFailover(ctx)
		if err != nil || !ok {
			return due.Net, err
		}
		return wait, nil
	})
}
