package modeltest

import (
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
)

// look does what is due of one incident.
func (m *model) look(i *incident) {
	if !i.paused.IsZero() {
		m.goOn(i)
	}
	if quiet := i.quietAt(); !quiet.IsZero() && !quiet.After(m.now) {
		m.wake(i)
	}
	if until := m.maintenance(i); !until.IsZero() && m.owes(i) {
		i.paused, i.muted = until, false
		return
	}
	if fired, last := m.fireDue(i); fired && m.repeats(i) { // after an outage
		if i.repeatAt = i.repeatAt.Add(m.now.Sub(last)); i.repeat.Kind != calendar.Wall {
			i.repeatAt = after(i.repeat, m.policy.Calendar, m.now)
		}
	} else if !fired && m.repeats(i) {
		left := i.repeats - 1
		m.plan(i, m.now)
		i.repeats = min(left, i.repeats)
	}
	m.remind(i)
}

func (m *model) repeats(i *incident) bool {
	return i.state == alerting.StateOpen && i.repeats > 0 && !i.repeatAt.After(m.now)
}

// owes reports whether somebody would be told now.
func (m *model) owes(i *incident) bool {
	return m.repeats(i) || i.reminds(m.now) || slices.ContainsFunc(i.steps, func(s planned) bool {
		return s.pending() && !s.due.After(m.now) && !i.reached(s.Until)
	})
}

// goOn ends a pause.
func (m *model) goOn(i *incident) {
	i.paused, i.muted = time.Time{}, false
	m.putOff(i, func(s planned) bool { return s.pending() && !i.reached(s.Until) })
}

// wake makes an acknowledged incident open again; whoever has it keeps it.
func (m *model) wake(i *incident) {
	unanswered(i)
	waits := func(s planned) bool {
		return s.Until == escalation.UntilAcknowledged && s.state != escalation.StepFired && !s.dropped
	}
	m.putOff(i, waits)
	some := false
	for k := range i.steps {
		if waits(i.steps[k]) {
			i.steps[k].state, some = escalation.StepPending, true
		}
	}
	if !some {
		m.plan(i, m.now)
	}
}

func unanswered(i *incident) {
	i.state, i.acked = alerting.StateOpen, ""
	i.ackedAt, i.snoozed, i.heard = time.Time{}, time.Time{}, time.Time{}
}

// fireDue fires or skips the steps that are due, and says whether any fired and when the last of these was due.
// Whoever is named by several is told once, by the furthest.
func (m *model) fireDue(i *incident) (fired bool, last time.Time) {
	var numbers []int
	for k := range i.steps {
		s := &i.steps[k]
		switch {
		case !s.pending() || s.due.After(m.now):
			continue
		case i.reached(s.Until):
			s.state = escalation.StepSkipped
			continue
		}
		if s.Kind == escalation.AssignStep && i.assignee != "" && len(m.who(i, s.Kind, s.Role)) == 0 {
			s.state = escalation.StepSkipped // whoever has it cannot be told
			continue
		}
		last = latest(last, s.due)
		m.giveTo(i, *s)
		numbers = append(numbers, k)
	}
	m.fire(i, numbers)
	return len(numbers) > 0, last
}

// giveTo assigns the incident by an assign step, unless somebody has it.
func (m *model) giveTo(i *incident, s planned) {
	if s.Kind == escalation.AssignStep && i.assignee == "" {
		if who := m.who(i, s.Kind, s.Role); len(who) > 0 {
			i.assignee = who[0].person
		}
	}
}

// fire tells whom steps name: first those who answer, the furthest step first, then the shadows.
func (m *model) fire(i *incident, numbers []int) {
	told := map[string]bool{}
	for _, shadows := range []bool{false, true} {
		for _, k := range slices.Backward(numbers) {
			s := &i.steps[k]
			s.state, s.firedAt = escalation.StepFired, m.now
			var here []string
			who := m.who(i, s.Kind, s.Role)
			s.nobody = !slices.ContainsFunc(who, recipient.answers) && (len(who) > 0 || s.Kind == escalation.PageStep || i.assignee == "")
			for _, r := range who {
				if r.shadow != shadows || told[r.person] {
					continue
				}
				here = append(here, r.person)
				m.order(i, r, page{step: k + 1, assigns: s.Kind == escalation.AssignStep, says: s.Says, until: s.Until, asked: s.asked})
			}
			for _, person := range here {
				told[person] = true
			}
		}
	}
}

// order sends the pages of one recipient, or lets them wait; none twice.
func (m *model) order(i *incident, r recipient, p page) {
	for _, p := range m.enter(i, r, p) {
		m.dispatch(p)
	}
}

// dispatch sends a page, or lets it wait.
func (m *model) dispatch(p page) {
	if p.at > m.now.UnixNano() {
		m.waiting = append(m.waiting, p)
	} else {
		m.send(p)
	}
}

// enter writes down the pages of one recipient, and returns those that nobody has ordered before.
func (m *model) enter(i *incident, r recipient, p page) (out []page) {
	p.incident, p.round, p.person = i.number, i.round, r.person
	if r.shadow {
		p.says = "you shadow primary"
	}
	if r.missed != "" {
		p.says = lastResortSays(r.missed, p)
	}
	for _, s := range r.sends {
		p.channel, p.at = s.channel, 0
		known := page{round: p.round, step: p.step, person: p.person, channel: p.channel}
		if i.told[known] {
			continue
		}
		i.told[known] = true
		p.at = s.at.UnixNano()
		f := &sent{page: p, digest: s.digest}
		if !r.shadow && p.kind != escalation.RemindStep && p.kind != escalation.ClearStep {
			switch {
			case i.failover > 0:
				f.acceptBy = latest(m.now, s.at).Add(i.failover)
			case i.sev == alerting.P0 || i.sev == alerting.P1:
				f.acceptBy = endOfTime() // only a refusal is looked at
			}
		}
		i.sent = append(i.sent, f)
		out = append(out, p)
	}
	return out
}

// lastResortSays is why the last resort is told, before the step's own words.
func lastResortSays(missed string, p page) string {
	text := missed + " reaches nobody, so you are told"
	if p.assigns {
		text = missed + " reaches nobody, so it is assigned to you"
	}
	if p.says == "" {
		return text
	}
	return text + ": " + p.says
}

// release sends the pages that have waited long enough.
func (m *model) release() {
	var still []page
	for _, p := range m.waiting {
		if p.at > m.now.UnixNano() {
			still = append(still, p)
		} else {
			m.send(p)
		}
	}
	m.waiting = still
}

// send lets a page leave, unless it has become unneeded.
func (m *model) send(p page) {
	i := m.incidents[p.incident]
	needed := m.needed(i, p)
	m.settle(i, p, needed)
	if needed {
		p.at = m.now.UnixNano()
		m.left = append(m.left, p)
	}
}

// needed reports whether a page is to leave now.
func (m *model) needed(i *incident, p page) bool {
	switch {
	case p.round != i.round:
		return false
	case p.kind == escalation.ClearStep:
		return true
	case p.kind == escalation.RemindStep:
		return i.state == alerting.StateAcknowledged && i.snoozed.IsZero() && i.paused.IsZero() &&
			!latest(i.ackedAt, i.heard).After(i.reminded) && p.step == i.reminder
	}
	mine := p.assigns && i.state != alerting.StateResolved && i.assignee == p.person
	if !mine && i.reached(p.until) {
		return false
	}
	return i.paused.IsZero() || p.step <= 0 || i.steps[p.step-1].asked
}
