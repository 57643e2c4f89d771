package escalation

import (
	"context"
	"fmt"
	"slices"
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

// AddOverride puts somebody in a rotation's place for a while, from now on at the earliest. They are told, unless
// they did it themselves. One that is in force already, or to come, changes nothing and is returned.
func (r *Rota) AddOverride(ctx context.Context, o oncall.Override, by alerting.Actor) (oncall.Override, error) {
	p, err := r.current(ctx)
	if err != nil {
		return o, err
	}
	now := instant()
	o.Note, o.By = alerting.OneLine(o.Note, noteLength), by.Name
	if err := p.checkOverride(o, now); err != nil {
		return o, err
	}
	o.From = notBefore(o.From, now)
	if same, ok := p.sameOverride(o, now); ok {
		return same, nil
	}
	o.ID, err = r.store.AddOverride(ctx, o, p.overrideWords(o, by, r.url("/oncall"), now), by)
	next := p.Roster
	next.Overrides = append(slices.Clone(next.Overrides), o)
	o.Warning = p.With(next).warning(o.Person, o.Rotation, o.From, o.Until)
	return o, err
}

// RemoveOverride takes an override back, or ends one that is in force. One that is part of a swap is not taken
// back alone: the swap is undone.
func (r *Rota) RemoveOverride(ctx context.Context, id int64, by alerting.Actor) error {
	roster, err := r.store.Roster(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(roster.Overrides, func(o oncall.Override) bool { return o.ID == id })
	if i >= 0 && roster.Overrides[i].Swap != 0 {
		_, err := r.AnswerSwap(ctx, roster.Overrides[i].Swap, SwapUndone, by)
		return err
	}
	return r.store.RemoveOverride(ctx, id, by)
}

// AddAbsence notes that somebody is away, from now on at the earliest. Absences of one person do not overlap.
func (r *Rota) AddAbsence(ctx context.Context, a Absence, by alerting.Actor) (Absence, error) {
	p, err := r.current(ctx)
	if err != nil {
		return a, err
	}
	now := instant()
	a.Note, a.By = alerting.OneLine(a.Note, noteLength), by.Name
	if err := p.checkAbsence(a, now); err != nil {
		return a, err
	}
	a.From = notBefore(a.From, now)
	if err := a.Clash(p.Directory.Absences, p.zone()); err != nil {
		return a, err
	}
	a.ID, err = r.store.AddAbsence(ctx, a, by)
	next := p.Roster
	next.Absences = append(slices.Clone(next.Absences), a)
	a.Warning = p.With(next).warning(a.Person, "", a.From, a.Until)
	return a, err
}

// RemoveAbsence takes an absence back, or ends one that lasts. Those of the configuration are changed there.
func (r *Rota) RemoveAbsence(ctx context.Context, id int64, by alerting.Actor) error {
	return r.store.RemoveAbsence(ctx, id, by)
}

// Swaps are those that are asked, those answered within a month, and those accepted that are not over, newest
// first.
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

// instant is now, as exactly as the database keeps it.
func instant() time.Time { return time.Now().Truncate(time.Microsecond) }

// notBefore is t, or now if that is past: what has been is not rewritten.
func notBefore(t, now time.Time) time.Time {
	if t.Before(now) {
		return now
	}
	return t
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

// sameOverride is the stored override that says the same as o from o.From on, if none that was made after it
// touches o's stretch.
func (p *Policy) sameOverride(o oncall.Override, now time.Time) (oncall.Override, bool) {
	for _, old := range slices.Backward(p.Roster.Overrides) {
		if old.Rotation != o.Rotation || !old.From.Before(o.Until) || !o.From.Before(old.Until) {
			continue
		}
		same := old.Person == o.Person && old.Until.Equal(o.Until) && old.Note == o.Note
		return old, same && notBefore(old.From, now).Equal(o.From)
	}
	return o, false
}

// overrideWords tell somebody whom another person put into a rotation's place later on. Who takes over at
// once hears of that as of any hand-off.
func (p *Policy) overrideWords(o oncall.Override, by alerting.Actor, url string, now time.Time) []Message {
	if by.Name == o.Person || !o.From.After(now) {
		return nil
	}
	lines := []line{{
		fmt.Sprintf("%s has put you on call for %s from %s.", p.nameOf(by.Name), o.Rotation, p.stretch(o.Rotation, o.From, o.Until, now)),
		p.at(alerting.Say("handoff.put", "by", by.Name), o.Rotation, o.From, o.Until, now),
	}}
	if o.Note != "" {
		lines = append(lines, line{"They say: " + o.Note, alerting.Say("handoff.note", "text", o.Note)})
	}
	subject := line{"You will be on call: " + o.Rotation, alerting.Say("handoff.subject_put", "rotation", o.Rotation)}
	return p.messages(o.Person, subject, lines, url)
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
