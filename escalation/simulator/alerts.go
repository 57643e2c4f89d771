package simulator

import (
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// alerts keeps episodes as the table of that name does: rows, of which one is the newest of its fingerprint.
type alerts struct {
	rows       []alerting.Alert // the row of ID n is rows[n-1]
	newest     map[escalation.AlertKey]int64
	byIncident map[int64][]int64 // rows that ever belonged to an incident
}

func newAlerts() alerts {
	return alerts{newest: map[escalation.AlertKey]int64{}, byIncident: map[int64][]int64{}}
}

func (a *alerts) row(id int64) *alerting.Alert { return &a.rows[id-1] }

func keyOf(al *alerting.Alert) escalation.AlertKey {
	return escalation.AlertKey{Source: al.Source, Fingerprint: al.Fingerprint}
}

// keep stores what an admission changed.
func (a *alerts) keep(changes []escalation.AlertChange) {
	for _, c := range changes {
		switch {
		case c.Alert.ID == 0:
			c.Alert.ID = int64(len(a.rows)) + 1
			a.rows = append(a.rows, c.Alert)
		case c.Bump:
			row := a.row(c.Alert.ID)
			row.LastSeen, row.Count = c.Alert.LastSeen, c.Alert.Count
		default:
			*a.row(c.Alert.ID) = c.Alert
		}
		a.newest[keyOf(&c.Alert)] = c.Alert.ID
		a.belongs(c.Alert.IncidentID, c.Alert.ID)
	}
}

func (a *alerts) belongs(incident, row int64) {
	if incident != 0 && !slices.Contains(a.byIncident[incident], row) {
		a.byIncident[incident] = append(a.byIncident[incident], row)
	}
}

// each calls f with the rows of an incident; latest says which are their fingerprint's newest.
func (a *alerts) each(incident int64, f func(row *alerting.Alert, latest bool)) {
	for _, id := range a.byIncident[incident] {
		if row := a.row(id); row.IncidentID == incident {
			f(row, a.newest[keyOf(row)] == id)
		}
	}
}

func (a *alerts) of(incident int64) (out []alerting.Alert) {
	a.each(incident, func(row *alerting.Alert, latest bool) {
		if latest {
			out = append(out, *row)
		}
	})
	return out
}

// close ends an incident's firing episodes: a person resolved it.
func (a *alerts) close(incident int64, now time.Time) {
	a.each(incident, func(row *alerting.Alert, _ bool) {
		if row.Status == alerting.Firing {
			row.Status, row.ResolvedAt = alerting.Resolved, now
		}
	})
}

// open makes those fire again that a person's resolve had closed, and counts what fires.
func (a *alerts) open(incident int64) (firing int) {
	a.each(incident, func(row *alerting.Alert, latest bool) {
		if latest && row.Status == alerting.Resolved && row.EndsAt.IsZero() {
			row.Status, row.ResolvedAt = alerting.Firing, time.Time{}
		}
		if latest && row.Status == alerting.Firing {
			firing++
		}
	})
	return firing
}

// adopt moves alerts of another incident to this one, with the older episodes of the same fingerprints.
func (a *alerts) adopt(incident int64, from escalation.Adoption) {
	if from.From == 0 {
		return
	}
	named := map[escalation.AlertKey]bool{}
	for _, id := range from.Alerts {
		named[keyOf(a.row(id))] = true
	}
	var moved []int64
	a.each(from.From, func(row *alerting.Alert, _ bool) {
		if from.Alerts == nil || named[keyOf(row)] {
			moved = append(moved, row.ID)
		}
	})
	for _, id := range moved {
		a.row(id).IncidentID = incident
		a.belongs(incident, id)
	}
}
