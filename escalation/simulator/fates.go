package simulator

import (
	"slices"
	"time"

	"tocsin/escalation"
)

// Outcome is what is assumed to come of a page that leaves.
type Outcome uint8

// What may come of a page.
const (
	Accepts Outcome = iota // its channel accepts it at once
	Silent                 // its channel says nothing, ever
	Fails                  // its channel refuses it for good, at once
)

// Assume says what comes of pages that leave from now on, by person and channel; nil: each is accepted.
func (w *World) Assume(outcome func(person string, ch escalation.Channel) Outcome) {
	w.outcome = outcome
}

// fate is a page of an incident, and what has become of it.
type fate struct {
	escalation.Fate
	round  int
	digest bool
	left   bool
}

// fates keeps what has become of the pages of each incident since it opened or was last reopened.
type fates map[int64][]*fate

// add takes a page in, and forgets those of rounds before since.
func (f fates) add(q queued, since int) {
	kept := slices.DeleteFunc(f[q.incident], func(o *fate) bool { return o.round < since })
	f[q.incident] = append(kept, &fate{round: q.round, digest: q.Digest, Fate: escalation.Fate{
		Step: q.Step, Person: q.Person, Channel: q.Channel, AcceptBy: q.AcceptBy, Kind: q.Kind, Role: q.Role, Until: q.Until, Says: q.Says, Said: q.Reason.Said,
	}})
}

// of is the fate of one page; nil if it is of a round that is over.
func (f fates) of(q queued) *fate {
	for _, o := range f[q.incident] {
		if o.round == q.round && o.Step == q.Step && o.Person == q.Person && o.Channel == q.Channel {
			return o
		}
	}
	return nil
}

// settle notes what comes of a page that leaves, or that is not needed any more.
func (f *fate) settle(o Outcome, leaves bool, now time.Time) {
	if f == nil {
		return
	}
	f.left = leaves && o != Fails
	switch {
	case !leaves || o == Accepts:
		f.Accepted, f.AcceptBy = leaves, time.Time{}
	case o == Silent:
		f.Why = "unknown"
	case !f.AcceptBy.IsZero():
		f.AcceptBy = now
		fallthrough
	default:
		f.Failed = true
	}
}

// lateAt is when an incident's next page should have been accepted; zero if all were, or nobody looks unless one is
// refused.
func (f fates) lateAt(incident int64, round int) (at time.Time) {
	for _, o := range f[incident] {
		if o.round == round && !o.AcceptBy.IsZero() && !escalation.WhenRefused(o.AcceptBy) && (at.IsZero() || o.AcceptBy.Before(at)) {
			at = o.AcceptBy
		}
	}
	return at
}

// inRound are the fates of one round.
func (f fates) inRound(incident int64, round int) (out []escalation.Fate) {
	for _, o := range f[incident] {
		if o.round == round {
			out = append(out, o.Fate)
		}
	}
	return out
}

// left are the pages that left of which an incident's all clear tells.
func (w *World) left(c escalation.Case) (out []escalation.Left) {
	for _, h := range c.Heard() {
		for _, o := range w.fates[h.ID] {
			if o.round >= h.Since && o.left && o.Kind != escalation.ClearStep {
				out = append(out, escalation.Left{Person: o.Person, Channel: o.Channel, Digest: o.digest})
			}
		}
	}
	return out
}

// failOver lets pages go another way whose channel should have accepted them by now.
func (w *World) failOver(id int64) {
	c := *w.cases[id]
	if at := w.fates.lateAt(id, c.Plan.Round); at.IsZero() || at.After(w.now) {
		return
	}
	d := w.policy.Failover(c, w.fates.inRound(id, c.Plan.Round), w.now)
	for _, o := range w.fates[id] {
		if !o.AcceptBy.After(w.now) {
			o.AcceptBy = time.Time{}
		}
	}
	if d.Changed {
		w.keep(d)
	}
}
