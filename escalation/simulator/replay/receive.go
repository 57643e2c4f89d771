package replay

import (
	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/simulator"
)

// receive takes in what came at one moment: as one batch, as it was then.
func (r *run) receive(batch []escalation.RecordedArrival) {
	arrivals := make([]alerting.Arrival, len(batch))
	for i, a := range batch {
		arrivals[i] = a.Arrive(r.policy)
		r.began(a.Incident, a.At.UnixNano())
		r.give(keyOf(a.Event), a.Incident)
	}
	from := len(r.world.Story())
	r.world.Admit(arrivals)
	r.reindex(r.follow())
	for _, e := range r.world.Story()[from:] {
		if e.Kind == simulator.Opened || e.Kind == simulator.Reopen {
			r.settle(e.Incident, r.cause(batch, e.Incident))
		}
	}
}

// cause is the recorded incident that stands behind a simulated one that a batch opens: the one that opened
// then, or else the first whose alert it takes.
func (r *run) cause(batch []escalation.RecordedArrival, simulated int64) (id int64) {
	for _, a := range batch {
		if a.Event.Status != alerting.Firing || r.index[keyOf(a.Event)] != simulated || a.Incident == 0 {
			continue
		}
		if id == 0 {
			id = a.Incident
		}
		if r.recorded[a.Incident].OpenedAt.Equal(a.At) {
			return a.Incident
		}
	}
	return id
}

// settle makes a simulated incident stand for a recorded one; for none, if that is 0.
func (r *run) settle(simulated, recorded int64) {
	if recorded == 0 {
		recorded = -simulated
	}
	r.home[simulated], r.stand[recorded] = recorded, simulated
}

// began notes that the beginning of a recorded incident is in the record.
func (r *run) began(incident, at int64) {
	if inc, ok := r.recorded[incident]; ok && at <= inc.OpenedAt.UnixNano() {
		r.whole[incident] = true
	}
}

// give makes an alert belong to a recorded incident.
func (r *run) give(key escalation.AlertKey, incident int64) {
	if incident == 0 {
		return
	}
	delete(r.has[r.holds[key]], key)
	if r.has[incident] == nil {
		r.has[incident] = map[escalation.AlertKey]bool{}
	}
	r.has[incident][key], r.holds[key] = true, incident
}

// reindex notes which alerts simulated incidents have now.
func (r *run) reindex(simulated []int64) {
	for _, id := range simulated {
		for _, al := range r.world.Alerts(id) {
			r.index[escalation.AlertKey{Source: al.Source, Fingerprint: al.Fingerprint}] = id
		}
	}
}

func keyOf(e alerting.Event) escalation.AlertKey {
	return escalation.AlertKey{Source: e.Source, Fingerprint: e.Labels.Fingerprint()}
}
