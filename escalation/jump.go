package escalation

import (
	"fmt"
	"time"

	"tocsin/alerting"
)

// jump fires a step of the plan now, whatever it waits for. Those before it that are pending are skipped;
// those after it keep their times.
func (p *Policy) jump(d *Decision, a Answer, now time.Time) error {
	inc, plan, i := d.Case.Incident, &d.Case.Plan, a.Step-1
	switch {
	case inc.State == alerting.StateResolved:
		return &alerting.Refused{Text: fmt.Sprintf("incident #%d is resolved: there is no step to jump to", inc.ID)}
	case i < 0 || i >= len(plan.Steps):
		return &alerting.Refused{Text: fmt.Sprintf("the plan has no step %d: it has %s", a.Step, count(len(plan.Steps), "step"))}
	case plan.Steps[i].State == StepFired && plan.Steps[i].AskedBy != "" && now.Sub(plan.Steps[i].At) < again:
		d.Note = fmt.Sprintf("step %d was asked for by %s at %s", a.Step, plan.Steps[i].AskedBy, clock(plan.Steps[i].At))
		return nil
	case plan.Steps[i].State == StepFired:
		return &alerting.Refused{Text: fmt.Sprintf("step %d has fired already, at %s: escalate to tell somebody again", a.Step, clock(plan.Steps[i].At))}
	}
	for k := range i {
		if plan.Steps[k].State == StepPending {
			d.drop(k, a.By, now, "jumped over by "+a.By.Name)
		}
	}
	p.escalateTo(d, i, a.By, now)
	plan.Escalated = Escalation{At: now, By: a.By.Name, Role: plan.Steps[i].Role}
	d.Detail.Role = plan.Steps[i].Role
	d.asked()
	return nil
}
