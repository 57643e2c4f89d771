package escalation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
)

// send is one page on its way to a person.
type send struct {
	channel   Channel
	notBefore time.Time // zero: at once
	digest    bool
	why       string // what made it wait, as the end of a sentence
}

// sends are the channels that tell a person of a severity: those of their own rules, if they have any that
// reaches them, otherwise those of the row.
func (p *Policy) sends(person Person, sev alerting.Severity, via route, now time.Time) []send {
	var out []send
	for _, rule := range person.Rules[sev] {
		for _, ch := range person.over(rule.Over) {
			if !slices.ContainsFunc(out, func(s send) bool { return s.channel == ch }) {
				out = append(out, p.put(person, rule.send(ch, now), sev, via.digest, now))
			}
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, ch := range person.over(via.channels) {
		out = append(out, p.put(person, send{channel: ch}, sev, via.digest, now))
	}
	return out
}

// sendsAnyhow is sends, over all that reaches the person if neither rules nor row do.
func (p *Policy) sendsAnyhow(person Person, sev alerting.Severity, via route, now time.Time) []send {
	if out := p.sends(person, sev, via, now); len(out) > 0 {
		return out
	}
	return p.sends(person, sev, route{Channels, via.digest}, now)
}

func (r Rule) send(ch Channel, now time.Time) send {
	if r.After <= 0 {
		return send{channel: ch, why: " by a personal rule"}
	}
	return send{channel: ch, notBefore: now.Add(r.After).UTC(), why: fmt.Sprintf(", after %s by a personal rule", calendar.Delay{Amount: r.After})}
}

// put puts a page off to the digest that it belongs to, and to the end of the quiet hours that it would fall into.
func (p *Policy) put(person Person, s send, sev alerting.Severity, digest string, now time.Time) send {
	return person.Quiet.hold(p.gather(person, s, sev, digest, now), sev, now)
}

// hold puts a page of P2 or P3 off to the end of the quiet hours that it would fall into.
func (q Quiet) hold(s send, sev alerting.Severity, now time.Time) send {
	at := now
	if s.notBefore.After(now) {
		at = s.notBefore
	}
	if q.Hours == nil || sev.WorseThan(alerting.P2) || !slices.Contains(q.Severities, sev) || !q.Hours.Open(at) {
		return s
	}
	end := q.Hours.Closes(at)
	s.notBefore = end.UTC()
	s.why += ", held until " + end.Format("15:04 Mon") + ": quiet hours"
	return s
}

// held is what made pages of r wait, each thing once; empty if none waits.
func (r recipient) held() string {
	var all []string
	for _, s := range r.sends {
		if !s.notBefore.IsZero() {
			all = append(all, fmt.Sprintf("%s%s", s.channel, s.why))
		}
	}
	return strings.Join(all, "; ")
}

// channels are those over which r is told, at once or later.
func (r recipient) channels() []Channel {
	out := make([]Channel, len(r.sends))
	for i, s := range r.sends {
		out[i] = s.channel
	}
	return out
}

// over are those of channels that reach the person.
func (p Person) over(channels []Channel) []Channel {
	var out []Channel
	for _, c := range channels {
		if p.Address(c) != "" {
			out = append(out, c)
		}
	}
	return out
}
