package escalation

import (
	"fmt"
	"slices"

	"tocsin/alerting"
)

// toCome explains what is foretold: of the plan each step, of rounds to come those that would tell the person.
func (w *why) toCome(plan Plan, all []Foretold) {
	for _, f := range all {
		if b := w.foretold(f, plan); f.Round == plan.Round || b.Paged {
			b.Paged = false // not yet
			w.out = append(w.out, b)
		}
	}
	for i, s := range plan.Steps {
		if s.State == StepPending && !slices.ContainsFunc(all, func(f Foretold) bool { return f.Round == plan.Round && f.Index == i }) {
			w.out = append(w.out, Because{
				At: s.DueAt, Step: i + 1, ToCome: true, Rule: stepRule(plan.Severity, i),
				Text: fmt.Sprintf("Step %d tells nobody within %d days as things stand.", i+1, foretoldDays),
			})
		}
	}
}

// foretold says whether a step to come tells the person, which Paged then holds.
func (w *why) foretold(f Foretold, plan Plan) Because {
	b := Because{At: f.At, Step: f.Index + 1, ToCome: true, Rule: f.Reason.Rule, Tried: f.Reason.Tried}
	step, at := fmt.Sprintf("Step %d", b.Step), clock(f.At)
	if f.Round != plan.Round {
		step += fmt.Sprintf(" of round %d", f.Round)
	}
	if !f.Fires() {
		b.Text = fmt.Sprintf("%s will be skipped at %s as things stand: %s.", step, at, f.Reason.Text)
		return b
	}
	missed := slices.IndexFunc(f.Reason.Tried, func(t alerting.Tried) bool { return t.Rule == "people."+w.person })
	switch mine := w.foretoldPages(f); {
	case len(mine) > 0:
		b.Paged = true
		b.Text = fmt.Sprintf("%s will tell %s at %s unless people act: %s.", step, w.person, at, pagesText(mine))
	case missed >= 0:
		b.Rule = f.Reason.Tried[missed].Rule
		b.Text = fmt.Sprintf("%s, due at %s, will not tell %s, who then %s.", step, at, w.person, f.Reason.Tried[missed].Why)
	default:
		b.Text = fmt.Sprintf("%s, due at %s, will not tell %s, who then does not hold %s: %s.", step, at, w.person, f.Step.Role, f.Reason.Text)
	}
	return b
}

// foretoldPages are the person's.
func (w *why) foretoldPages(f Foretold) []Paged {
	var mine []Paged
	for _, o := range f.Pages {
		if o.Person == w.person {
			mine = append(mine, Paged{Step: o.Step, Round: f.Round, Channel: o.Channel, At: f.At, Reason: o.Reason})
		}
	}
	return mine
}
