package modeltest

import (
	"slices"
	"time"

	"tocsin/alerting"
)

// alert is the newest episode of a fingerprint.
type alert struct {
	labels   alerting.Labels
	sev      alerting.Severity
	starts   time.Time
	fires    bool
	over     bool      // its sender has ended it
	endedAt  time.Time // when it was known to be over
	incident *incident
}

// arrival is one alert of a request.
type arrival struct {
	fingerprint, service string
	labels               alerting.Labels
	sev                  alerting.Severity
	starts, ends         time.Time // ends is zero while it fires
}

// of are the alerts of an incident.
func (m *model) of(i *incident) (all []*alert) {
	for _, al := range m.alerts {
		if al.incident == i {
			all = append(all, al)
		}
	}
	return all
}

func (m *model) firing(i *incident) (n int) {
	for _, al := range m.of(i) {
		if al.fires {
			n++
		}
	}
	return n
}

// receive takes one request: firings first, the worst first, so that nothing is resolved and opened by it.
func (m *model) receive(batch []arrival) {
	batch = slices.Clone(batch)
	slices.SortStableFunc(batch, func(a, b arrival) int {
		if a.ends.IsZero() != b.ends.IsZero() {
			if a.ends.IsZero() {
				return -1
			}
			return 1
		}
		return int(a.sev) - int(b.sev)
	})
	quiet := map[*incident]bool{}
	for _, a := range batch {
		al := m.alerts[a.fingerprint]
		if al == nil {
			al = &alert{labels: a.labels, sev: a.sev}
		}
		if a.ends.IsZero() {
			m.fires(al, a)
		} else if m.ends(al, a) {
			quiet[al.incident] = true
		}
	}
	for i := range quiet {
		if i != nil && i.state != alerting.StateResolved && m.firing(i) == 0 {
			m.resolve(i)
			m.allClear(i, "apps")
		}
	}
}

// fires takes a firing: of an episode that is known, of a newer one, or of an older one that came late.
func (m *model) fires(al *alert, a arrival) {
	known := m.alerts[a.fingerprint] != nil
	late := !al.fires && m.now.Sub(al.endedAt) <= m.policy.ReorderWindow
	switch {
	case known && a.starts.Before(al.starts):
		return
	case known && a.starts.Equal(al.starts) && (al.fires || late):
		return
	case al.fires: // a newer episode of what fires anyway
		al.starts = a.starts
		return
	}
	m.alerts[a.fingerprint] = al
	i, joined := m.incidentOf(al, a)
	al.starts, al.fires, al.over, al.endedAt, al.incident = a.starts, true, false, time.Time{}, i
	if joined {
		i.count++
	}
	m.learn(i, a.labels)
	if a.sev < i.sev { // a worse alert: nobody has answered for that
		i.sev = a.sev
		unanswered(i)
		m.plan(i, m.now)
	}
	m.leave(i)
}

// incidentOf finds what an alert belongs to, and whether it is new there.
func (m *model) incidentOf(al *alert, a arrival) (i *incident, joined bool) {
	if i = al.incident; i != nil && i.state != alerting.StateResolved {
		return i, false
	}
	key := "apps/" + a.service
	newest := m.latest[key]
	for i = newest; i != nil && i.state == alerting.StateResolved; {
		i = i.merged
	}
	switch {
	case i != nil:
	case newest != nil && m.now.Sub(newest.ended) <= m.policy.ReopenWithin:
		i = newest
		m.reopen(i)
	default:
		i = m.begin(key, a.labels, a.sev)
	}
	return i, i != al.incident
}

// ends takes an end. It reports whether an alert stopped firing by it.
func (m *model) ends(al *alert, a arrival) bool {
	known := m.alerts[a.fingerprint] != nil
	if known && a.starts.Before(al.starts) && (!al.fires || !a.ends.After(al.starts)) {
		return false
	}
	if known && !al.fires && a.starts.Equal(al.starts) {
		al.over = true // the sender says so too
		return false
	}
	stopped := al.fires
	m.alerts[a.fingerprint] = al
	al.starts, al.fires, al.over, al.endedAt = a.starts, false, true, m.now
	return stopped
}
