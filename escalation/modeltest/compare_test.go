package modeltest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/simulator"
)

// compare holds the machine to the model: each incident, and the pages that have left.
func (r *run) compare() {
	r.comparePages()
	cases := r.world.Cases()
	if len(cases) != len(r.model.incidents) {
		r.fail("the machine has %d incidents, the model %d", len(cases), len(r.model.incidents))
	}
	for k, i := range r.model.incidents {
		into := int64(0)
		if i.merged != nil {
			into = cases[i.merged.number].Incident.ID
		}
		got, want := standing(cases[k]), i.standing(r.model.firing(i), into)
		if got != want {
			r.fail("incident %d is, by the machine,\n  %+v\nand by the model\n  %+v", k, got, want)
		}
	}
}

// mostSteps is how many steps a row of the configurations has at most.
const mostSteps = 7

type stepStand struct {
	state  escalation.StepState
	due    int64
	nobody bool
}

// stand is what is compared of an incident.
type stand struct {
	state           alerting.State
	sev             alerting.Severity
	assignee, acked string
	snoozed, paused int64
	round           int
	count, firing   int
	into            int64
	repeat, owed    int64 // when the row begins again; when somebody is told next, unless the plan waits
	remind          int64 // when somebody is told that it is still open
	steps           [mostSteps]stepStand
}

func standing(c escalation.Case) stand {
	inc := c.Incident
	s := stand{
		state: inc.State, sev: inc.Severity, assignee: inc.Assignee, acked: inc.AcknowledgedBy, snoozed: nanoseconds(inc.SnoozedUntil),
		paused: nanoseconds(c.Plan.Pause.Until), round: inc.Round, count: inc.AlertCount, firing: inc.FiringCount, into: inc.MergedInto,
	}
	if inc.State != alerting.StateResolved {
		for k, step := range c.Plan.Steps {
			s.steps[k] = stepStand{step.State, step.DueAt.Unix(), step.Nobody}
		}
		s.remind = nanoseconds(c.RemindAt())
		if c.Plan.Repeats > 0 {
			s.repeat = nanoseconds(c.Plan.RepeatAt)
		}
		waits := s.paused != 0 || s.snoozed != 0 || inc.State == alerting.StateAcknowledged && c.Plan.AckTimeout > 0
		if owed := c.Plan.Owed(inc); owed != nil && !waits {
			s.owed = nanoseconds(owed.DueAt)
		}
	}
	return s
}

func (i *incident) standing(firing int, into int64) stand {
	s := stand{
		state: i.state, sev: i.sev, assignee: i.assignee, acked: i.acked, snoozed: nanoseconds(i.snoozed),
		paused: nanoseconds(i.paused), round: i.round, count: i.count, firing: firing, into: into,
	}
	if i.state != alerting.StateResolved {
		for k, step := range i.steps {
			s.steps[k] = stepStand{step.state, step.due.Unix(), step.nobody}
		}
		s.remind = nanoseconds(i.remindAt())
		if i.repeats > 0 {
			s.repeat = nanoseconds(i.repeatAt)
		}
		s.owed = nanoseconds(i.owed())
	}
	return s
}

func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// comparePages compares what has left since the last time, in whatever order.
func (r *run) comparePages() {
	ids := map[int64]int{}
	var got []page
	for _, e := range r.world.Story()[r.seen:] {
		if e.Kind == simulator.Stuck {
			r.fail("the machine finds no end: %s", e.Reason)
		}
		kind, told := kindOf(e.Kind)
		if e.Channel == "" || !told {
			continue
		}
		if len(ids) == 0 {
			for k, c := range r.world.Cases() {
				ids[c.Incident.ID] = k
			}
		}
		got = append(got, shown(page{
			at: e.At.UnixNano(), incident: ids[e.Incident], step: e.Step, assigns: e.Kind == simulator.Assign, person: e.Person, channel: e.Channel, says: e.Says, kind: kind,
		}))
	}
	r.seen = len(r.world.Story())
	var want []page
	for _, p := range r.model.left {
		want = append(want, shown(p))
	}
	r.model.left = nil
	mine, models := without(got, want), without(want, got)
	if len(mine) > 0 || len(models) > 0 {
		r.fail("pages that left by the machine alone:\n%sby the model alone:\n%s", lines(mine), lines(models))
	}
}

// kindOf is the kind of a page that leaves; told is false of what is none.
func kindOf(k simulator.Kind) (kind escalation.StepKind, told bool) {
	switch k {
	case simulator.Remind:
		return escalation.RemindStep, true
	case simulator.Clear:
		return escalation.ClearStep, true
	}
	return "", k == simulator.Page || k == simulator.Assign
}

// shown is of a page what both tell: of those beside the plan no words, as they are not the rules'.
func shown(p page) page {
	if p.step <= 0 {
		p.step, p.says = 0, ""
	}
	return page{at: p.at, incident: p.incident, step: p.step, assigns: p.assigns, person: p.person, channel: p.channel, says: p.says, kind: p.kind}
}

// without are the pages of one side that the other has not.
func without(some, others []page) []page {
	others = slices.Clone(others)
	return slices.DeleteFunc(slices.Clone(some), func(p page) bool {
		k := slices.Index(others, p)
		if k >= 0 {
			others = slices.Delete(others, k, k+1)
		}
		return k >= 0
	})
}

func lines(pages []page) string {
	var b strings.Builder
	for _, p := range pages[:min(len(pages), 10)] {
		fmt.Fprintf(&b, "  %s incident %d step %d: %s over %s %q assigns %v %s\n", time.Unix(0, p.at).In(zone()).Format("Mon 02 15:04:05"), p.incident, p.step, p.person, p.channel, p.says, p.assigns, p.kind)
	}
	return b.String()
}

// fail ends the run, and tells what led there.
func (r *run) fail(format string, args ...any) {
	r.t.Helper()
	text := []string{fmt.Sprintf(format, args...), "after"}
	for _, line := range r.log {
		text = append(text, "  "+line())
	}
	r.t.Fatal(strings.Join(text, "\n"))
}
