package replay

import (
	"maps"
	"slices"
	"time"

	"tocsin/alerting"
)

// findUnknown notes which incidents in question cannot be replayed.
func (r *run) findUnknown() {
	for _, id := range slices.Sorted(maps.Keys(r.recorded)) {
		if r.inQuestion(r.recorded[id]) && !r.whole[id] {
			r.unknown = append(r.unknown, id)
		}
	}
}

// inQuestion reports whether an incident was unresolved at some time of the stretch that is looked at.
func (r *run) inQuestion(inc alerting.Incident) bool {
	return inc.OpenedAt.Before(r.until) && (inc.State != alerting.StateResolved || !inc.ResolvedAt.Before(r.since))
}

// incidents are those to compare: the recorded ones by number, then those that were not there.
func (r *run) incidents() []Incident {
	var out []Incident
	for _, id := range slices.Sorted(maps.Keys(r.recorded)) {
		if inc := r.recorded[id]; r.inQuestion(inc) && r.whole[id] {
			out = append(out, r.compared(inc))
		}
	}
	for _, c := range r.world.Cases() {
		if key := -c.Incident.ID; r.home[c.Incident.ID] == key && r.inQuestion(c.Incident) {
			inc := c.Incident
			out = append(out, Incident{Title: inc.Title, Opened: inc.OpenedAt, Now: inc.Severity, Why: inc.Reason, key: key})
		}
	}
	return out
}

// compared is a recorded incident beside what became of it.
func (r *run) compared(inc alerting.Incident) Incident {
	out := Incident{ID: inc.ID, Title: inc.Title, Opened: inc.OpenedAt, Was: inc.Severity, key: inc.ID}
	stands := r.standsFor(inc.ID)
	if len(stands) == 0 {
		out.Gone = true
		for _, id := range r.standing(inc.ID) {
			out.Joins = max(out.Joins, r.home[id])
		}
		return out
	}
	worst, _ := r.world.Case(stands[0])
	for _, id := range stands[1:] {
		if c, _ := r.world.Case(id); c.Incident.Severity.WorseThan(worst.Incident.Severity) {
			worst = c
		}
	}
	out.Now, out.Why = worst.Incident.Severity, worst.Incident.Reason
	return out
}

// standsFor are the simulated incidents that stand for a recorded one: in the end, or else before they went
// on as another.
func (r *run) standsFor(key int64) []int64 {
	if ids := r.stands[key]; len(ids) > 0 {
		return ids
	}
	if id, ok := r.stand[key]; ok {
		return []int64{id}
	}
	return nil
}

// near reports whether two moments are the same, but for how late the service may be.
func near(a, b time.Time) bool { return a.Sub(b).Abs() < sameMoment }

// Extent is the time of which a record is needed to replay what happened from since until before until:
// from the opening of the first incident that was unresolved then until the end of the last; now is the
// end of those that are unresolved. Incidents are those of a record of at least that time.
func Extent(incidents []alerting.Incident, since, until, now time.Time) (from, end time.Time) {
	from, end = since, until
	for _, inc := range incidents {
		if inc.OpenedAt.Before(from) {
			from = inc.OpenedAt
		}
		ended := now
		if inc.State == alerting.StateResolved {
			ended = inc.ResolvedAt.Add(time.Microsecond)
		}
		if ended.After(end) {
			end = ended
		}
	}
	return from, end
}
