package escalation

import (
	"fmt"
	"slices"
	"time"

	"tocsin/alerting"
)

// Escalation is the last time that somebody did not wait for a plan's next step.
type Escalation struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Role string    `json:"role"` // who was told
}

// again is how soon a second "escalate" counts as the same one: two taps, two people at once.
const again = 30 * time.Second

// escalate fires the plan's next page step, whatever it waits for and even if it was skipped: somebody asks for
// it. If all have fired, the last one's role is told again.
func (p *Policy) escalate(d *Decision, by alerting.Actor, now time.Time) error {
	inc, plan := d.Case.Incident, &d.Case.Plan
	if inc.State == alerting.StateResolved {
		return refusedResolved(inc, "escalate", "incident #%d is resolved: there is nothing to escalate")
	}
	if last := plan.Escalated; last.By != "" && now.Sub(last.At) < again {
		d.said = alerting.Say("answer.already_escalated", "by", last.By, "at", moment(last.At), "role", last.Role)
		d.Note = fmt.Sprintf("already escalated by %s at %s: %s was told", last.By, clock(last.At), last.Role)
		return nil
	}
	i, role := plan.unfired(), plan.lastRole()
	if i >= 0 {
		role = plan.Steps[i].Role
		p.escalateTo(d, i, by, now)
	} else {
		role = p.tellAgain(d, role, by, now)
	}
	plan.Escalated = Escalation{At: now, By: by.Name, Role: role}
	d.Detail.Step, d.Detail.Role = i+1, role
	d.asked()
	return nil
}

// asked makes pages that somebody asked for go out though the incident is acknowledged.
func (d *Decision) asked() {
	for k := range d.Pages {
		d.Pages[k].Until = UntilResolved
	}
}

// unfired is the page step that an escalation fires: the first that has not fired of those after the furthest one
// that has paged, or that somebody asked for; if none is left there, the first of all. It is -1 if all have fired.
func (p Plan) unfired() int {
	furthest := -1
	for i, s := range p.Steps {
		if s.State == StepFired && (s.Kind == PageStep || s.AskedBy != "") {
			furthest = i
		}
	}
	waits := func(s PlannedStep) bool { return s.Kind == PageStep && s.State != StepFired }
	if i := slices.IndexFunc(p.Steps[furthest+1:], waits); i >= 0 {
		return furthest + 1 + i
	}
	return slices.IndexFunc(p.Steps, waits)
}

// lastRole is that of the plan's last page step; empty if it has none.
func (p Plan) lastRole() string {
	for _, s := range slices.Backward(p.Steps) {
		if s.Kind == PageStep {
			return s.Role
		}
	}
	return ""
}

func (p *Policy) escalateTo(d *Decision, i int, by alerting.Actor, now time.Time) {
	s := &d.Case.Plan.Steps[i]
	text := fmt.Sprintf("Escalated by %s: %s is told now", by.Name, s.Role)
	said := alerting.Say("entry.escalated", "by", by.Name, "role", s.Role)
	if s.State == StepPending {
		text += " instead of at " + clock(s.DueAt)
		said = said.With("at", moment(s.DueAt))
	}
	s.AskedBy = by.Name
	d.note(now, alerting.KindEscalated, by, alerting.Because("asked over "+by.Via).As(said), "%s", text)
	if s.Kind == AssignStep {
		p.assign(d, s, now)
	}
	p.fire(d, []int{i}, now, by)
}

// tellAgain pages a role beside the plan, or catch_all where the plan names no role. It returns the role.
func (p *Policy) tellAgain(d *Decision, role string, by alerting.Actor, now time.Time) string {
	plan := &d.Case.Plan
	s := PlannedStep{Kind: PageStep, Role: role, Says: "escalated by " + by.Name, said: alerting.Say("why.escalated", "by", by.Name), AskedBy: by.Name}
	recipients, why := []recipient(nil), alerting.Reason{Values: map[string]string{}}
	if role == "" {
		s.Role = "catch_all"
		recipients, why = p.catchAll("the plan", "", plan.Severity, plan.route(true), why, now)
	} else {
		recipients, why = p.recipients(d.Case, s, now)
	}
	plan.Asked++
	for _, r := range recipients {
		d.Pages = append(d.Pages, r.orders(-plan.Asked, s, *plan, now)...)
	}
	why.Config = plan.Config
	said := alerting.Say("entry.escalated_again", "by", by.Name, "role", s.Role, "people", people(d.Pages))
	d.note(now, alerting.KindEscalated, by, why.As(said), "Escalated by %s, with no step left to tell: %s is told again: %s", by.Name, s.Role, summary(d.Pages, why))
	return s.Role
}
