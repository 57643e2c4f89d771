package escalation

import (
	"fmt"
	"slices"
	"time"

	"tocsin/alerting"
)

// Left is that a page of an incident really left, since it opened or was last reopened: it was sent, delivered, or may
// have been.
type Left struct {
	Person  string
	Channel Channel
	Digest  bool // with a digest
}

// Heard are the incident, and those that were merged into it, with the rounds from which on their pages are taken back
// once it is resolved.
func (c Case) Heard() []Heard {
	return append([]Heard{{c.Incident.ID, c.Plan.since()}}, c.Plan.Heard...)
}

// clear decides that those who were told of an incident are told that it is resolved. Of whoever has quiet hours
// the plan keeps until when that waits, and until when it does with the digest.
func (p *Policy) clear(d *Decision, now time.Time) {
	plan := &d.Case.Plan
	plan.Quiet, plan.Digests = nil, nil
	if !plan.AllClear || d.Case.Incident.State != alerting.StateResolved {
		return
	}
	d.Clear = true
	for id, person := range p.Directory.People {
		if s := person.Quiet.hold(send{}, plan.Severity, now); !s.notBefore.IsZero() {
			if plan.Quiet == nil {
				plan.Quiet = map[string]time.Time{}
			}
			plan.Quiet[id] = s.notBefore
		}
	}
	if plan.gathers() {
		plan.Digests = p.digests(*plan, now)
	}
}

// digests are when the next digest leaves to each person, and by the empty name when it does to whoever is not
// there. Zero is that it leaves now.
func (p *Policy) digests(plan Plan, now time.Time) map[string]time.Time {
	next := func(person Person) time.Time {
		return p.put(person, send{channel: Email}, plan.Severity, plan.Digest, now).notBefore
	}
	most := next(Person{})
	out := map[string]time.Time{"": most}
	for id, person := range p.Directory.People {
		if at := next(person); !at.Equal(most) {
			out[id] = at
		}
	}
	return out
}

// clearWaits is until when an all clear to a person waits; zero: it does not.
func (p Plan) clearWaits(person string, digest bool) time.Time {
	if !digest {
		return p.Quiet[person]
	}
	if at, own := p.Digests[person]; own {
		return at
	}
	return p.Digests[""]
}

// AllClear are the pages that tell that an incident is resolved, where a decision says Clear: one to each person
// and channel that a page of the incident left on, in whichever round since it opened or was last reopened, or one of
// an incident that was merged into it (Case.Heard). Nobody is called for it, and whoever resolved it knows. Who has read
// of it in digests alone reads this in the next one. left may name the same more than once.
func AllClear(c Case, left []Left) []Order {
	inc, plan := c.Incident, c.Plan
	var out []Order
	for _, l := range left {
		atOnce := slices.ContainsFunc(left, func(o Left) bool { return o.Person == l.Person && o.Channel == l.Channel && !o.Digest })
		digest := plan.gathers() && !atOnce
		known := slices.ContainsFunc(out, func(o Order) bool { return o.Person == l.Person && o.Channel == l.Channel })
		if known || l.Channel == Voice || l.Person == inc.ResolvedBy {
			continue
		}
		out = append(out, Order{
			Step: -plan.Asked - 1, Kind: ClearStep, Person: l.Person, Channel: l.Channel, Until: UntilResolved,
			NotBefore: plan.clearWaits(l.Person, digest), Digest: digest,
			Reason: alerting.Reason{
				Text: fmt.Sprintf("%s was told of it, and it is %s, over %s", l.Person, Reached(inc, UntilResolved), l.Channel),
				Rule: fmt.Sprintf("matrix.%s.all_clear", plan.Severity), Config: plan.Config,
			},
		})
	}
	return out
}
