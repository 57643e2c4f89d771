package modeltest

import (
	"cmp"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/simulator"
)

// sent is a page of the round, and what has become of it.
type sent struct {
	page
	acceptBy               time.Time // zero: nobody looks, or somebody has looked
	digest                 bool      // it was gathered
	accepted, failed, went bool      // whether it was accepted, failed, or left and may have arrived
}

// asking makes what is told until the returned function is called something that was asked for.
func (i *incident) asking() (done func()) {
	was := i.asks
	i.asks = true
	return func() { i.asks = was }
}

// gathers reports whether a page over a channel waits for the digest, if what is told was not asked for.
func (i *incident) gathers(ch escalation.Channel) bool {
	loud := ch == escalation.SMS || ch == escalation.Voice || ch == escalation.Webhook
	return i.digest != "" && !i.asks && !loud && i.sev >= alerting.P2
}

// gathered is when a page over a channel leaves: P2 and P3 over quiet channels with the day's digest.
func (i *incident) gathered(ch escalation.Channel, at time.Time) time.Time {
	if !i.gathers(ch) {
		return at
	}
	clock, _ := time.Parse("15:04", i.digest)
	minute := time.Duration(clock.Hour()*60+clock.Minute()) * time.Minute
	_, offset := at.In(zone()).Zone()
	midnight := at.Add(time.Duration(offset) * time.Second).Truncate(24 * time.Hour).Add(-time.Duration(offset) * time.Second)
	today := midnight.Add(minute)
	switch {
	case at.Before(today):
		return today
	case at.Sub(today) < time.Minute:
		return at
	}
	return today.Add(24 * time.Hour)
}

// remindAt is when whoever has an acknowledged incident is told that it is still open.
func (i *incident) remindAt() time.Time {
	if i.state != alerting.StateAcknowledged || !i.snoozed.IsZero() || i.remind == 0 {
		return time.Time{}
	}
	return latest(latest(i.ackedAt, i.heard), i.reminded).Add(i.remind)
}

func (i *incident) reminds(now time.Time) bool {
	return !i.remindAt().IsZero() && !i.remindAt().After(now)
}

func (m *model) remind(i *incident) {
	if !i.reminds(m.now) {
		return
	}
	i.asked++
	i.reminded, i.reminder = m.now, -i.asked
	who := cmp.Or(i.assignee, i.acked)
	if deputy, away := m.away(who, m.now); away {
		who = deputy
	}
	_, away := m.away(who, m.now)
	sends := m.anyhow(i, who)
	if away || len(sends) == 0 {
		last := m.lastResort(i)
		who, sends = last.person, last.sends
	}
	m.order(i, recipient{person: who, sends: sends}, page{step: i.reminder, kind: escalation.RemindStep})
}

// allClear tells each person and channel that was used that it is over; nobody is called. What only digests have told
// is told by the next. Whoever was told of an incident that went into this one is told too.
func (m *model) allClear(i *incident, by string) {
	if !i.allClear {
		return
	}
	heard := m.heard(i)
	for _, f := range heard {
		if f.went && f.channel != escalation.Voice && f.person != by {
			at := m.now
			if !slices.ContainsFunc(heard, func(o *sent) bool { return o.went && !o.digest && o.person == f.person && o.channel == f.channel }) {
				at = i.gathered(f.channel, at)
			}
			at = awake(m.policy.Directory.People[f.person], i.sev, at)
			m.order(i, recipient{person: f.person, sends: []sending{{channel: f.channel, at: at}}}, page{step: -i.asked - 1, kind: escalation.ClearStep})
		}
	}
}

// heard are all pages by which people heard of an incident since it began.
func (m *model) heard(i *incident) []*sent {
	all := slices.Concat(i.former, i.sent)
	for _, o := range m.incidents {
		if o.merged == i && !o.mergedAt.IsZero() && !o.mergedAt.Before(i.began) {
			all = append(all, m.heard(o)...)
		}
	}
	return all
}

// outcome is what comes of a page.
func (m *model) outcome(person string, ch escalation.Channel) simulator.Outcome {
	if o, ok := m.outcomes[person+" "+string(ch)]; ok {
		return o
	}
	return m.outcomes[" "+string(ch)]
}

// settle writes down what comes of a page that leaves, or that is not needed.
func (m *model) settle(i *incident, p page, leaves bool) {
	for _, f := range slices.Concat(i.former, i.sent) {
		if f.round != p.round || f.step != p.step || f.person != p.person || f.channel != p.channel {
			continue
		}
		o := m.outcome(p.person, p.channel)
		switch {
		case !leaves:
			f.acceptBy = time.Time{}
		case o == simulator.Accepts:
			f.accepted, f.went, f.acceptBy = true, true, time.Time{}
		case o == simulator.Silent:
			f.went = true
		default:
			if f.failed = true; !f.acceptBy.IsZero() {
				f.acceptBy = m.now
			}
		}
	}
}

// endOfTime is later than anything that happens.
func endOfTime() time.Time { return time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC) }

// lateAt are the times by which pages should have been accepted.
func (i *incident) lateAt() (all []time.Time) {
	for _, f := range i.sent {
		if i.state != alerting.StateResolved && !f.acceptBy.IsZero() && f.acceptBy.Before(endOfTime()) {
			all = append(all, f.acceptBy)
		}
	}
	return all
}

// goAnotherWay orders other pages for those that are late: one for each over a channel of the same person that
// the step has not used; where there is none and all is lost, to the next person.
func (m *model) goAnotherWay(i *incident) {
	var late []*sent
	for _, f := range i.sent {
		if i.state != alerting.StateResolved && !f.acceptBy.IsZero() && !f.acceptBy.After(m.now) {
			late = append(late, f)
		}
	}
	slices.SortStableFunc(late, func(a, b *sent) int {
		return cmp.Or(a.step-b.step, cmp.Compare(a.person, b.person), slices.Index(escalation.Channels, a.channel)-slices.Index(escalation.Channels, b.channel))
	})
	type telling struct {
		step   int
		person string
	}
	replaced := map[telling]bool{}
	var out []page
	for _, f := range late {
		if !m.needed(i, f.page) {
			continue
		}
		p := f.page
		p.kind = ""
		if ch, ok := m.unused(i, f); ok {
			at := awake(m.policy.Directory.People[f.person], i.sev, m.now)
			out = append(out, m.enter(i, recipient{person: f.person, sends: []sending{{channel: ch, at: at}}}, p)...)
			continue
		}
		if known := (telling{f.step, f.person}); !replaced[known] && m.lost(i, f) {
			replaced[known] = true
			if r, ok := m.instead(i, f); ok {
				p.assigns = false
				if f.step > 0 {
					p.says = i.steps[f.step-1].Says
				}
				out = append(out, m.enter(i, r, p)...)
			}
		}
	}
	for _, f := range late {
		f.acceptBy = time.Time{}
	}
	for _, p := range out {
		m.dispatch(p)
	}
}

// unused is the next of a person's channels that a step has not used: their own or the row's, then the others.
func (m *model) unused(i *incident, f *sent) (escalation.Channel, bool) {
	p := m.policy.Directory.People[f.person]
	var order []escalation.Channel
	for _, rule := range p.Rules[i.sev] {
		order = append(order, rule.Over...)
	}
	if !slices.ContainsFunc(order, func(ch escalation.Channel) bool { return address(p, ch) != "" }) {
		order = i.over
	}
	order = append(slices.Clone(order), channels("sms voice slack url webhook email")...)
	for _, ch := range order {
		used := slices.ContainsFunc(i.sent, func(o *sent) bool { return o.step == f.step && o.person == f.person && o.channel == ch })
		if !used && address(p, ch) != "" {
			return ch, true
		}
	}
	return "", false
}

// lost reports whether no page of a step to a person was accepted, or may yet be.
func (m *model) lost(i *incident, f *sent) bool {
	for _, o := range i.sent {
		if o.step == f.step && o.person == f.person && (o.accepted || !o.failed && o.acceptBy.After(m.now)) {
			return false
		}
	}
	return true
}

// instead is the next person: who holds the role of a later step and was told nothing in this round, or the
// last resort.
func (m *model) instead(i *incident, f *sent) (recipient, bool) {
	defer i.asking()()
	fresh := func(id string) bool {
		return !slices.ContainsFunc(i.sent, func(o *sent) bool { return o.person == id })
	}
	for k := max(f.step, 0); k < len(i.steps); k++ {
		for _, r := range m.who(i, escalation.PageStep, i.steps[k].Role) {
			if r.answers() && fresh(r.person) {
				return r, true
			}
		}
	}
	if last := m.lastResort(i); len(last.sends) > 0 && fresh(last.person) {
		return last, true
	}
	id := m.policy.Directory.CatchAll
	sends := m.anyhow(i, id)
	return recipient{person: id, sends: sends}, len(sends) > 0 && fresh(id)
}
