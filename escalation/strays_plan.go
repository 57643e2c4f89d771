package escalation

import (
	"fmt"
	"time"

	"tocsin/alerting"
)

// Lacking are sentences about what an unresolved incident names and the configuration does not have: the roles of
// steps that are to come, and its assignee. former is the configuration before this one, nil if that is not known:
// an assignee whom it did not have either is an account, not a person of the directory.
func (p *Policy) Lacking(c Case, former *Policy) (out []string) {
	if c.Incident.State == alerting.StateResolved {
		return nil
	}
	for i, s := range c.Plan.Steps {
		if _, ok := p.Directory.Roles[s.Role]; !ok && s.State == StepPending {
			out = append(out, fmt.Sprintf("Step %d names %s, which configuration %s no longer has: catch_all is told instead", i+1, s.Role, p.Config))
		}
	}
	who := c.Incident.Assignee
	if former == nil || who == "" {
		return out
	}
	_, had := former.Directory.People[who]
	if _, has := p.Directory.People[who]; had && !has {
		out = append(out, fmt.Sprintf("It is assigned to %s, whom configuration %s no longer has: assign it to somebody else", who, p.Config))
	}
	return out
}

// Review notes on an incident's timeline what it names and the configuration does not have, once for each
// configuration, whichever replica comes first. Nothing else about the incident changes.
func (p *Policy) Review(c Case, former *Policy, now time.Time) Decision {
	d := undecided(c)
	lacks := p.Lacking(c, former)
	if len(lacks) == 0 && c.Plan.Lacks != "" && former != nil {
		d.Case.Plan.Lacks = "" // it may come to lack the same again
		d.touch()
	}
	if len(lacks) == 0 || c.Plan.Lacks == p.Config {
		return d
	}
	d.Case.Plan.Lacks = p.Config
	why := alerting.Reason{Text: "the configuration has changed", Rule: "reload", Config: p.Config}
	for _, text := range lacks {
		d.note(now, alerting.KindNote, alerting.Tocsin, why, "%s", text)
	}
	return d
}
