package escalation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/alerting"
)

// otherChannels is the order in which a person's channels are tried that neither their rules nor the row name.
func otherChannels() []Channel { return []Channel{SMS, Voice, Slack, URL, Webhook, Email} }

// ways are all channels that reach a person, in the order in which they are tried: those of their own rules or
// of the row, then the others.
func (p Person) ways(sev alerting.Severity, row []Channel) (out []Channel) {
	var named []Channel
	for _, rule := range p.Rules[sev] {
		named = append(named, p.over(rule.Over)...)
	}
	if len(named) == 0 {
		named = p.over(row)
	}
	for _, ch := range slices.Concat(named, p.over(otherChannels())) {
		if !slices.Contains(out, ch) {
			out = append(out, ch)
		}
	}
	return out
}

// waysLeft are the channels over which a step has not told a person yet.
func (p *Policy) waysLeft(plan Plan, t telling, tried []Fate) []Channel {
	return slices.DeleteFunc(p.Directory.People[t.person].ways(plan.Severity, plan.Channels), func(ch Channel) bool {
		return slices.ContainsFunc(tried, func(o Fate) bool { return o.telling() == t && o.Channel == ch })
	})
}

func (p *Policy) nextChannel(plan Plan, f Fate, tried []Fate) (Channel, bool) {
	left := p.waysLeft(plan, f.telling(), tried)
	if len(left) == 0 {
		return "", false
	}
	return left[0], true
}

// nextPerson is who is told where no channel of a person accepted a page: the first who holds the role of a later
// step and has not been told in this round, at last catch_all or their deputy, and themselves though they are away
// where the deputy has been told. ok is false if there is nobody.
func (p *Policy) nextPerson(c Case, f Fate, tried []Fate, now time.Time) (r recipient, role string, ok bool) {
	told := func(id string) bool { return slices.ContainsFunc(tried, func(o Fate) bool { return o.Person == id }) }
	for i := max(f.Step+1, 0); i < len(c.Plan.Steps); i++ {
		s := PlannedStep{Kind: PageStep, Role: c.Plan.Steps[i].Role, AskedBy: alerting.Tocsin.Name}
		recipients, _ := p.recipients(c, s, now)
		for _, r := range recipients {
			if r.stand == ofRole && !told(r.person.ID) {
				return r, s.Role, true
			}
		}
	}
	sev, via := c.Plan.Severity, c.Plan.route(true)
	for _, last := range []recipient{p.lastResort(sev, via, now), p.catchAllAnyhow(sev, via, now)} {
		if len(last.sends) > 0 && !told(last.person.ID) {
			return last, "catch_all", true
		}
	}
	return r, "", false
}

// Otherwise says what comes instead of a page if its channel does not accept it: "not accepted within 10 s:
// voice, then url; then devops-lead". pages are all of the present round, this one among them. It is empty where
// nobody looks, or only at what is refused.
func (p *Policy) Otherwise(c Case, o Order, pages []Fate, now time.Time) string {
	if o.AcceptBy.IsZero() || WhenRefused(o.AcceptBy) {
		return ""
	}
	var parts []string
	f := Fate{Step: o.Step, Person: o.Person, Channel: o.Channel}
	if left := p.waysLeft(c.Plan, f.telling(), pages); len(left) > 0 {
		words := make([]string, len(left))
		for i, ch := range left {
			words[i] = string(ch)
		}
		parts = append(parts, strings.Join(words, ", then "))
	}
	if r, _, ok := p.nextPerson(c, f, pages, now); ok {
		parts = append(parts, r.person.ID)
	}
	if len(parts) == 0 {
		parts = append(parts, "nobody else is left to tell")
	}
	return fmt.Sprintf("not accepted within %s: %s", seconds(c.Plan.Failover), strings.Join(parts, "; then "))
}
