package simulator

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/alerting"
	"tocsin/escalation"
)

// keep stores a decision as one transaction would, tells of it, and sends the pages that may leave.
func (w *World) keep(d escalation.Decision) {
	id := d.Case.Incident.ID
	var was escalation.Case
	if kept := w.cases[id]; kept != nil {
		was = *kept
	} else {
		w.order = append(w.order, id)
		w.number = max(w.number, id)
	}
	if d.Opens {
		w.latest[d.Case.Incident.Key] = id
	}
	w.alerts.adopt(id, d.Adopts)
	if d.CloseAlerts {
		w.alerts.close(id, w.now)
	}
	if d.OpenAlerts {
		d.Case.Incident.FiringCount = w.alerts.open(id)
	}
	w.cases[id] = &d.Case
	w.list(id)
	w.tellEntries(d)
	w.tellSteps(d, was.Plan)
	w.tellPlaces(d.Case, was.Incident)
	w.queue(d)
}

// queue takes a decision's pages, and those of an all clear, and sends what may leave at once.
func (w *World) queue(d escalation.Decision) {
	id, round := d.Case.Incident.ID, d.Case.Plan.Round
	orders := d.Pages
	if d.Clear {
		orders = slices.Concat(orders, escalation.AllClear(d.Case, w.left(d.Case)))
	}
	since := d.Case.Heard()[0].Since
	var leave []queued
	for _, o := range orders {
		q := queued{Order: o, incident: id, round: round, severity: d.Case.Incident.Severity}
		added, leaves := w.pages.add(q, w.now)
		if added {
			w.fates.add(q, since)
		}
		if leaves {
			leave = append(leave, q)
		}
	}
	for _, q := range leave {
		w.send(q)
	}
}

// tellPlaces tells of an incident's places where there is something new for them: it opened, or its severity or
// state has changed.
func (w *World) tellPlaces(c escalation.Case, was alerting.Incident) {
	inc := c.Incident
	if inc.State == was.State && inc.Severity == was.Severity {
		return
	}
	for _, id := range c.Plan.Places {
		w.tell(inc.ID, Event{Kind: Place, Person: id, Reason: fmt.Sprintf("%s, %s", inc.Severity, inc.State)})
	}
}

// list keeps the unresolved incidents: to others nothing is owed.
func (w *World) list(id int64) {
	i, listed := slices.BinarySearch(w.live, id)
	switch resolved := w.cases[id].Incident.State == alerting.StateResolved; {
	case resolved && listed:
		w.live = slices.Delete(w.live, i, i+1)
	case !resolved && !listed:
		w.live = slices.Insert(w.live, i, id)
	}
}

// tell adds a line to the story, with what every line says of its incident.
func (w *World) tell(id int64, e Event) {
	e.At, e.Incident = w.now, id
	if c := w.cases[id]; c != nil {
		e.Severity, e.State, e.Round = c.Incident.Severity, c.Incident.State, c.Plan.Round
	}
	w.story = append(w.story, e)
}

// tellEntries tells what the timeline says, except of steps and pages.
func (w *World) tellEntries(d escalation.Decision) {
	inc := d.Case.Incident
	for _, e := range d.Entries {
		if kind, ok := kindOf(e.Kind); ok {
			w.tell(inc.ID, Event{Kind: kind, Person: e.Actor.Name, Says: e.Text, Reason: e.Reason.Text})
		} else if e.Kind == alerting.KindAssigned && !w.toldAtOnce(d, inc.Assignee) {
			w.tell(inc.ID, Event{Kind: Assign, Person: inc.Assignee, Says: e.Text, Reason: e.Reason.Text})
		} else if e.Kind == alerting.KindReminded && !reminds(d) {
			w.tell(inc.ID, Event{Kind: Nobody, Role: "assignee", Reason: e.Text})
		}
	}
}

func reminds(d escalation.Decision) bool {
	return slices.ContainsFunc(d.Pages, func(o escalation.Order) bool { return o.Kind == escalation.RemindStep })
}

// toldAtOnce reports whether a page of this decision tells a person now that they have the incident.
func (w *World) toldAtOnce(d escalation.Decision, person string) bool {
	return slices.ContainsFunc(d.Pages, func(o escalation.Order) bool {
		return o.Kind == escalation.AssignStep && o.Person == person && !o.NotBefore.After(w.now)
	})
}

// tellSteps tells which steps were skipped, and whom those that fired passed over. Was is the plan before.
func (w *World) tellSteps(d escalation.Decision, was escalation.Plan) {
	same := was.Round == d.Case.Plan.Round
	for i, s := range d.Case.Plan.Steps {
		if s.State == escalation.StepPending || same && i < len(was.Steps) && was.Steps[i].State == s.State {
			continue
		}
		e := Event{Kind: Skip, Step: i + 1, Role: s.Role, Says: s.Says, Reason: s.Reason.Text}
		if s.State == escalation.StepFired {
			e.Kind = Nobody
			if w.tellTried(d, i, s) {
				continue
			}
		}
		w.tell(d.Case.Incident.ID, e)
	}
}

// tellTried tells whom a fired step passed over, and whom a later one tells that was due with it. It reports
// whether somebody was told by either.
func (w *World) tellTried(d escalation.Decision, i int, s escalation.PlannedStep) bool {
	told := slices.ContainsFunc(d.Pages, func(o escalation.Order) bool { return o.Step == i })
	for _, t := range s.Reason.Tried {
		person, ok := strings.CutPrefix(t.Rule, "people.")
		if !ok || t.Why == "" {
			continue
		}
		e := Event{Kind: Pass, Step: i + 1, Role: s.Role, Person: person, Says: s.Says, Reason: t.Why}
		if strings.HasPrefix(t.Why, "told by step ") {
			e.Kind, told = Collapse, true
		}
		w.tell(d.Case.Incident.ID, e)
	}
	return told
}
