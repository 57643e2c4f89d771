package escalation

import (
	"context"
	"log/slog"
	"time"

	"tocsin/escalation/due"
)

// DueStore holds the incidents to which something is owed.
type DueStore interface {
	// AdvanceDue locks at most limit incidents of each severity whose next step is due, worst severity
	// first, lets decide change them, and stores all of it in one transaction. It returns how many.
	AdvanceDue(ctx context.Context, limit int, decide func(Case, time.Time) Decision) (int, error)
	// NextDue is how long until the earliest thing is owed; ok is false if nothing is.
	NextDue(ctx context.Context) (wait time.Duration, ok bool, err error)
}

// advanceLimit is how many incidents of a severity one transaction advances.
const advanceLimit = 100

// NewEngine makes the loop that fires what is due. policy gives the configuration in force; late is told
// of each step that fired, how long after its time.
func NewEngine(store DueStore, policy func() *Policy, late func(time.Duration), log *slog.Logger) *due.Loop {
	decide := func(c Case, now time.Time) Decision {
		d := policy().Next(c, now)
		for i, s := range d.Case.Plan.Steps {
			if s.State == StepFired && c.Plan.Steps[i].State == StepPending {
				late(now.Sub(s.DueAt))
			}
		}
		return d
	}
	return due.New("engine", log, func(ctx context.Context) (time.Duration, error) {
		for {
			n, err := store.AdvanceDue(ctx, advanceLimit, decide)
			if err != nil {
				return 0, err
			}
			if n < advanceLimit {
				break
			}
		}
		wait, ok, err := store.NextDue(ctx)
		if err != nil || !ok {
			return due.Net, err
		}
		return wait, nil
	})
}
