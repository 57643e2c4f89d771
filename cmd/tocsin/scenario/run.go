package scenario

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/simulator"
)

// Runner runs scenarios against a configuration.
type Runner struct {
	Policy *escalation.Policy
	Source string         // whose alerts those are that a scenario writes out
	Decode Decoder        // reads payload files
	Dir    string         // of the scenario file
	Zone   *time.Location // in which differences are shown
}

// happening is what one person is told, or given, at one moment, over however many channels and for whatever
// reasons.
type happening simulator.Line

// String is a happening as Expectation.String writes one that expects all of it.
func (h happening) String() string {
	x := Expectation{Kind: h.Kind, Person: h.Person, Role: h.Role, Severity: h.Severity, Verb: h.Verb}
	if h.Kind == simulator.Refused {
		x.Because, x.Incident = h.Reason, h.Incident
	}
	if tells(h.Kind) {
		x.Over, x.Says = h.Over, &h.Says
	}
	return x.String()
}

// Run runs one scenario. The difference is empty if all that was expected happened, and nothing else where
// that was expected; else its lines say what is missing (-), what should not be (+), and what is as
// expected; beside a missing line also what else happened (~). The error is that it could not be run.
func (r Runner) Run(s Scenario) (difference []string, err error) {
	deliveries, err := r.deliveries(s)
	if err != nil {
		return nil, err
	}
	out, err := simulator.Run(r.Policy, simulator.Request{At: s.At, Alerts: deliveries, Answers: s.Answers, Lost: s.Lost, For: s.For})
	if err != nil && !errors.Is(err, simulator.ErrNoIncident) {
		return nil, err
	}
	return r.compare(s, out.Story), nil
}

// deliveries are what the scenario's alerts bring: each fires, and perhaps ends.
func (r Runner) deliveries(s Scenario) (out []simulator.Delivery, err error) {
	for _, a := range s.Alerts {
		if a.Payload != "" {
			events, err := r.payload(a, s.At)
			if err != nil {
				return nil, err
			}
			out = append(out, simulator.Delivery{After: a.After, Events: events})
			continue
		}
		e := alerting.Event{
			Source: r.Source, Status: alerting.Firing, Labels: a.Labels, Annotations: a.Annotations,
			StartsAt: s.At.Add(a.After).UTC(),
		}
		out = append(out, simulator.Delivery{After: a.After, Events: []alerting.Event{e}})
		if a.Until != 0 {
			e.Status, e.EndsAt = alerting.Resolved, s.At.Add(a.Until).UTC()
			out = append(out, simulator.Delivery{After: a.Until, Events: []alerting.Event{e}})
		}
	}
	for _, o := range s.Opens {
		out = append(out, simulator.Delivery{After: o.After, Manual: &o.Manual})
	}
	return out, nil
}

func (r Runner) payload(a Alert, at time.Time) ([]alerting.Event, error) {
	path := a.Payload
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.Dir, path)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("line %d: the alert's file: %w", a.Line, err)
	}
	events, err := r.Decode(body, at)
	if err != nil {
		return nil, fmt.Errorf("line %d: %s: %w", a.Line, a.Payload, err)
	}
	return events, nil
}

// happenings are what can be expected of a story, the channels of one page together.
func happenings(story []simulator.Event) (out []happening) {
	for _, e := range story {
		switch e.Kind {
		case simulator.Page, simulator.Assign, simulator.Skip, simulator.Opened, simulator.Refused,
			simulator.Remind, simulator.Clear, simulator.Failover,
			simulator.Pause, simulator.Wake, simulator.Resolve, simulator.Merge, simulator.Severity:
		default:
			continue
		}
		if n := len(out); n > 0 && e.Channel != "" && out[n-1].with(e) {
			out[n-1].Over = append(out[n-1].Over, e.Channel)
			continue
		}
		h := happening{Event: e}
		if e.Channel != "" {
			h.Over = []escalation.Channel{e.Channel}
		}
		out = append(out, h)
	}
	return out
}

// with reports whether e is the same page over another channel.
func (h happening) with(e simulator.Event) bool {
	return len(h.Over) > 0 && h.At.Equal(e.At) && h.Kind == e.Kind && h.Incident == e.Incident && h.Round == e.Round &&
		h.Step == e.Step && h.Role == e.Role && h.Person == e.Person
}
