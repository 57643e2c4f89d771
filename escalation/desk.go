package escalation

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// CaseStore changes single incidents.
type CaseStore interface {
	// Change locks an incident, lets decide change it, and stores the decision. It returns
	// alerting.ErrNotFound if there is no such incident, and decide's error as it is.
	Change(ctx context.Context, id int64, decide func(Case, time.Time) (Decision, error)) (Decision, error)
	// Open stores a new incident, for which it reserves a number.
	Open(ctx context.Context, decide func(id int64, now time.Time) Decision) (Case, error)
}

// Desk takes the answers of people and programs, wherever they come from.
type Desk struct {
	store  CaseStore
	policy func() *Policy
}

// NewDesk makes a desk. policy gives the configuration in force.
func NewDesk(store CaseStore, policy func() *Policy) *Desk { return &Desk{store, policy} }

// Answer applies an answer to an incident and returns it as it is afterwards. note says why nothing
// changed, where nothing did. Errors: alerting.ErrNotFound, *alerting.Refused.
func (d *Desk) Answer(ctx context.Context, id int64, a Answer) (c Case, note string, err error) {
	policy := d.policy()
	dec, err := d.store.Change(ctx, id, func(c Case, now time.Time) (Decision, error) {
		return policy.Apply(c, a, now)
	})
	return dec.Case, dec.Note, err
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
