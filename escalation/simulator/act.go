package simulator

import (
	"fmt"

	"tocsin/alerting"
	"tocsin/escalation"
)

// Receive takes events in as one request would. Nothing fires yet: AdvanceTo does that, even if it is to
// the same moment.
func (w *World) Receive(events []alerting.Event) {
	arrivals := make([]alerting.Arrival, len(events))
	for i, e := range events {
		arrivals[i] = e.Arrive(&w.policy.Classifier, w.policy.GroupBy)
	}
	w.Admit(arrivals)
}

// Admit is Receive for what has been judged already, as alerts of Tocsin's own are.
func (w *World) Admit(arrivals []alerting.Arrival) {
	a := w.policy.Admit(w.known(arrivals), arrivals)
	for _, d := range a.Incidents {
		w.keep(*d)
	}
	w.alerts.keep(a.Alerts)
}

// known is what storage would find of a batch of arrivals.
func (w *World) known(arrivals []alerting.Arrival) escalation.Known {
	k := escalation.Known{
		Now: w.now, Alerts: map[escalation.AlertKey]alerting.Alert{}, Cases: map[int64]escalation.Case{},
		Latest: map[string]int64{}, Reserved: map[string]int64{},
	}
	number := w.number
	for _, arr := range arrivals {
		key := escalation.AlertKey{Source: arr.Source, Fingerprint: arr.Fingerprint}
		if row, ok := w.alerts.newest[key]; ok {
			al := *w.alerts.row(row)
			k.Alerts[key] = al
			w.addCase(k, al.IncidentID)
		}
		if id := w.latest[arr.Key]; id != 0 {
			k.Latest[arr.Key] = id
			w.addCase(k, id)
		}
		if arr.Status == alerting.Firing && k.Reserved[arr.Key] == 0 && w.mayOpen(arr.Key) {
			number++
			k.Reserved[arr.Key] = number
		}
	}
	return k
}

// mayOpen reports whether a dedup key has no unresolved incident, nor one that went on in another.
func (w *World) mayOpen(key string) bool {
	c := w.cases[w.latest[key]]
	for range mostMerges {
		if c == nil || c.Incident.MergedInto == 0 {
			break
		}
		c = w.cases[c.Incident.MergedInto]
	}
	return c == nil || c.Incident.State == alerting.StateResolved
}

// mostMerges is how far an incident is followed into those that it was merged into.
const mostMerges = 8

// addCase adds an incident, and what it was merged into.
func (w *World) addCase(k escalation.Known, id int64) {
	for range mostMerges + 1 {
		c := w.cases[id]
		if c == nil {
			return
		}
		k.Cases[id] = *c
		id = c.Incident.MergedInto
	}
}

// Open opens an incident that no alert did; *alerting.Refused if m says too little or too much.
func (w *World) Open(m escalation.Manual) (id int64, err error) {
	m, err = m.Cleaned()
	if err != nil {
		return 0, err
	}
	id = w.number + 1
	w.keep(w.policy.Open(m, id, fmt.Sprintf("manual/%d", id), w.now))
	return id, nil
}

// Answer does what somebody says about an incident. Where nothing changed, note says why, for whoever
// asked; alerting.ErrNotFound and *alerting.Refused are as the desk's.
func (w *World) Answer(incident int64, a escalation.Answer) (note string, err error) {
	switch a.Verb {
	case escalation.Merge:
		return w.merge(incident, a)
	case escalation.Split:
		return w.split(incident, a)
	}
	c := w.cases[incident]
	if c == nil {
		return "", alerting.ErrNotFound
	}
	d, err := w.policy.Apply(*c, a, w.now)
	if err == nil && d.Changed {
		w.keep(d)
	}
	return d.Note, err
}
