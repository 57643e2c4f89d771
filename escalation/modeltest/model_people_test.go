package modeltest

import (
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// recipient is somebody who is told, over which channels and when.
type recipient struct {
	person string
	sends  []sending
	shadow bool
}

type sending struct {
	channel escalation.Channel
	at      time.Time
}

// who is told by a step of an incident now, as things stand.
func (m *model) who(i *incident, kind escalation.StepKind, role string) (out []recipient) {
	d := m.policy.Directory
	r := d.Roles[role]
	people := r.People
	if r.Rotation != "" {
		people = []string{holder(d.Rotations[r.Rotation], m.roster.Overrides, m.now)}
	}
	for _, id := range people {
		if who, ok := m.standsFor(i, id, r.Rotation != ""); ok && !slices.ContainsFunc(out, who.same) {
			out = append(out, who)
		}
	}
	if kind == escalation.AssignStep {
		out = toWhomItBelongs(out, i.assignee)
	}
	if len(out) == 0 {
		if all := m.anyhow(i, d.CatchAll); len(all) > 0 {
			out = append(out, recipient{person: d.CatchAll, sends: all})
		}
	}
	if kind == escalation.PageStep && r.Rotation != "" {
		out = m.alongWith(out, i, r.Rotation)
	}
	return out
}

func (r recipient) same(other recipient) bool { return r.person == other.person }

func toWhomItBelongs(out []recipient, assignee string) []recipient {
	for _, r := range out {
		if r.person == assignee {
			return []recipient{r}
		}
	}
	if assignee == "" && len(out) > 1 {
		return out[:1]
	}
	return out
}

// standsFor is the person, or their deputy while they are away; ok is false if neither may be told. Whoever
// stands in for the holder of a rotation is on call in their place.
func (m *model) standsFor(i *incident, id string, onCall bool) (r recipient, ok bool) {
	if !takes(m.policy.Directory.People[id], i.sev) {
		return r, false
	}
	if deputy, away := m.away(id); away {
		if _, also := m.away(deputy); also {
			return r, false
		}
		id = deputy
	}
	person, known := m.policy.Directory.People[id]
	if !known || !takes(person, i.sev) || !onCall && !m.onCall(person) || !m.reachable(person) {
		return r, false
	}
	sends := m.sends(person, i.sev, i.over)
	return recipient{person: id, sends: sends}, len(sends) > 0
}

func takes(p escalation.Person, sev alerting.Severity) bool {
	return len(p.Only) == 0 || slices.Contains(p.Only, sev)
}

// away reports whether somebody is away, and who stands in: of absences that overlap, that of the last to end.
func (m *model) away(id string) (deputy string, away bool) {
	var until time.Time
	for _, a := range slices.Concat(m.policy.Directory.Absences, m.roster.Absences) {
		if a.Person == id && !m.now.Before(a.From) && m.now.Before(a.Until) && a.Until.After(until) {
			deputy, away, until = a.Deputy, true, a.Until
		}
	}
	return deputy, away
}

func (m *model) reachable(p escalation.Person) bool {
	is := true
	switch p.Reach {
	case escalation.ReachBusinessHours:
		c := p.Calendar
		if c == nil {
			c = m.policy.Calendar
		}
		_, is = open(c, m.now)
	case escalation.ReachHours:
		_, is = open(p.Hours, m.now)
	}
	return is
}

// onCall reports whether somebody who is reached only on call holds a rotation.
func (m *model) onCall(p escalation.Person) bool {
	is := p.Reach != escalation.ReachOnCall
	for _, r := range m.policy.Directory.Rotations {
		is = is || holder(r, m.roster.Overrides, m.now) == p.ID
	}
	return is
}

// sends are by a person's own rules, else over the row's channels; quiet hours put them off.
func (m *model) sends(p escalation.Person, sev alerting.Severity, row []escalation.Channel) (out []sending) {
	add := func(over []escalation.Channel, after time.Duration) {
		for _, ch := range over {
			known := slices.ContainsFunc(out, func(s sending) bool { return s.channel == ch })
			if address(p, ch) != "" && !known {
				out = append(out, sending{ch, awake(p, sev, m.now.Add(after))})
			}
		}
	}
	for _, rule := range p.Rules[sev] {
		add(rule.Over, rule.After)
	}
	if len(out) == 0 {
		add(row, 0)
	}
	return out
}

func address(p escalation.Person, ch escalation.Channel) string {
	return map[escalation.Channel]string{escalation.SMS: p.Phone, escalation.Email: p.Email, escalation.Slack: p.Slack}[ch]
}

func awake(p escalation.Person, sev alerting.Severity, at time.Time) time.Time {
	if p.Quiet.Hours == nil || !slices.Contains(p.Quiet.Severities, sev) {
		return at
	}
	if until, quiet := open(p.Quiet.Hours, at); quiet {
		return until
	}
	return at
}

// anyhow tells somebody over whatever reaches them, if neither their rules nor the row do.
func (m *model) anyhow(i *incident, id string) []sending {
	p := m.policy.Directory.People[id]
	if out := m.sends(p, i.sev, i.over); len(out) > 0 {
		return out
	}
	return m.sends(p, i.sev, escalation.Channels)
}

// alongWith adds the shadows of a rotation: over email and slack, without their own rules.
func (m *model) alongWith(out []recipient, i *incident, rotation string) []recipient {
	r := m.policy.Directory.Rotations[rotation]
	for _, l := range r.Shadows {
		id := inTurn(l, m.now)
		p := m.policy.Directory.People[id]
		shadow := recipient{person: id, shadow: true}
		_, away := m.away(id)
		if away || id == "" || id == holder(r, m.roster.Overrides, m.now) || !takes(p, i.sev) || slices.ContainsFunc(out, shadow.same) {
			continue
		}
		for _, ch := range i.over {
			if ch != escalation.SMS && address(p, ch) != "" {
				shadow.sends = append(shadow.sends, sending{ch, awake(p, i.sev, m.now)})
			}
		}
		out = append(out, shadow)
	}
	return out
}
