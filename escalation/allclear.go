package escalation

import (
	"fmt"
	"slices"
	"time"

	"tocsin/alerting"
)

// Left is that a page of an incident's present round really left: it was sent, delivered, or may have been.
type Left struct {
	Person  string
	Channel Channel
}

// clear decides that those who were told of an incident are told that it is resolved. Of whoever has quiet hours
// the plan keeps until when that waits.
func (p *Policy) clear(d *Decision, now time.Time) {
	plan := &d.Case.Plan
	if !plan.AllClear || d.Case.Incident.State != alerting.StateResolved {
		return
	}
	d.Clear = true
	for id, person := range p.Directory.People {
		if s := person.Quiet.hold(send{}, plan.Severity, now); !s.notBefore.IsZero() {
			if plan.Quiet == nil {
				plan.Quiet = map[string]time.Time{}
			}
			plan.Quiet[id] = s.notBefore
		}
	}
}

// AllClear are the pages that tell that an incident is resolved, where a decision says Clear: one to each person
// and channel that a page of this round left on. Nobody is called for it, and whoever resolved it knows. left may
// name the same more than once.
func AllClear(c Case, left []Left) []Order {
	inc, plan := c.Incident, c.Plan
	var out []Order
	for _, l := range left {
		known := slices.ContainsFunc(out, func(o Order) bool { return o.Person == l.Person && o.Channel == l.Channel })
		if known || l.Channel == Voice || l.Person == inc.ResolvedBy {
			continue
		}
		out = append(out, Order{
			Step: -plan.Asked - 1, Kind: ClearStep, Person: l.Person, Channel: l.Channel, Until: UntilResolved,
			NotBefore: plan.Quiet[l.Person],
			Reason: alerting.Reason{
				Text: fmt.Sprintf("%s was told of it, and it is %s, over %s", l.Person, Reached(inc, UntilResolved), l.Channel),
				Rule: fmt.Sprintf("matrix.%s.all_clear", plan.Severity), Config: plan.Config,
			},
		})
	}
	return out
}
