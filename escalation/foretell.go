package escalation

import (
	"cmp"
	"slices"
	"time"

	"tocsin/alerting"
)

// How far ahead Foretell looks, and how often it lets the machine go on.
const (
	foretoldDays  = 60
	foretoldFor   = foretoldDays * 24 * time.Hour
	foretoldTurns = 200
)

// Foretold is what will become of a step if nobody acts and no alert comes: it fires at At and orders Pages,
// or it is skipped then, and Reason says why. Round is that of its plan: the machine may begin a new one.
type Foretold struct {
	At     time.Time
	Round  int
	Index  int // in the plan of Round
	Step   PlannedStep
	Pages  []Order
	Reason alerting.Reason
}

// Fires reports whether the step will tell somebody, rather than be skipped.
func (f Foretold) Fires() bool { return f.Step.State == StepFired }

// Foretell says what the machine will do with an incident if nobody acts and no alert comes: it lets Next go on,
// with a copy, at each time at which something is owed. A step that is skipped because of a snooze and comes
// back with its end is told of once, as it fires. It looks 60 days ahead, and is in order of time.
func (p *Policy) Foretell(c Case, now time.Time) []Foretold {
	var all []Foretold
	c.Plan.Remind = 0 // reminders are no steps, and would use up the turns
	end := now.Add(foretoldFor)
	for range foretoldTurns {
		at := c.Plan.NextAt(c.Incident)
		if at.IsZero() || at.After(end) {
			break
		}
		if at.After(now) {
			now = at
		}
		d := p.next(c, now)
		if !d.Changed {
			break
		}
		all = foretold(all, c.Plan, d)
		c = d.Case
	}
	slices.SortStableFunc(all, func(a, b Foretold) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Round, b.Round), cmp.Compare(a.Index, b.Index))
	})
	return all
}

// foretold adds the steps of which a decision says what becomes of them. What was said of them before, as that
// they were skipped for the time of a snooze, is no longer so.
func foretold(all []Foretold, before Plan, d Decision) []Foretold {
	after := d.Case.Plan
	for i, s := range after.Steps {
		if s.State == StepPending || after.Round == before.Round && s.State == before.Steps[i].State && s.At.Equal(before.Steps[i].At) {
			continue
		}
		f := Foretold{At: s.At, Round: after.Round, Index: i, Step: s, Reason: s.Reason}
		for _, o := range d.Pages {
			if o.Step == i {
				f.Pages = append(f.Pages, o)
			}
		}
		all = slices.DeleteFunc(all, func(was Foretold) bool { return was.Round == f.Round && was.Index == i })
		all = append(all, f)
	}
	return all
}
