package replay

import (
	"errors"
	"maps"
	"slices"

	"tocsin/alerting"
	"tocsin/escalation"
)

// answer gives a recorded answer to the simulated incidents that hold the alerts of the recorded one.
func (r *run) answer(a escalation.RecordedAnswer) {
	switch a.Answer.Verb {
	case escalation.Open:
		r.open(a)
	case escalation.Merge:
		r.merge(a)
	case escalation.Split:
		r.split(a)
	default:
		for _, id := range r.targets(a) {
			r.tell(a, id, a.Answer)
		}
	}
}

// targets are the simulated incidents that an answer is for, in order of number. Where there is none, the
// answer is lost.
func (r *run) targets(a escalation.RecordedAnswer) []int64 {
	ids := r.standing(a.Incident)
	if len(ids) == 0 {
		r.lose(a, "there would be no such incident")
	}
	return ids
}

// standing are the simulated incidents that hold the alerts of a recorded one; if it has none, the one that
// stands for it.
func (r *run) standing(incident int64) []int64 {
	found := map[int64]bool{}
	for key := range r.has[incident] {
		if id := r.index[key]; id != 0 {
			found[id] = true
		}
	}
	if id := r.stand[incident]; len(found) == 0 && id != 0 {
		found[id] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// tell gives an answer to one simulated incident.
func (r *run) tell(rec escalation.RecordedAnswer, id int64, a escalation.Answer) {
	_, err := r.world.Answer(id, a)
	if refused, ok := errors.AsType[*alerting.Refused](err); ok {
		r.lose(rec, refused.Text)
	} else if err != nil {
		r.lose(rec, err.Error())
	}
	r.reindex(r.follow())
}

func (r *run) lose(a escalation.RecordedAnswer, why string) {
	if a.At.Before(r.since) || !a.At.Before(r.until) {
		return
	}
	r.lost = append(r.lost, Lost{At: a.At, Incident: a.Incident, Verb: a.Answer.Verb, By: a.Answer.By.Name, Why: why})
}

// open opens an incident as somebody did by hand. Former releases did not record its title.
func (r *run) open(a escalation.RecordedAnswer) {
	m := *a.Manual
	if m.Title == "" {
		m.Title, m.Labels = r.recorded[a.Incident].Title, r.recorded[a.Incident].Labels
	}
	id, err := r.world.Open(m)
	if err != nil {
		r.lose(a, err.Error())
		return
	}
	r.began(a.Incident, a.At.UnixNano())
	r.settle(id, a.Incident)
	r.follow()
}

// merge merges what stands for one recorded incident into what stands for another, where that is not the
// same already.
func (r *run) merge(a escalation.RecordedAnswer) {
	into := r.standing(a.Answer.Into)
	if len(into) == 0 {
		r.lose(a, "there would be no incident to merge it into")
	} else {
		for _, id := range r.targets(a) {
			if slices.Contains(into, id) {
				continue
			}
			answer := a.Answer
			answer.Into = r.goesOn(into)
			r.tell(a, id, answer)
		}
	}
	for key := range maps.Clone(r.has[a.Incident]) {
		r.give(key, a.Answer.Into)
	}
}

// goesOn is the first of some simulated incidents that is unresolved, or else the first.
func (r *run) goesOn(ids []int64) int64 {
	for _, id := range ids {
		if c, ok := r.world.Case(id); ok && c.Incident.State != alerting.StateResolved {
			return id
		}
	}
	return ids[0]
}

// split splits off what was split off, where it is not by itself already.
func (r *run) split(a escalation.RecordedAnswer) {
	off := r.fingerprinted(a.Incident, a.Answer.Alerts)
	for _, id := range r.targets(a) {
		answer := a.Answer
		answer.Alerts = nil
		apart := true
		for _, al := range r.world.Alerts(id) {
			key := escalation.AlertKey{Source: al.Source, Fingerprint: al.Fingerprint}
			if off[key] {
				answer.Alerts = append(answer.Alerts, al.Fingerprint)
			} else {
				apart = false
			}
		}
		if len(answer.Alerts) > 0 && !apart {
			r.tell(a, id, answer)
		}
	}
	r.began(a.Split, a.At.UnixNano())
	for key := range off {
		r.give(key, a.Split)
	}
	rest := r.standing(a.Incident)
	for _, id := range r.standing(a.Split) {
		if !slices.Contains(rest, id) {
			r.settle(id, a.Split)
		}
	}
}

// fingerprinted are the alerts of a recorded incident that have the fingerprints.
func (r *run) fingerprinted(incident int64, fingerprints []string) map[escalation.AlertKey]bool {
	out := map[escalation.AlertKey]bool{}
	for key := range r.has[incident] {
		if slices.Contains(fingerprints, key.Fingerprint) {
			out[key] = true
		}
	}
	return out
}
