package escalation

import (
	"time"

	"tocsin/alerting"
)

// Telling is whom a step tells at a moment, and why.
type Telling struct {
	People   []Recipient
	CatchAll bool            // the step's role reaches nobody, and catch_all is told instead
	Reason   alerting.Reason // its Tried are who is passed over
}

// Recipient is a person whom a step tells.
type Recipient struct {
	Person   string
	Channels []Channel
	Why      string
	Shadow   bool // told along; answers for nothing
}

// Told is whom a step of a severity's row would tell if it fired at a moment, for an incident that nobody
// has. It is the machine's own rule, for those who ask beforehand.
func (p *Policy) Told(sev alerting.Severity, step Step, at time.Time) Telling {
	c := Case{Plan: Plan{Severity: sev, Channels: p.Matrix[sev].Channels, Digest: p.Matrix[sev].Digest, Config: p.Config}}
	s := PlannedStep{Kind: step.Kind, Role: step.Role, Until: step.Until, Says: step.Says}
	recipients, why := p.recipients(c, s, at)
	t := Telling{Reason: why}
	for _, r := range recipients {
		t.CatchAll = t.CatchAll || r.stand == asCatchAll
		t.People = append(t.People, Recipient{Person: r.person.ID, Channels: r.channels(), Why: r.why, Shadow: r.stand == asShadow})
	}
	return t
}
