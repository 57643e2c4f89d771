package escalation

import (
	"context"
	"time"

	"tocsin/alerting"

	"github.com/google/uuid"
)

// CaseStore changes incidents.
type CaseStore interface {
	// Change locks an incident, lets decide change it, and stores the decision. It returns
	// alerting.ErrNotFound if there is no such incident, and decide's error as it is.
	Change(ctx context.Context, id int64, decide func(Case, time.Time) (Decision, error)) (Decision, error)
	// Open stores a new incident, for which it reserves a number.
	Open(ctx context.Context, decide func(id int64, now time.Time) Decision) (Case, error)
	// Merge locks two incidents in the order of their numbers, lets decide change both, and stores both
	// decisions. It returns what became of into. alerting.ErrNotFound if either is not there; decide's error.
	Merge(ctx context.Context, into, from int64, decide func(into, from Case, now time.Time) (kept, gone Decision, err error)) (Decision, error)
	// Split locks an incident, reads its alerts (the newest episode of each fingerprint), reserves a number,
	// lets decide, and stores both decisions. alerting.ErrNotFound; decide's error.
	Split(ctx context.Context, id int64, decide func(c Case, alerts []alerting.Alert, newID int64, now time.Time) (rest, split Decision, err error)) (rest, split Decision, err error)
}

// Desk takes the answers of people and programs, wherever they come from.
type Desk struct {
	store  CaseStore
	policy func() *Policy
}

// NewDesk makes a desk. policy gives the configuration in force.
func NewDesk(store CaseStore, policy func() *Policy) *Desk { return &Desk{store, policy} }

// Answer applies an answer to an incident and returns it as it is afterwards; of a merge the incident that
// goes on, of a split the one that was split. note says why nothing changed, where nothing did. Errors:
// alerting.ErrNotFound, *alerting.Refused.
func (d *Desk) Answer(ctx context.Context, id int64, a Answer) (c Case, note string, err error) {
	switch a.Verb {
	case Merge:
		return d.merge(ctx, id, a)
	case Split:
		c, _, err = d.Split(ctx, id, a)
		return c, "", err
	}
	policy := d.policy()
	dec, err := d.store.Change(ctx, id, func(c Case, now time.Time) (Decision, error) {
		return policy.Apply(c, a, now)
	})
	return dec.Case, dec.Note, err
}

func (d *Desk) merge(ctx context.Context, from int64, a Answer) (c Case, note string, err error) {
	if a.Into == from {
		return Case{}, "", mergedWithItself(from)
	}
	policy := d.policy()
	kept, err := d.store.Merge(ctx, a.Into, from, func(into, from Case, now time.Time) (Decision, Decision, error) {
		return policy.Merge(into, from, a, now)
	})
	return kept.Case, kept.Note, err
}

// Split splits a.Alerts off an incident and returns both: the rest, and the new one. Errors:
// alerting.ErrNotFound, *alerting.Refused.
func (d *Desk) Split(ctx context.Context, id int64, a Answer) (rest, split Case, err error) {
	policy := d.policy()
	key := "split/" + uuid.NewString()
	r, s, err := d.store.Split(ctx, id, func(c Case, alerts []alerting.Alert, newID int64, now time.Time) (Decision, Decision, error) {
		return policy.Split(c, alerts, a, newID, key, now)
	})
	return r.Case, s.Case, err
}

// Open opens a manual incident. Errors: *alerting.Refused for what cannot be taken.
func (d *Desk) Open(ctx context.Context, m Manual) (Case, error) {
	m, err := m.Cleaned()
	if err != nil {
		return Case{}, err
	}
	policy := d.policy()
	return d.store.Open(ctx, func(id int64, now time.Time) Decision {
		return policy.Open(m, id, "manual/"+uuid.NewString(), now)
	})
}
