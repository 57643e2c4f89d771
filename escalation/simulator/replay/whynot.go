package replay

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/escalation"
	"tocsin/escalation/simulator"
)

// story is what happened to a simulated incident.
type story []simulator.Event

// whyNot says why a page that was recorded would not have left: what became of the step that stands for its
// own in the replay, and when that would have come.
func (r *run) whyNot(i Incident, p Page) string {
	switch {
	case i.Gone && i.Joins > 0:
		return fmt.Sprintf("its alerts would have joined #%d", i.Joins)
	case i.Gone:
		return "there would be no such incident"
	case p.Step == 0:
		return "nothing would have asked for it"
	}
	why := fmt.Sprintf("there would be no round %d", p.Round)
	for _, id := range r.standsFor(i.key) {
		plan, ok := r.plans[round{id, p.Round}]
		if !ok {
			continue
		}
		if k := counterpart(plan.Steps, p); k >= 0 {
			return r.whyNotStep(id, plan, k, p)
		}
		why = noStep(plan, p)
	}
	return why
}

// counterpart is the index of the step that stands for a recorded page's: it does the same to the same role, and
// of several such it is the nearest in number; -1 if there is none.
func counterpart(steps []escalation.PlannedStep, p Page) int {
	best := -1
	for k, s := range steps {
		if s.Role != p.Role || s.Kind != p.Kind {
			continue
		}
		if best < 0 || apart(k, p) < apart(best, p) {
			best = k
		}
	}
	return best
}

func apart(k int, p Page) int { return max(k+1-p.Step, p.Step-k-1) }

func noStep(plan escalation.Plan, p Page) string {
	if p.Kind == escalation.AssignStep {
		return fmt.Sprintf("no step of %s assigns to %s", plan.Severity, p.Role)
	}
	return fmt.Sprintf("no step of %s tells %s", plan.Severity, p.Role)
}

// whyNotStep says what became of step k of a plan, for the person and channel of a recorded page.
func (r *run) whyNotStep(id int64, plan escalation.Plan, k int, p Page) string {
	step := plan.Steps[k]
	name := ""
	if k+1 != p.Step || plan.Severity != p.Severity {
		name = fmt.Sprintf("step %d of %s ", k+1, plan.Severity)
	}
	newer, replaced := r.plans[round{id, p.Round + 1}]
	switch {
	case step.State == escalation.StepSkipped:
		return wouldCome(name, step.DueAt, p, step.Reason.Text)
	case step.State == escalation.StepFired:
		return r.stories[id].whyNotTold(plan, k, p)
	case replaced:
		return wouldCome(name, step.DueAt, p, fmt.Sprintf("round %d began at %s", newer.Round, clock(newer.From)))
	case !plan.Pause.Until.IsZero():
		return wouldCome(name, step.DueAt, p, "paused until "+clock(plan.Pause.Until))
	}
	return fmt.Sprintf("%swould come at %s, later than what is compared", name, clock(step.DueAt))
}

// wouldCome is when a step would have come, unless that is when the recorded page did, and why it did not. name
// is the step's, where it is not that of the recorded page.
func wouldCome(name string, at time.Time, p Page, why string) string {
	cause := strings.TrimPrefix(why, "not needed: ")
	switch {
	case !near(at, p.At):
		return fmt.Sprintf("%swould have come at %s: %s", name, clock(at), cause)
	case name != "":
		return fmt.Sprintf("%swould have come then: %s", name, cause)
	}
	return why
}

// clock writes a moment as stored reasons do.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") }

// whyNotTold says why step k of a plan, which fires, does not tell a recorded page's person over its channel.
func (s story) whyNotTold(plan escalation.Plan, k int, p Page) string {
	var over []string
	for _, e := range s {
		if e.Round != plan.Round || e.Step != k+1 || e.Person != "" && e.Person != p.Person {
			continue
		}
		switch e.Kind {
		case simulator.Skip:
			if e.Channel == p.Channel {
				return wouldCome("", e.At, p, e.Reason)
			}
		case simulator.Pass, simulator.Collapse, simulator.Nobody:
			return e.Reason
		case simulator.Page, simulator.Assign:
			if e.Channel != "" && !slices.Contains(over, string(e.Channel)) {
				over = append(over, string(e.Channel))
			}
		}
	}
	fires := fmt.Sprintf("step %d of %s", k+1, plan.Severity)
	if at := plan.Steps[k].At; !near(at, p.At) {
		fires += " comes at " + clock(at) + " and"
	}
	switch {
	case len(over) == 0:
		return fires + " tells others"
	case slices.Contains(over, string(p.Channel)):
		return fires + " tells them instead"
	}
	slices.Sort(over)
	return fires + " tells them over " + strings.Join(over, ", ") + " only"
}

// Because is why a change is as it is, whatever its channel.
func (c Change) Because() string {
	why := c.Why
	for _, p := range []*Page{c.Was, c.Now} {
		if p != nil {
			why = strings.Replace(why, ", over "+string(p.Channel), "", 1)
		}
	}
	return why
}
