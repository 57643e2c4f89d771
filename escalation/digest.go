package escalation

import (
	"time"

	"tocsin/alerting"
)

// route is over what a plan tells people of its severity.
type route struct {
	channels []Channel
	digest   string // "09:00": over quiet channels at this time of day; empty: at once
}

// route is how the plan tells people. What somebody asked for does not wait for a digest.
func (p Plan) route(asked bool) route {
	if asked {
		return route{channels: p.Channels}
	}
	return route{p.Channels, p.Digest}
}

// gathers reports whether pages of the plan's severity wait for a digest.
func (p Plan) gathers() bool { return p.Digest != "" && !p.Severity.WorseThan(alerting.P2) }

// digestLateness is how much later than a digest's time a page still belongs to it: steps in business time are
// due as it opens, and fire a moment later.
const digestLateness = time.Minute

// gather puts a page of P2 or P3 over a quiet channel off to the next digest in the person's zone. One that belongs
// to the digest that leaves just now does not wait.
func (p *Policy) gather(person Person, s send, sev alerting.Severity, digest string, now time.Time) send {
	hour, err := time.Parse("15:04", digest)
	if digest == "" || err != nil || sev.WorseThan(alerting.P2) || s.channel != Email && s.channel != Slack && s.channel != URL {
		return s
	}
	at := now
	if s.notBefore.After(now) {
		at = s.notBefore
	}
	zone := time.UTC
	if c := p.businessTime(person); c != nil && c.Zone != nil {
		zone = c.Zone
	}
	local := at.In(zone)
	next := time.Date(local.Year(), local.Month(), local.Day(), hour.Hour(), hour.Minute(), 0, 0, zone)
	if !at.Before(next.Add(digestLateness)) {
		next = time.Date(local.Year(), local.Month(), local.Day()+1, hour.Hour(), hour.Minute(), 0, 0, zone)
	}
	if s.digest = true; next.After(at) {
		s.notBefore = next.UTC()
	}
	s.why += ", with the digest of " + next.Format("15:04 Mon")
	return s
}
