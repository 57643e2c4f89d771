package main

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/cmd/tocsin/config"
	"tocsin/cmd/tocsin/scenario"
	"tocsin/escalation"
)

// manualScenarios are the shipped example's policy, its scenarios, and what runs them against any policy until
// one fails.
func manualScenarios(t *testing.T) (*escalation.Policy, []scenario.Scenario, func(*escalation.Policy) (failed string)) {
	t.Helper()
	cfg, report := config.Parse(config.Example, t.TempDir(), func(string) string { return "" })
	if !report.OK() {
		t.Fatal(report.Errors)
	}
	src, err := config.ExampleFiles.ReadFile("scenarios/manual.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := cfg.Policy()
	scenarios, err := scenario.Parse(src, p, cfg.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	return p, scenarios, func(p *escalation.Policy) string {
		r := scenario.Runner{Policy: p, Source: "prometheus", Zone: cfg.Timezone}
		for _, s := range scenarios {
			if difference, err := r.Run(s); err != nil || len(difference) > 0 {
				return s.Name
			}
		}
		return ""
	}
}

func TestTheManualsScenariosPass(t *testing.T) {
	p, scenarios, failing := manualScenarios(t)
	if failed := failing(p); failed != "" || len(scenarios) < 15 {
		t.Errorf("of %d scenarios the first that fails is %q", len(scenarios), failed)
	}
}

func TestChangingAnyLineOfTheMatrixBreaksAScenario(t *testing.T) {
	p, _, failing := manualScenarios(t)
	lines := 0
	for sev, row := range p.Matrix {
		for i, step := range row.Steps {
			lines++
			for what, steps := range stepChanges(t, p, row.Steps, i, step) {
				changed := row
				changed.Steps = steps
				if failing(withRow(p, sev, changed)) == "" {
					t.Errorf("%s step %d, %s: no scenario fails", sev, i+1, what)
				}
			}
		}
		for what, channels := range channelChanges(p, row.Channels) {
			changed := row
			changed.Channels = channels
			if failing(withRow(p, sev, changed)) == "" {
				t.Errorf("%s, %s: no scenario fails", sev, what)
			}
		}
	}
	if lines != 15 {
		t.Errorf("the matrix has %d steps: the manual's has 15", lines)
	}
}

// withRow is p with another row of the matrix.
func withRow(p *escalation.Policy, sev alerting.Severity, row escalation.Row) *escalation.Policy {
	next := *p
	next.Matrix = maps.Clone(p.Matrix)
	next.Matrix[sev] = row
	return &next
}

// stepChanges are a row's steps with one of them changed, each in one way.
func stepChanges(t *testing.T, p *escalation.Policy, steps []escalation.Step, i int, s escalation.Step) map[string][]escalation.Step {
	t.Helper()
	out := map[string][]escalation.Step{"removed": slices.Delete(slices.Clone(steps), i, i+1)}
	change := func(what string, c escalation.Step) {
		changed := slices.Clone(steps)
		changed[i] = c
		out[what] = changed
	}
	for _, after := range otherDelays(t, s.After) {
		c := s
		c.After = after
		change("after "+after.String(), c)
	}
	for role := range p.Directory.Roles {
		if c := s; role != s.Role {
			c.Role = role
			change("role "+role, c)
		}
	}
	for _, until := range []escalation.Until{escalation.UntilAcknowledged, escalation.UntilAssigned, escalation.UntilResolved} {
		if c := s; until != s.Until {
			c.Until = until
			change("until "+string(until), c)
		}
	}
	for _, kind := range []escalation.StepKind{escalation.PageStep, escalation.AssignStep} {
		if c := s; kind != s.Kind {
			c.Kind = kind
			change("kind "+string(kind), c)
		}
	}
	c := s
	c.Says += "something else"
	change("says", c)
	return out
}

// otherDelays are a little more and less, and the same on another clock.
func otherDelays(t *testing.T, d calendar.Delay) (out []calendar.Delay) {
	t.Helper()
	var others []calendar.Delay
	switch d.Kind {
	case calendar.BusinessDays:
		others = []calendar.Delay{{Kind: d.Kind, Days: d.Days + 1}, {Kind: d.Kind, Days: d.Days - 1}, {Amount: time.Duration(d.Days) * 24 * time.Hour}}
	case calendar.BusinessHours:
		others = []calendar.Delay{{Kind: d.Kind, Amount: d.Amount + time.Minute}, {Kind: d.Kind, Amount: d.Amount - time.Minute}, {Amount: d.Amount}}
	default:
		others = []calendar.Delay{{Amount: d.Amount + time.Minute}, {Amount: d.Amount - time.Minute}, {Kind: calendar.BusinessHours, Amount: d.Amount}}
	}
	for _, o := range others {
		if o.Amount >= 0 && (o.Kind != calendar.BusinessDays || o.Days > 0) {
			out = append(out, o)
		}
	}
	return out
}

// channelChanges are a row's channels with one left out, or one more of those that reach anybody.
func channelChanges(p *escalation.Policy, channels []escalation.Channel) map[string][]escalation.Channel {
	out := map[string][]escalation.Channel{}
	for _, c := range escalation.Channels {
		if !reachesAnybody(p, c) {
			continue
		}
		if i := slices.Index(channels, c); i >= 0 {
			out[fmt.Sprintf("without %s", c)] = slices.Delete(slices.Clone(channels), i, i+1)
		} else {
			out[fmt.Sprintf("with %s", c)] = append(slices.Clone(channels), c)
		}
	}
	return out
}

func reachesAnybody(p *escalation.Policy, c escalation.Channel) bool {
	for _, person := range p.Directory.People {
		if person.Address(c) != "" {
			return true
		}
	}
	return false
}
