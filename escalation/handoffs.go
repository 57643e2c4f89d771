package escalation

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation/due"
)

// Holding is who answers for a rotation: its holder, or Person in the place of a holder who is away.
type Holding struct {
	Person string // "" if nobody does
	Holder string // who is away; "" if the holder answers
}

// handoffs tells of hand-offs. Only its loop may use it.
type handoffs struct {
	store  HandoffStore
	policy func() *Policy
	url    func(path string) string
	seen   map[string]Holding // by rotation, at the last look; nil before the first
}

// NewHandoffs makes the loop that tells who takes a rotation over and who hands it off: by turns, by an
// override, a swap or an absence that begins or ends, or because the configuration has changed. After an
// outage it tells who answers by then. Every replica runs one, and each hand-off is told once.
func NewHandoffs(store HandoffStore, policy func() *Policy, url func(path string) string, log *slog.Logger) *due.Loop {
	h := &handoffs{store: store, policy: policy, url: url}
	return due.New("handoffs", log, func(ctx context.Context) (time.Duration, error) {
		now := time.Now()
		if err := h.tell(ctx, now); err != nil {
			return 0, err
		}
		return h.policy().nextHandoff(now).Sub(now), nil
	})
}

// tell compares with the last look of this replica, not only with what is stored: while replicas run different
// configurations, each tells of its own changes once.
func (h *handoffs) tell(ctx context.Context, now time.Time) error {
	p, first := h.policy(), h.seen == nil
	seen := map[string]Holding{}
	for _, name := range slices.Sorted(maps.Keys(p.Directory.Rotations)) {
		at := p.answers(name, now)
		if was, known := h.seen[name]; !known || was != at {
			open, err := h.open(ctx)
			if err != nil {
				return err
			}
			err = h.store.TellHandoff(ctx, name, at, func(was Holding, known bool) []Message {
				if !known && first {
					return nil // it has just been set up
				}
				return p.handoffMessages(name, was, at, p.openOf(name, open), h.url("/oncall"), now)
			})
			if err != nil {
				return err
			}
		}
		seen[name] = at
	}
	h.seen = seen
	return nil
}

// open are the newest incidents that are not resolved, at most 500.
func (h *handoffs) open(ctx context.Context) ([]Case, error) {
	unresolved := []alerting.State{alerting.StateOpen, alerting.StateAcknowledged}
	open, _, err := h.store.Incidents(ctx, alerting.Query{States: unresolved, Limit: 500})
	return open, err
}

// answers is who answers for a rotation at an instant.
func (p *Policy) answers(rotation string, at time.Time) Holding {
	d := p.Directory.duty(rotation, p.Directory.Rotations[rotation].At(at), at)
	return Holding{d.Person, d.Holder}
}

// nextHandoff is when the next one may come, within due.Net.
func (p *Policy) nextHandoff(now time.Time) time.Time {
	next := now.Add(due.Net)
	for name := range p.Directory.Rotations {
		if ds := p.Duties(name, now, next); len(ds) > 1 {
			next = ds[0].Until
		}
	}
	return next
}
