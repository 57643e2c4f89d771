package escalation

import (
	"context"
	"fmt"
	"time"

	"tocsin/alerting"
	"tocsin/escalation/oncall"
)

// Rota takes what people change about who is on call: it checks that it fits, and stores it. Errors are
// *alerting.Refused with a sentence, alerting.ErrNotFound, and those of the store.
type Rota struct {
	store  RosterStore
	policy func() *Policy
	url    func(path string) string // an absolute address of this installation
}

// NewRota makes a rota. policy gives the configuration in force, with or without a roster: the roster is
// read anew for what depends on it.
func NewRota(store RosterStore, policy func() *Policy, url func(path string) string) *Rota {
	return &Rota{store, policy, url}
}

// AddOverride puts somebody in a rotation's place for a while.
func (r *Rota) AddOverride(ctx context.Context, o oncall.Override, by alerting.Actor) (oncall.Override, error) {
	o.Note, o.By = alerting.OneLine(o.Note, noteLength), by.Name
	if err := r.policy().checkOverride(o, time.Now()); err != nil {
		return o, err
	}
	id, err := r.store.AddOverride(ctx, o, by)
	o.ID = id
	return o, err
}

// RemoveOverride takes an override back, or ends one that is in force.
func (r *Rota) RemoveOverride(ctx context.Context, id int64, by alerting.Actor) error {
	return r.store.RemoveOverride(ctx, id, by)
}

// AddAbsence notes that somebody is away.
func (r *Rota) AddAbsence(ctx context.Context, a Absence, by alerting.Actor) (Absence, error) {
	a.Note, a.By = alerting.OneLine(a.Note, noteLength), by.Name
	if err := r.policy().checkAbsence(a, time.Now()); err != nil {
		return a, err
	}
	id, err := r.store.AddAbsence(ctx, a, by)
	a.ID = id
	return a, err
}

// RemoveAbsence takes an absence back, or ends one that lasts. Those of the configuration are changed there.
func (r *Rota) RemoveAbsence(ctx context.Context, id int64, by alerting.Actor) error {
	return r.store.RemoveAbsence(ctx, id, by)
}

// Swaps are those that are asked, and those answered within a month, newest first.
func (r *Rota) Swaps(ctx context.Context) ([]Swap, error) { return r.store.Swaps(ctx) }

// current is the configuration with the roster as it is stored.
func (r *Rota) current(ctx context.Context) (*Policy, error) {
	roster, err := r.store.Roster(ctx)
	if err != nil {
		return nil, err
	}
	p := r.policy()
	roster.Imported = p.Roster.Imported
	return p.With(roster), nil
}

const (
	noteLength  = 200                   // characters of a note
	longestDuty = 366 * 24 * time.Hour  // that one override, absence or swap may last
	farthest    = 1100 * 24 * time.Hour // ahead, about three years
)

func (p *Policy) checkOverride(o oncall.Override, now time.Time) error {
	if _, ok := p.Directory.Rotations[o.Rotation]; !ok {
		return refuse("there is no rotation %q", o.Rotation)
	}
	if err := p.checkPerson(o.Person); err != nil {
		return err
	}
	return checkStretch(o.From, o.Until, now)
}

func (p *Policy) checkAbsence(a Absence, now time.Time) error {
	if err := p.checkPerson(a.Person); err != nil {
		return err
	}
	if a.Deputy == a.Person {
		return refuse("%s cannot be their own deputy: name somebody else, or nobody", a.Person)
	}
	if a.Deputy != "" {
		if err := p.checkPerson(a.Deputy); err != nil {
			return err
		}
	}
	return checkStretch(a.From, a.Until, now)
}

func (p *Policy) checkPerson(id string) error {
	if _, ok := p.Directory.People[id]; !ok {
		return refuse("there is nobody called %q in the directory", id)
	}
	return nil
}

// checkStretch says what is wrong with a stretch that somebody asks for; what has begun may be asked for.
func checkStretch(from, until, now time.Time) error {
	switch {
	case from.IsZero() || until.IsZero():
		return refuse("say from when and until when")
	case !from.Before(until):
		return refuse("the end must come after the beginning")
	case !until.After(now):
		return refuse("that is over already: choose a time to come")
	case until.Sub(from) > longestDuty:
		return refuse("a year is the longest")
	case from.Sub(now) > farthest:
		return refuse("that is more than three years ahead")
	}
	return nil
}

func refuse(format string, args ...any) error {
	return &alerting.Refused{Text: fmt.Sprintf(format, args...)}
}
