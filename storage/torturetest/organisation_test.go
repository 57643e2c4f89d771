package torturetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
)

// room is the one whose channel is well.
const room = "operations-room"

// pagesEach is how many pages an incident has before any goes another way: to the one on call over SMS, email and
// Slack, and to the room.
const pagesEach = 4

// organisation is the manual's, and a room that is told of each P0 besides, over its webhook.
func organisation(t *testing.T, address string) *escalation.Policy {
	p := policytest.Manual(t)
	p.Directory.People[room] = escalation.Person{
		ID: room, Name: "Operations Room", Webhook: address, Reach: escalation.ReachAlways,
		Rules: map[alerting.Severity][]escalation.Rule{alerting.P0: {{Over: []escalation.Channel{escalation.Webhook}}}},
	}
	p.Directory.Roles["room"] = escalation.Role{People: []string{room}}
	row := p.Matrix[alerting.P0]
	row.Steps = slices.Insert(row.Steps, 1, escalation.Step{Kind: escalation.PageStep, Role: "room", Until: escalation.UntilResolved})
	p.Matrix[alerting.P0] = row
	return p
}

// fire opens n P0 incidents, one each pause.
func (w *world) fire(ctx context.Context, n int, pause time.Duration) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for i := range n {
		e := policytest.Event(time.Now(), "alertname", "SystemDown", "service", fmt.Sprintf("service-%04d", i))
		arrivals := []alerting.Arrival{e.Arrive(&w.policy.Classifier, w.policy.GroupBy)}
		if err := w.Admit(ctx, arrivals, w.policy.Admit); err != nil {
			return fmt.Errorf("alert %d is not taken: %w", i, err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
