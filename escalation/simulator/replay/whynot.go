package replay

import (
	"fmt"
	"strings"

	"tocsin/escalation/simulator"
)

// story is what happened to the simulated incidents that stand for a recorded one.
type story []simulator.Event

func (r *run) storyOf(key int64) (out story) {
	for _, id := range r.standsFor(key) {
		out = append(out, r.stories[id]...)
	}
	return out
}

// whyNot says why a page that was recorded would not have left.
func (s story) whyNot(i Incident, p Page) string {
	switch {
	case i.Gone && i.Joins > 0:
		return fmt.Sprintf("its alerts would have joined #%d", i.Joins)
	case i.Gone:
		return "there would be no such incident"
	case p.Step == 0:
		return "nothing would have asked for it"
	}
	told := false
	var over []string
	severity := i.Now
	for _, e := range s {
		if e.Round == p.Round && e.Step > 0 {
			severity = e.Severity
		}
		if e.Round != p.Round || e.Step != p.Step || e.Person != "" && e.Person != p.Person {
			continue
		}
		switch e.Kind {
		case simulator.Skip, simulator.Pass, simulator.Nobody:
			if e.Channel == "" || e.Channel == p.Channel {
				return e.Reason
			}
		case simulator.Page, simulator.Assign:
			told = true
			if e.Channel != "" {
				over = append(over, string(e.Channel))
			}
		}
	}
	if told {
		return fmt.Sprintf("step %d of %s tells them over %s only", p.Step, severity, strings.Join(over, ", "))
	}
	return s.noStep(p, severity.String())
}

// noStep says what there is instead of a page of whose step nothing is told.
func (s story) noStep(p Page, severity string) string {
	fires, rounds := false, 0
	for _, e := range s {
		rounds = max(rounds, e.Round)
		fires = fires || e.Round == p.Round && e.Step == p.Step
	}
	switch {
	case p.Round > rounds:
		return fmt.Sprintf("there would be no round %d", p.Round)
	case fires:
		return fmt.Sprintf("step %d of %s tells others", p.Step, severity)
	}
	return fmt.Sprintf("no step %d of %s comes by then", p.Step, severity)
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
