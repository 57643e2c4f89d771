package simulator

import (
	"cmp"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// World is one organisation's incidents on a made-up clock. What is due happens in AdvanceTo and nowhere
// else, as it is the engine that fires steps, and not whoever takes an alert or an answer. It is not safe
// for concurrent use.
type World struct {
	policy  *escalation.Policy
	now     time.Time
	cases   map[int64]*escalation.Case
	order   []int64          // incidents as they opened
	live    []int64          // those that are unresolved, by number
	latest  map[string]int64 // dedup key -> its newest incident
	number  int64            // the last incident's
	alerts  alerts
	pages   pages
	fates   fates
	outcome func(person string, ch escalation.Channel) Outcome // nil: each page is accepted
	story   []Event
	turns   int                 // at this moment
	aside   map[int64]time.Time // incidents that the machine found no end of
}

// New is a world without incidents, at start.
func New(p *escalation.Policy, start time.Time) *World {
	return &World{
		policy: p, now: start,
		cases: map[int64]*escalation.Case{}, latest: map[string]int64{}, aside: map[int64]time.Time{},
		alerts: newAlerts(), pages: pages{ordered: map[pageKey]bool{}}, fates: fates{},
	}
}

// Now is the world's time.
func (w *World) Now() time.Time { return w.now }

// SetPolicy makes another configuration decide from now on. Plans that are stored stay as they are.
func (w *World) SetPolicy(p *escalation.Policy) { w.policy = p }

// Case is an incident as it stands; ok is false if there is none of that number.
func (w *World) Case(id int64) (c escalation.Case, ok bool) {
	if kept := w.cases[id]; kept != nil {
		return *kept, true
	}
	return c, false
}

// Cases are all incidents, in the order in which they opened.
func (w *World) Cases() []escalation.Case {
	out := make([]escalation.Case, len(w.order))
	for i, id := range w.order {
		out[i] = *w.cases[id]
	}
	return out
}

// Story is all that happened, in order of time. The caller must not change it.
func (w *World) Story() []Event { return w.story }

// Alerts are the newest episodes of an incident's fingerprints, in the order in which they came.
func (w *World) Alerts(incident int64) []alerting.Alert { return w.alerts.of(incident) }

// NextAt is when something is next due; it may be past, for what has become due since the last
// AdvanceTo. ok is false if nothing is owed any more.
func (w *World) NextAt() (at time.Time, ok bool) {
	for _, id := range w.live {
		for _, next := range []time.Time{w.nextOf(id), w.fates.lateAt(id, w.cases[id].Plan.Round)} {
			if !next.IsZero() && (!ok || next.Before(at)) {
				at, ok = next, true
			}
		}
	}
	if next, waits := w.pages.next(); waits && (!ok || next.Before(at)) {
		at, ok = next, true
	}
	return at, ok
}

// nextOf is when something is owed to an incident; zero if nothing is.
func (w *World) nextOf(id int64) time.Time {
	c := w.cases[id]
	at := c.Plan.NextAt(c.Incident)
	if aside := w.aside[id]; !at.IsZero() && at.Before(aside) {
		return aside
	}
	return at
}

// AdvanceTo lets time pass until t, and does all that is due by then, at its time. Time never goes back.
func (w *World) AdvanceTo(t time.Time) {
	for {
		at, ok := w.NextAt()
		if !ok || at.After(t) {
			break
		}
		w.moveTo(at)
		w.turn()
	}
	w.moveTo(t)
}

func (w *World) moveTo(t time.Time) {
	if t.After(w.now) {
		w.now, w.turns = t, 0
	}
}

// Sleep lets time pass without doing what is due, as an outage does. AdvanceTo(Now()) ends it.
func (w *World) Sleep(t time.Time) { w.moveTo(t) }

// turn does what is due now, as one turn of the engine does: the worst severity first, then the pages, then
// those that should have been accepted by now.
func (w *World) turn() {
	var due []int64
	for _, id := range w.live {
		if next := w.nextOf(id); !next.IsZero() && !next.After(w.now) {
			due = append(due, id)
		}
	}
	slices.SortStableFunc(due, func(a, b int64) int {
		return cmp.Compare(w.cases[a].Incident.Severity, w.cases[b].Incident.Severity)
	})
	w.turns++
	for _, id := range due {
		if w.turns > mostTurns {
			w.setAside(id)
			continue
		}
		w.keep(w.policy.Next(*w.cases[id], w.now))
	}
	for _, p := range w.pages.due(w.now) {
		w.send(p)
	}
	for _, id := range slices.Clone(w.live) {
		w.failOver(id)
	}
}

// mostTurns is how often something may be due at one moment; a machine that goes on for longer would
// never stop.
const mostTurns = 50

func (w *World) setAside(id int64) {
	w.aside[id] = w.now.Add(time.Minute)
	w.tell(id, Event{Kind: Stuck, Reason: "this incident is due again and again at this moment; it is set aside for a minute"})
}
