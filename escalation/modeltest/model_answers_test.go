package modeltest

import (
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// answer does what somebody says, and reports whether that is refused. Into is the other incident of a merge,
// fingerprints are the alerts of a split.
func (m *model) answer(i *incident, a escalation.Answer, into *incident) (refused bool) {
	if a.Verb == escalation.Merge {
		return m.merge(i, into, a.By.Name)
	}
	if i.merged != nil && a.Verb != escalation.Note {
		return true
	}
	if a.Verb == escalation.Reopen && i.state == alerting.StateResolved {
		m.reopen(i)
		m.fireAgain(i)
		return false
	}
	if i.state == alerting.StateResolved && a.Verb != escalation.Note {
		return a.Verb != escalation.Resolve && a.Verb != escalation.Reopen
	}
	acknowledged := i.state == alerting.StateAcknowledged
	if refused = m.open(i, a); !refused && acknowledged {
		i.heard = m.now // any answer is a word of a person
	}
	return refused
}

// open is answer for an incident that is not resolved.
func (m *model) open(i *incident, a escalation.Answer) (refused bool) {
	by := a.By.Name
	switch a.Verb {
	case escalation.Acknowledge:
		if i.state == alerting.StateOpen || !i.snoozed.IsZero() {
			m.acknowledge(i, by)
		}
	case escalation.Resolve:
		m.resolveBy(i)
		m.allClear(i, by)
	case escalation.Snooze:
		if refused = m.tooFar(a.Until); !refused && !i.snoozed.Equal(a.Until) {
			m.acknowledge(i, by)
			i.snoozed = a.Until
		}
	case escalation.Mute:
		if refused = m.tooFar(a.Until); !refused {
			i.paused, i.muted = a.Until, true
		}
	case escalation.Unmute:
		if refused = !i.paused.IsZero() && !i.muted; !refused && i.muted {
			m.goOn(i)
		}
	case escalation.Assign:
		return m.assign(i, a.Person, by)
	case escalation.Escalate:
		m.escalate(i)
	case escalation.Jump:
		return m.jump(i, a.Step-1)
	case escalation.SetSeverity:
		return m.severity(i, a.Severity)
	case escalation.Split:
		return m.split(i, a.Alerts)
	}
	return refused
}

// tooFar reports whether a time is past, or more than 30 days ahead.
func (m *model) tooFar(t time.Time) bool {
	return !t.After(m.now) || t.Sub(m.now) > 30*24*time.Hour
}

func (m *model) acknowledge(i *incident, by string) {
	i.state, i.acked, i.ackedAt, i.snoozed = alerting.StateAcknowledged, by, m.now, time.Time{}
	if i.assignee == "" {
		i.assignee = by
	}
}

// resolve ends an incident. What it still owed, it owes no longer.
func (m *model) resolve(i *incident) {
	i.state, i.ended, i.snoozed, i.paused, i.muted = alerting.StateResolved, m.now, time.Time{}, time.Time{}, false
}

func (m *model) resolveBy(i *incident) {
	m.resolve(i)
	for _, al := range m.alerts {
		if al.incident == i && al.fires {
			al.fires, al.endedAt = false, m.now
		}
	}
}

func (m *model) reopen(i *incident) {
	unanswered(i)
	i.assignee, i.merged, i.began = "", nil, m.now
	m.plan(i, m.now)
	i.former = nil
}

// fireAgain brings back the alerts that a person's resolve had ended.
func (m *model) fireAgain(i *incident) {
	for _, al := range m.alerts {
		if al.incident == i && !al.fires && !al.over {
			al.fires, al.endedAt = true, time.Time{}
		}
	}
}

func (m *model) assign(i *incident, person, by string) (refused bool) {
	was := i.assignee
	if _, known := m.policy.Directory.People[person]; !known || was == person {
		return !known
	}
	i.assignee = person
	defer i.asking()()
	tell := func(who string, assigns bool) {
		if _, known := m.policy.Directory.People[who]; known && who != by {
			m.beside(i, []recipient{{person: who, sends: m.anyhow(i, who)}}, assigns)
		}
	}
	tell(person, true)
	tell(was, false)
	return false
}

// beside tells people something that is no step's.
func (m *model) beside(i *incident, who []recipient, assigns bool) {
	i.asked++
	for _, r := range who {
		m.order(i, r, page{step: -i.asked, assigns: assigns, until: escalation.UntilResolved})
	}
}

// escalate tells the next step's people now: that of the first page step that has not fired, of those after the
// furthest one that has paged, or that somebody asked for, if one is left there.
func (m *model) escalate(i *incident) {
	if !i.askedAt.IsZero() && m.now.Sub(i.askedAt) < 30*time.Second {
		return
	}
	i.askedAt = m.now
	defer i.asking()()
	role, before, after := "", -1, -1
	for k, s := range i.steps {
		pages, fired := s.Kind == escalation.PageStep, s.state == escalation.StepFired
		switch {
		case fired && (pages || s.asked):
			after = -1
		case pages && !fired && after < 0:
			after = k
		}
		if pages {
			role = s.Role
		}
		if pages && !fired && before < 0 {
			before = k
		}
	}
	switch {
	case after >= 0:
		m.ask(i, after)
	case before >= 0:
		m.ask(i, before)
	case role != "":
		m.beside(i, m.who(i, escalation.PageStep, role), false)
	default:
		m.beside(i, []recipient{m.lastResort(i)}, false)
	}
}

// ask fires a step because a person asks; its pages go out until the incident is resolved.
func (m *model) ask(i *incident, k int) {
	i.askedAt = m.now
	defer i.asking()()
	s := &i.steps[k]
	s.asked = true
	m.giveTo(i, *s)
	waits := s.Until
	s.Until = escalation.UntilResolved
	m.fire(i, []int{k})
	s.Until = waits
}

func (m *model) jump(i *incident, k int) (refused bool) {
	switch {
	case k < 0 || k >= len(i.steps):
		return true
	case i.steps[k].state == escalation.StepFired:
		return !i.steps[k].asked || m.now.Sub(i.steps[k].firedAt) >= 30*time.Second
	}
	for before := range k {
		i.steps[before].drop(i.steps[before].pending())
	}
	m.ask(i, k)
	return false
}

// drop skips a step for good, if it is to be.
func (s *planned) drop(is bool) {
	if is {
		s.state, s.dropped = escalation.StepSkipped, true
	}
}

// severity raises from now, or lowers from the incident's beginning; the acknowledgement stays. A raise ends a
// pause, which a maintenance window may begin again.
func (m *model) severity(i *incident, sev alerting.Severity) (refused bool) {
	if _, known := m.policy.Matrix[sev]; !known || sev == i.sev {
		return !known
	}
	lowers, paused, muted := sev > i.sev, i.paused, i.muted
	i.sev = sev
	if !lowers {
		m.plan(i, m.now)
		return false
	}
	m.plan(i, i.began)
	for k := range i.steps {
		i.steps[k].drop(!i.steps[k].due.After(m.now))
	}
	if !i.repeatAt.After(m.now) {
		i.repeatAt, i.repeats = time.Time{}, 0
	}
	i.paused, i.muted = paused, muted
	return false
}

func (m *model) merge(from, into *incident, by string) (refused bool) {
	if from != into && from.merged == into {
		return false // as it is already
	}
	if from == into || from.merged != nil || into.merged != nil || into.state == alerting.StateResolved {
		return true
	}
	into.count += from.count
	m.learn(into, from.labels...)
	into.lost = append(into.lost, from.lost...)
	for _, al := range m.alerts {
		if al.incident == from {
			al.incident = into
		}
	}
	if from.sev < into.sev {
		into.sev = from.sev
		m.plan(into, m.now)
	}
	m.leave(into)
	if into.state == alerting.StateAcknowledged {
		into.heard = m.now
	}
	if from.merged, from.mergedAt = into, (time.Time{}); from.state != alerting.StateResolved {
		from.mergedAt = m.now
		m.resolve(from)
	}
	return false
}

// split makes an incident of its own of some alerts; at least one must stay.
func (m *model) split(i *incident, fingerprints []string) (refused bool) {
	all, fires := 0, false
	for _, al := range m.alerts {
		if al.incident == i {
			all++
			fires = fires || al.fires
		}
	}
	worst, firing := (*alert)(nil), false
	for _, f := range fingerprints {
		al := m.alerts[f]
		if al == nil || al.incident != i {
			return true
		}
		firing = firing || al.fires
		if worst == nil || al.fires && !worst.fires || al.fires == worst.fires && al.sev < worst.sev {
			worst = al
		}
	}
	if worst == nil || len(fingerprints) == all {
		return true
	}
	split := m.begin("", worst.labels, worst.sev)
	split.count = len(fingerprints)
	i.count = max(i.count-split.count, 0)
	for _, f := range fingerprints {
		m.alerts[f].incident = split
		m.learn(split, m.alerts[f].labels)
	}
	left := slices.ContainsFunc(m.of(i), func(al *alert) bool { return al.fires })
	if fires && !left {
		m.resolve(i)
	}
	return false
}
