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

	catchAll bool   // because the role reaches nobody
	missed   string // that role
}

type sending struct {
	channel escalation.Channel
	at      time.Time
	digest  bool // leaves with the day's digest
}

// who is told by a step of an incident now, as things stand.
func (m *model) who(i *incident, kind escalation.StepKind, role string) (out []recipient) {
	d := m.policy.Directory
	r := d.Roles[role]
	people := r.People
	if r.Rotation != "" {
		people = []string{holder(d.Rotations[r.Rotation], m.roster.Overrides, m.now)}
	}
	onCall := r.Rotation != ""
	for _, id := range people {
		if who, ok := m.standsFor(i, id, onCall, m.now); ok && !slices.ContainsFunc(out, who.same) {
			out = append(out, who)
		}
	}
	nobody := len(out) == 0
	switch {
	case kind == escalation.AssignStep && i.assignee != "" && !(nobody && (i.assignee == d.CatchAll || i.assignee == m.lastResort(i).person)):
		return m.whomItBelongsTo(i, out, onCall)
	case nobody:
		if last := m.lastResort(i); len(last.sends) > 0 {
			last.missed = role
			out = append(out, last)
		}
	case kind == escalation.AssignStep:
		out = m.unlessAwayByThen(i, out, onCall)[:1]
	default:
		out = m.unlessAwayByThen(i, out, onCall)
	}
	if kind == escalation.PageStep && r.Rotation != "" {
		out = m.alongWith(out, i, r.Rotation)
	}
	return out
}

// answers reports whether somebody is told for a role, and neither along nor instead.
func (r recipient) answers() bool { return !r.shadow && !r.catchAll }

func (r recipient) same(other recipient) bool { return r.person == other.person }

// whomItBelongsTo is the assignee as one of a role, else by themselves; a step of an assignment tells nobody else.
func (m *model) whomItBelongsTo(i *incident, role []recipient, onCall bool) []recipient {
	is := func(r recipient) bool { return r.person == i.assignee }
	if placed := m.unlessAwayByThen(i, role, onCall); slices.ContainsFunc(placed, is) {
		return slices.DeleteFunc(placed, func(r recipient) bool { return !is(r) })
	}
	if k := slices.IndexFunc(role, is); k >= 0 {
		return m.unlessAwayByThen(i, role[k:k+1], onCall)
	}
	if who, ok := m.standsFor(i, i.assignee, false, m.now); ok {
		return m.unlessAwayByThen(i, []recipient{who}, false)
	}
	return nil
}

// unlessAwayByThen gives the pages that leave while their recipient is away to whoever stands in at that moment,
// if anybody can.
func (m *model) unlessAwayByThen(i *incident, all []recipient, onCall bool) (out []recipient) {
	for _, r := range all {
		var first time.Time
		away := func(s sending) bool { _, is := m.away(r.person, s.at); return is && s.at.After(m.now) }
		for _, s := range r.sends {
			if away(s) && (first.IsZero() || s.at.Before(first)) {
				first = s.at
			}
		}
		deputy, _ := m.away(r.person, first)
		person, known := m.policy.Directory.People[deputy]
		stand, ok := m.here(i, person, onCall, first)
		if _, also := m.away(deputy, first); first.IsZero() || !known || also || !ok {
			out = append(out, r)
			continue
		}
		if r.sends = slices.DeleteFunc(slices.Clone(r.sends), away); len(r.sends) > 0 {
			out = append(out, r)
		}
		if !slices.ContainsFunc(slices.Concat(out, all), stand.same) {
			out = append(out, stand)
		}
	}
	return out
}

// standsFor is the person, or their deputy while they are away; ok is false if neither may be told. Whoever
// stands in for the holder of a rotation is on call in their place.
func (m *model) standsFor(i *incident, id string, onCall bool, at time.Time) (r recipient, ok bool) {
	if !takes(m.policy.Directory.People[id], i.sev) {
		return r, false
	}
	if deputy, away := m.away(id, at); away {
		if _, also := m.away(deputy, at); also {
			return r, false
		}
		id = deputy
	}
	person, known := m.policy.Directory.People[id]
	if !known {
		return r, false
	}
	return m.here(i, person, onCall, at)
}

// here is a person who is not away, if they may be told at a moment.
func (m *model) here(i *incident, p escalation.Person, onCall bool, at time.Time) (r recipient, ok bool) {
	if !takes(p, i.sev) || !onCall && !m.onCall(p, at) || !m.reachable(p, at) {
		return r, false
	}
	sends := m.sends(i, p, i.over, at)
	return recipient{person: p.ID, sends: sends}, len(sends) > 0
}

func takes(p escalation.Person, sev alerting.Severity) bool {
	return len(p.Only) == 0 || slices.Contains(p.Only, sev)
}

// away reports whether somebody is away, and who stands in: of absences that overlap, that of the last to end.
func (m *model) away(id string, at time.Time) (deputy string, away bool) {
	var until time.Time
	for _, list := range [][]escalation.Absence{m.policy.Directory.Absences, m.roster.Absences} {
		for _, a := range list {
			if a.Person == id && !at.Before(a.From) && at.Before(a.Until) && a.Until.After(until) {
				deputy, away, until = a.Deputy, true, a.Until
			}
		}
	}
	return deputy, away
}

func (m *model) reachable(p escalation.Person, at time.Time) bool {
	is := true
	switch p.Reach {
	case escalation.ReachBusinessHours:
		c := p.Calendar
		if c == nil {
			c = m.policy.Calendar
		}
		_, is = open(c, at)
	case escalation.ReachHours:
		_, is = open(p.Hours, at)
	}
	return is
}

// onCall reports whether somebody who is reached only on call holds a rotation.
func (m *model) onCall(p escalation.Person, at time.Time) bool {
	is := p.Reach != escalation.ReachOnCall
	for _, r := range m.policy.Directory.Rotations {
		is = is || holder(r, m.roster.Overrides, at) == p.ID
	}
	return is
}

// sends are by a person's own rules, else over the row's channels; quiet hours put them off.
func (m *model) sends(i *incident, p escalation.Person, row []escalation.Channel, at time.Time) (out []sending) {
	add := func(over []escalation.Channel, after time.Duration) {
		for _, ch := range over {
			known := slices.ContainsFunc(out, func(s sending) bool { return s.channel == ch })
			if address(p, ch) != "" && !known {
				out = append(out, sending{ch, awake(p, i.sev, i.gathered(ch, at.Add(after))), i.gathers(ch)})
			}
		}
	}
	for _, rule := range p.Rules[i.sev] {
		add(rule.Over, rule.After)
	}
	if len(out) == 0 {
		add(row, 0)
	}
	return out
}

func address(p escalation.Person, ch escalation.Channel) string {
	return map[escalation.Channel]string{
		escalation.SMS: p.Phone, escalation.Voice: p.Phone, escalation.Email: p.Email, escalation.Slack: p.Slack,
		escalation.Webhook: p.Webhook, escalation.URL: p.URL,
	}[ch]
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
	if out := m.sends(i, p, i.over, m.now); len(out) > 0 {
		return out
	}
	return m.sends(i, p, escalation.Channels, m.now)
}

// lastResort is catch_all, or while they are away their deputy, if one is there whom anything reaches.
func (m *model) lastResort(i *incident) recipient {
	id := m.policy.Directory.CatchAll
	if deputy, away := m.away(id, m.now); away {
		_, also := m.away(deputy, m.now)
		if sends := m.anyhow(i, deputy); !also && len(sends) > 0 {
			return recipient{person: deputy, sends: sends, catchAll: true}
		}
	}
	return recipient{person: id, sends: m.anyhow(i, id), catchAll: true}
}

// alongWith adds the shadows of a rotation: over email and slack, without their own rules.
func (m *model) alongWith(out []recipient, i *incident, rotation string) []recipient {
	r := m.policy.Directory.Rotations[rotation]
	for _, l := range r.Shadows {
		id := inTurn(l, m.now)
		p := m.policy.Directory.People[id]
		shadow := recipient{person: id, shadow: true}
		_, away := m.away(id, m.now)
		if away || id == "" || id == holder(r, m.roster.Overrides, m.now) || !takes(p, i.sev) || slices.ContainsFunc(out, shadow.same) {
			continue
		}
		for _, ch := range i.over {
			if (ch == escalation.Email || ch == escalation.Slack) && address(p, ch) != "" {
				shadow.sends = append(shadow.sends, sending{ch, awake(p, i.sev, i.gathered(ch, m.now)), i.gathers(ch)})
			}
		}
		out = append(out, shadow)
	}
	return out
}
