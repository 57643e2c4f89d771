package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/simulator"

	"go.yaml.in/yaml/v4"
)

// reader reads one file for one configuration.
type reader struct {
	policy *escalation.Policy
	zone   *time.Location
	at     time.Time // of the scenario that is read
}

// Parse reads a scenario file for a configuration; times without a zone are in zone. The error is Faults:
// all that is wrong, people and roles that the configuration does not have among it.
func Parse(src []byte, p *escalation.Policy, zone *time.Location) ([]Scenario, error) {
	var faults Faults
	r := &reader{policy: p, zone: zone}
	var out []Scenario
	file := document(src, &faults)
	listed := false
	file.fields(map[string]func(place){
		"scenarios": func(v place) {
			listed = true
			v.each(func(v place) { out = append(out, r.scenario(v)) })
		},
	})
	if len(faults) == 0 && (!listed || len(out) == 0) {
		file.fail("the file has no scenarios: write scenarios: and a list below it")
	}
	names := map[string]int{}
	for _, s := range out {
		if line := names[s.Name]; line > 0 && s.Name != "" {
			faults = append(faults, Fault{s.Line, fmt.Sprintf("a scenario in line %d has this name too", line)})
		}
		names[s.Name] = s.Line
	}
	if len(faults) > 0 {
		slices.SortStableFunc(faults, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
		return nil, faults
	}
	return out, nil
}

func (r *reader) scenario(v place) (s Scenario) {
	s.Line = v.line
	r.at = time.Time{}
	v.mapping(func(key string, v place) { // times below count from it, wherever it stands
		if key == "at" {
			s.At = r.moment(v)
			r.at = s.At
		}
	})
	v.fields(map[string]func(place){
		"name":                func(v place) { s.Name = v.word() },
		"at":                  func(place) {},
		"alert":               func(v place) { v.each(func(v place) { s.Alerts = append(s.Alerts, r.alert(v)) }) },
		"open":                func(v place) { v.each(func(v place) { s.Opens = append(s.Opens, r.open(v)) }) },
		"answer":              func(v place) { v.each(func(v place) { s.Answers = append(s.Answers, r.answer(v)) }) },
		"fail":                func(v place) { v.each(func(v place) { s.Lost = append(s.Lost, r.loss(v)) }) },
		"for":                 func(v place) { s.For = parsed(v, simulator.ParseSpan) },
		"expect":              func(v place) { v.each(func(v place) { s.Expect = append(s.Expect, r.expectation(v)) }) },
		"expect-nothing-else": func(v place) { s.NothingElse = parsed(v, parseBool) },
	})
	switch {
	case v.node == nil:
	case s.Name == "":
		v.fail("the scenario has no name: say in one sentence what must hold")
	case s.At.IsZero():
		v.fail("the scenario %q has no at: say when the alert comes", s.Name)
	case len(s.Alerts) == 0 && len(s.Opens) == 0:
		v.fail("the scenario %q has no alert, and nobody opens an incident: give it alert or open", s.Name)
	case len(s.Expect) == 0 && !s.NothingElse:
		v.fail("the scenario %q expects nothing: give it expect, or expect-nothing-else: true", s.Name)
	}
	return s
}

func parseBool(s string) (bool, error) {
	if s != "true" && s != "false" {
		return false, fmt.Errorf("%q is neither true nor false", s)
	}
	return s == "true", nil
}

// moment reads an absolute time, which "now" is not.
func (r *reader) moment(v place) time.Time {
	return parsed(v, func(s string) (time.Time, error) {
		if strings.EqualFold(strings.TrimSpace(s), "now") {
			return time.Time{}, fmt.Errorf("a scenario has a time of its own: now would be another each day")
		}
		return simulator.ParseMoment(s, r.zone, time.Time{})
	})
}

// after reads "+15m", or an absolute time, as the length of time from the scenario's start.
func (r *reader) after(v place) time.Duration {
	if span, ok := strings.CutPrefix(v.text(), "+"); ok {
		return parsed(v, func(string) (time.Duration, error) { return simulator.ParseSpan(span) })
	}
	at := r.moment(v)
	if at.IsZero() || r.at.IsZero() {
		return 0
	}
	if at.Before(r.at) {
		v.fail("%s: that is before the scenario begins", v.key)
	}
	return at.Sub(r.at)
}

func (r *reader) answer(v place) simulator.Answer {
	a := parsed(v, simulator.ParseAnswer)
	for _, person := range []string{a.Person, a.By} {
		r.known(v, person)
	}
	return a
}

// loss is a channel, or a person's channel, that accepts no page.
func (r *reader) loss(v place) simulator.Loss {
	l := parsed(v, simulator.ParseLoss)
	r.known(v, l.Person)
	return l
}

// known makes sure that a person is one of the configuration's.
func (r *reader) known(v place, person string) {
	if _, ok := r.policy.Directory.People[person]; person != "" && !ok {
		v.fail("%s: there is nobody called %q under people", v.key, person)
	}
}

// alert is labels, or a mapping with labels and more, or the name of a file.
func (r *reader) alert(v place) (a Alert) {
	a.Line = v.line
	if v.has("labels") {
		v.fields(map[string]func(place){
			"labels":      func(v place) { a.Labels = labels(v) },
			"annotations": func(v place) { a.Annotations = labels(v) },
			"at":          func(v place) { a.After = r.after(v) },
			"until":       func(v place) { a.Until = r.after(v) },
		})
	} else if v.node != nil && v.node.Kind == yaml.ScalarNode && v.node.Value != "" {
		a.Payload = v.word()
		return a
	} else {
		a.Labels = labels(v)
	}
	switch {
	case v.node != nil && len(a.Labels) == 0:
		v.fail("the alert has no labels: write them as in alert: {alertname: SystemDown, service: backend}")
	case a.Until != 0 && a.Until <= a.After:
		v.fail("the alert ends before it fires")
	}
	return a
}

func (p place) has(key string) bool {
	if p.node == nil || p.node.Kind != yaml.MappingNode {
		return false
	}
	for i := 0; i+1 < len(p.node.Content); i += 2 {
		if p.node.Content[i].Value == key {
			return true
		}
	}
	return false
}

func labels(v place) alerting.Labels {
	out := alerting.Labels{}
	v.mapping(func(key string, v place) { out[key] = v.text() })
	return out
}
