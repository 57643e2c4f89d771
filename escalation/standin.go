package escalation

import (
	"fmt"
	"slices"
	"time"

	"tocsin/alerting"
)

// inTheirPlace gives the pages that would wait until their recipient is away to the deputy of then. Where
// nobody can stand in, they stay as they are.
func (p *Policy) inTheirPlace(rs []recipient, h holding, sev alerting.Severity, via route) []recipient {
	var out []recipient
	for _, r := range rs {
		late, absence := p.heldInto(r)
		if late.IsZero() {
			out = append(out, r)
			continue
		}
		deputy, ok := p.deputyAt(absence, h, sev, via, late)
		if !ok {
			out = append(out, r)
			continue
		}
		deputy.why = fmt.Sprintf("%s stands in for %s, who %s by when it is to leave", deputy.person.Name, r.person.Name, p.isAway(absence))
		r.sends = slices.DeleteFunc(slices.Clone(r.sends), func(s send) bool { return !s.notBefore.IsZero() && p.isAwayAt(r.person.ID, s.notBefore) })
		if len(r.sends) > 0 {
			out = append(out, r)
		}
		if !slices.ContainsFunc(slices.Concat(out, rs), func(o recipient) bool { return o.person.ID == deputy.person.ID }) {
			out = append(out, deputy)
		}
	}
	return out
}

// heldInto is when the first page of r leaves that would find its recipient away; zero if none does.
func (p *Policy) heldInto(r recipient) (first time.Time, absence Absence) {
	for _, s := range r.sends {
		if s.notBefore.IsZero() || !first.IsZero() && !s.notBefore.Before(first) {
			continue
		}
		if a, away := p.Directory.away(r.person.ID, s.notBefore); away {
			first, absence = s.notBefore, a
		}
	}
	return first, absence
}

// deputyAt is the deputy of an absence as a recipient of pages that leave at a moment, or later where the
// deputy's own rules say so.
func (p *Policy) deputyAt(a Absence, h holding, sev alerting.Severity, via route, at time.Time) (r recipient, ok bool) {
	deputy, known := p.Directory.People[a.Deputy]
	if !known || p.isAwayAt(deputy.ID, at) {
		return r, false
	}
	r, miss := p.reachHere(deputy, h, sev, via, at)
	for i := range r.sends {
		if r.sends[i].notBefore.IsZero() {
			r.sends[i].notBefore = at
		}
	}
	return r, miss == ""
}

func (p *Policy) isAwayAt(person string, at time.Time) bool {
	_, away := p.Directory.away(person, at)
	return away
}
