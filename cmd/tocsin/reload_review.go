package main

import (
	"context"
	"errors"
	"time"

	"tocsin/alerting"
	"tocsin/cmd/tocsin/config"
	"tocsin/escalation"
	"tocsin/escalation/due"
)

// newReviewLoop makes the loop that goes over the unresolved incidents when another configuration is in force, and
// says on their timelines and in the log what they name and it no longer has.
func newReviewLoop(a *app) *due.Loop {
	var reviewed *config.Config
	var former *escalation.Policy
	return due.New("review", a.log, func(ctx context.Context) (time.Duration, error) {
		g := a.current()
		if g.cfg == reviewed {
			return due.Net, nil
		}
		if err := a.review(ctx, g.rules, former); err != nil {
			return 0, err
		}
		reviewed, former = g.cfg, g.rules
		return 0, nil // another may have come meanwhile
	})
}

// review is one look at all unresolved incidents.
func (a *app) review(ctx context.Context, rules, former *escalation.Policy) error {
	q := alerting.Query{States: []alerting.State{alerting.StateOpen, alerting.StateAcknowledged}, Limit: 500}
	for {
		cases, next, err := a.store.Incidents(ctx, q)
		if err != nil {
			return err
		}
		for _, c := range cases {
			if err := a.reviewOne(ctx, c, rules, former); err != nil {
				return err
			}
		}
		if q.Cursor = next; next == "" {
			return nil
		}
	}
}

func (a *app) reviewOne(ctx context.Context, c escalation.Case, rules, former *escalation.Policy) error {
	for _, text := range rules.Lacking(c, former) {
		a.log.Warn("an open incident names what the configuration no longer has", "incident", c.Incident.ID, "what", text)
	}
	if !rules.Review(c, former, time.Now()).Changed {
		return nil
	}
	_, err := a.store.Change(ctx, c.Incident.ID, func(c escalation.Case, now time.Time) (escalation.Decision, error) {
		return rules.Review(c, former, now), nil
	})
	if errors.Is(err, alerting.ErrNotFound) {
		return nil
	}
	return err
}
