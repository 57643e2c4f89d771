package escalation

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"tocsin/escalation/due"
	"tocsin/escalation/oncall"
)

// handoffsBack is how long after a hand-off it is still told, as after an outage.
const handoffsBack = time.Hour

// handoffs tells of hand-offs. Only its loop may use it.
type handoffs struct {
	store  HandoffStore
	policy func() *Policy
	url    func(path string) string
	told   map[handoffKey]bool // of the last hour
}

type handoffKey struct {
	rotation string
	at       int64 // Unix seconds
}

// NewHandoffs makes the loop that tells, at each hand-off of a rotation, who takes over and who hands off;
// after an outage those of the last hour. Every replica runs one, and each hand-off is told once.
func NewHandoffs(store HandoffStore, policy func() *Policy, url func(path string) string, log *slog.Logger) *due.Loop {
	h := &handoffs{store: store, policy: policy, url: url, told: map[handoffKey]bool{}}
	return due.New("handoffs", log, func(ctx context.Context) (time.Duration, error) {
		now := time.Now()
		if err := h.tell(ctx, now); err != nil {
			return 0, err
		}
		return h.policy().nextHandoff(now).Sub(now), nil
	})
}

func (h *handoffs) tell(ctx context.Context, now time.Time) error {
	maps.DeleteFunc(h.told, func(k handoffKey, _ bool) bool { return k.at < now.Add(-handoffsBack).Unix() })
	p := h.policy()
	for _, name := range slices.Sorted(maps.Keys(p.Directory.Rotations)) {
		for _, off := range p.Directory.Rotations[name].Handoffs(now.Add(-handoffsBack), now.Add(time.Nanosecond)) {
			key := handoffKey{name, off.At.Unix()}
			if h.told[key] {
				continue
			}
			if _, err := h.store.TellHandoff(ctx, name, off.At, p.handoffMessages(name, off, h.url("/oncall"))); err != nil {
				return err
			}
			h.told[key] = true
		}
	}
	return nil
}

// nextHandoff is when the next one may come, within due.Net.
func (p *Policy) nextHandoff(now time.Time) time.Time {
	next := now.Add(due.Net)
	for _, r := range p.Directory.Rotations {
		if _, _, until := r.Holder(now); until.After(now) && until.Before(next) {
			next = until
		}
	}
	return next
}

// handoffMessages are the words to whoever takes a rotation over and to whoever hands it off.
func (p *Policy) handoffMessages(rotation string, off oncall.Handoff, url string) []Message {
	var out []Message
	if off.To != "" {
		text := fmt.Sprintf("You are on call for %s from %s.\n", rotation, p.stretch(rotation, off.At, p.holdsUntil(rotation, off)))
		if off.From != "" {
			text += fmt.Sprintf("Before you: %s.\n", p.nameOf(off.From))
		}
		out = append(out, p.messages(off.To, "You are on call: "+rotation, text, url)...)
	}
	if off.From != "" {
		text := fmt.Sprintf("You are no longer on call for %s. %s is, from %s.\n", rotation, p.nameOf(off.To), p.stretch(rotation, off.At, time.Time{}))
		if off.To == "" {
			text = fmt.Sprintf("You are no longer on call for %s. Nobody is, from %s.\n", rotation, p.stretch(rotation, off.At, time.Time{}))
		}
		out = append(out, p.messages(off.From, "You are off call: "+rotation, text, url)...)
	}
	return out
}

// holdsUntil is when whoever takes over hands off again; zero if that is far.
func (p *Policy) holdsUntil(rotation string, off oncall.Handoff) time.Time {
	_, until := p.Directory.Rotations[rotation].Next(off.At)
	return until
}
