package escalation

import (
	"fmt"

	"tocsin/alerting"
)

// Queued is a page that waits to be sent, as far as its incident may make it unneeded.
type Queued struct {
	Round  int
	Step   int // index in the plan; negative: beside it
	Kind   StepKind
	Person string
	Until  Until
}

// Unneeded says why a page that waits need not leave any more; empty if it must. Whoever sends pages asks
// it of the incident as it is at that moment.
func Unneeded(o Queued, c Case) string {
	inc := c.Incident
	if o.Round != inc.Round {
		return fmt.Sprintf("the incident is in round %d", inc.Round)
	}
	switch o.Kind {
	case ClearStep:
		return "" // its reopening would be another round
	case RemindStep:
		return c.noReminder(o.Step)
	}
	if o.Kind == AssignStep && inc.State != alerting.StateResolved && inc.Assignee == o.Person {
		return c.Plan.withheld(o.Step)
	}
	if why := Reached(inc, o.Until); why != "" {
		return why
	}
	return c.Plan.withheld(o.Step)
}

// withheld says why no page of a step leaves now: the plan is paused, and nobody has asked for the step.
func (p Plan) withheld(step int) string {
	if p.Pause.Until.IsZero() || step < 0 || step < len(p.Steps) && p.Steps[step].AskedBy != "" {
		return ""
	}
	return p.Pause.Why.Text
}
