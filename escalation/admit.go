package escalation

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"tocsin/alerting"
)

// AlertKey is the identity of an alert: labels from one source.
type AlertKey struct{ Source, Fingerprint string }

// Known is what is stored about the alerts and incidents that a batch of arrivals touches.
type Known struct {
	Now    time.Time
	Alerts map[AlertKey]alerting.Alert // the newest episode of each fingerprint
	// Cases are the incidents of the alerts above, the newest of each dedup key, and what these were merged
	// into, through at most mergedDepth merges.
	Cases  map[int64]Case
	Latest map[string]int64 // dedup key -> its newest incident
	// Reserved holds an incident number for each dedup key of the batch that has no unresolved incident.
	Reserved map[string]int64
}

// Admission is what a batch of arrivals changes. All of it is stored in one transaction, or nothing.
type Admission struct {
	Alerts    []AlertChange
	Incidents []*Decision // each incident once
	// Arrivals are those of the batch that were neither repeats nor stale, in the order in which they came.
	Arrivals []alerting.Arrival
}

// AlertChange is one alert as it should be stored.
type AlertChange struct {
	Alert      alerting.Alert // ID is 0 for a new row
	Supersedes int64          // the row that was its newest episode until now, if that is another one; else 0
	Bump       bool           // only LastSeen and Count differ from what is stored
}

// Admit decides what a batch of arrivals means: which incidents open, are joined, raised, reopened,
// resolved. Arrivals of one fingerprint must stand in the order in which they came. Across fingerprints
// firings are taken first, the worst first, so that an incident opens with its worst alert's severity
// and is not resolved and reopened within one batch.
func (p *Policy) Admit(known Known, arrivals []alerting.Arrival) Admission {
	a := admission{
		policy: p, Known: known,
		alerts:    make(map[AlertKey]*alertFold, len(arrivals)),
		incidents: map[int64]*incidentFold{},
		byKey:     map[string]*incidentFold{},
	}
	order := make([]int, len(arrivals))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		x, y := &arrivals[i], &arrivals[j]
		return cmp.Or(cmp.Compare(rank(x.Status), rank(y.Status)), cmp.Compare(x.Severity, y.Severity))
	})
	news := 0
	means := make([]bool, len(arrivals)) // neither a repeat nor stale
	for _, i := range order {
		if means[i] = a.take(arrivals[i]); means[i] {
			news++
		}
	}
	out := a.result()
	out.Arrivals = chosen(arrivals, means, news)
	return out
}

// chosen are the n arrivals that are marked.
func chosen(arrivals []alerting.Arrival, marked []bool, n int) []alerting.Arrival {
	if n == len(arrivals) {
		return arrivals
	}
	out := make([]alerting.Arrival, 0, n)
	for i, arr := range arrivals {
		if marked[i] {
			out = append(out, arr)
		}
	}
	return out
}

func rank(s alerting.Status) int {
	if s == alerting.Firing {
		return 0
	}
	return 1
}

// admission folds arrivals one by one into what is known.
type admission struct {
	Known
	policy    *Policy
	alerts    map[AlertKey]*alertFold
	incidents map[int64]*incidentFold
	byKey     map[string]*incidentFold // those of incidents that open in this batch
	order     []*incidentFold
}

// alertFold is an alert on its way from what is stored to what should be.
type alertFold struct {
	change AlertChange
	exists bool // stored, or made by an earlier arrival of this batch
	dirty  bool
}

// take folds one arrival in. It reports whether that means something: it is neither a repeat nor stale.
func (a *admission) take(arr alerting.Arrival) bool {
	f := a.fold(AlertKey{arr.Source, arr.Fingerprint})
	var cur *alerting.Alert
	if f.exists {
		cur = &f.change.Alert
	}
	switch alerting.Judge(cur, arr, a.Now, a.policy.ReorderWindow) {
	case alerting.Fires:
		a.fires(f, arr)
	case alerting.Continues:
		f.begin(arr, a.Now)
	case alerting.Repeats:
		f.repeat(arr, a.Now)
		return false
	case alerting.Ends:
		a.ends(f, arr)
	case alerting.Tombstone:
		f.begin(arr, a.Now)
		f.end(arr, a.Now)
	case alerting.Confirms:
		f.change.Alert.EndsAt = arr.EndsAt
		f.dirty, f.change.Bump = true, false
	default:
		return false
	}
	return true
}

func (a *admission) fold(key AlertKey) *alertFold {
	f := a.alerts[key]
	if f == nil {
		f = &alertFold{}
		if cur, ok := a.Known.Alerts[key]; ok {
			f.change.Alert, f.exists = cur, true
		}
		a.alerts[key] = f
	}
	return f
}

func (a *admission) fires(f *alertFold, arr alerting.Arrival) {
	inc := a.incidentFor(f, arr)
	was := f.change.Alert
	joined := inc.id() != was.IncidentID
	if joined && was.IncidentID != 0 {
		// The row stays with the incident that it told of; a new one carries on.
		f.change.Supersedes = cmp.Or(f.change.Supersedes, was.ID)
		f.change.Alert = alerting.Alert{}
	}
	f.begin(arr, a.Now)
	f.change.Alert.IncidentID = inc.id()
	inc.take(a.policy, arr, joined, a.Now)
}

func (a *admission) ends(f *alertFold, arr alerting.Arrival) {
	f.end(arr, a.Now)
	if inc := a.stored(f.change.Alert.IncidentID); inc != nil {
		inc.d.Case.Incident.FiringCount--
		inc.ended = append(inc.ended, arr)
	}
}

// incidentFor finds the incident that a firing alert belongs to: where it still fires with others, the
// open incident of its dedup key, one that was resolved within the policy's ReopenWithin, or a new one.
func (a *admission) incidentFor(f *alertFold, arr alerting.Arrival) *incidentFold {
	if inc := a.stored(f.change.Alert.IncidentID); inc != nil && !inc.resolved() {
		return inc
	}
	if inc := a.byKey[arr.Key]; inc != nil {
		return inc
	}
	if inc := a.goesOn(a.Latest[arr.Key]); inc != nil {
		return inc
	}
	if inc := a.stored(a.Latest[arr.Key]); inc != nil {
		was := inc.d.Case.Incident
		if a.Now.Sub(was.ResolvedAt) <= a.policy.ReopenWithin {
			a.policy.reopen(inc.d, bySource(arr.Source), a.Now, reopenReason(was, arr, a.policy))
			return inc
		}
	}
	inc := newIncidentFold(a.policy, arr, a.Reserved[arr.Key], a.Now)
	inc.d.Supersedes = a.Latest[arr.Key]
	a.byKey[arr.Key], a.incidents[inc.id()] = inc, inc
	a.order = append(a.order, inc)
	return inc
}

// goesOn is the unresolved incident in which one goes on: itself, or what it was merged into; nil if none.
func (a *admission) goesOn(id int64) *incidentFold {
	inc := a.stored(id)
	for range mergedDepth + 1 {
		if inc == nil || !inc.resolved() {
			return inc
		}
		if inc = a.stored(inc.d.Case.Incident.MergedInto); inc == nil {
			return nil
		}
	}
	return nil
}

// stored is the fold of an incident that exists; nil if it is not among what is known.
func (a *admission) stored(id int64) *incidentFold {
	inc := a.incidents[id]
	if inc == nil {
		c, ok := a.Cases[id]
		if !ok {
			return nil
		}
		d := undecided(c)
		inc = &incidentFold{d: &d}
		a.incidents[id] = inc
		a.order = append(a.order, inc)
	}
	return inc
}

func (a *admission) result() Admission {
	var out Admission
	for _, inc := range a.order {
		inc.finish(a.policy, a.Now)
		if inc.d.Changed {
			out.Incidents = append(out.Incidents, inc.d)
		}
	}
	keys := slices.SortedFunc(maps.Keys(a.alerts), func(x, y AlertKey) int {
		return cmp.Or(cmp.Compare(x.Fingerprint, y.Fingerprint), cmp.Compare(x.Source, y.Source))
	})
	for _, k := range keys {
		if f := a.alerts[k]; f.dirty {
			out.Alerts = append(out.Alerts, f.change)
		}
	}
	return out
}

// begin makes the arrival the alert's newest episode, firing.
func (f *alertFold) begin(arr alerting.Arrival, now time.Time) {
	was := f.change.Alert
	f.change.Alert = alerting.Alert{
		ID: was.ID, IncidentID: was.IncidentID,
		Source: arr.Source, Fingerprint: arr.Fingerprint, Status: alerting.Firing, Severity: arr.Severity,
		Labels: arr.Labels, Annotations: arr.Annotations, StartsAt: arr.StartsAt,
		FirstSeen: now, LastSeen: now, Count: 1, GeneratorURL: arr.GeneratorURL, Reason: arr.Reason,
	}
	f.exists, f.dirty, f.change.Bump = true, true, false
}

func (f *alertFold) end(arr alerting.Arrival, now time.Time) {
	al := &f.change.Alert
	al.Status, al.ResolvedAt, al.EndsAt, al.LastSeen = alerting.Resolved, now, arr.EndsAt, now
	al.StartsAt = arr.StartsAt
	f.dirty, f.change.Bump = true, false
}

func (f *alertFold) repeat(arr alerting.Arrival, now time.Time) {
	al := &f.change.Alert
	al.LastSeen = now
	al.Count++
	if !f.dirty {
		f.change.Bump = true
	}
	if !maps.Equal(al.Annotations, arr.Annotations) {
		al.Annotations, f.change.Bump = arr.Annotations, false
	}
	f.dirty = true
}
