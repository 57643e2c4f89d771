package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/simulator"
)

// expectation reads one item of expect: a time, one thing that happens, and what else must hold.
func (r *reader) expectation(v place) (x Expectation) {
	x.Line = v.line
	what := func(kind simulator.Kind, read func(place)) func(place) {
		return func(v place) {
			if x.Kind != "" {
				v.fail("one item expects one thing: %s or %s", x.Kind, kind)
			}
			x.Kind = kind
			read(v)
		}
	}
	person := func(v place) {
		x.Person = v.word()
		r.known(v, x.Person)
	}
	v.fields(map[string]func(place){
		"at":       func(v place) { x.At = r.at.Add(r.after(v)) },
		"page":     what(simulator.Page, person),
		"assign":   what(simulator.Assign, person),
		"remind":   what(simulator.Remind, person),
		"clear":    what(simulator.Clear, person),
		"failover": what(simulator.Failover, func(v place) { parsed(v, parseTrue) }),
		"skip":     what(simulator.Skip, func(v place) { x.Role = r.role(v) }),
		"open":     what(simulator.Opened, func(v place) { x.Severity = parsed(v, alerting.ParseSeverity) }),
		"pause":    what(simulator.Pause, func(v place) { x.Person = v.word() }),
		"wake":     what(simulator.Wake, func(v place) { parsed(v, parseTrue) }),
		"resolve":  what(simulator.Resolve, func(v place) { x.Person = v.word() }),
		"merge":    what(simulator.Merge, func(v place) { x.Person = v.word() }),
		"severity": what(simulator.Severity, func(v place) { x.Severity = parsed(v, alerting.ParseSeverity) }),
		"refused":  what(simulator.Refused, func(v place) { x.Verb = parsed(v, simulator.ParseVerb) }),
		"state":    what(State, func(v place) { x.State = parsed(v, parseState) }),
		"by":       person,
		"incident": func(v place) { x.Incident = parsed(v, parseIncident) },
		"role":     func(v place) { x.Role = r.role(v) },
		"over":     func(v place) { v.each(func(v place) { x.Over = append(x.Over, parsed(v, parseChannel)) }) },
		"says":     func(v place) { x.Says = new(v.text()) },
		"because":  func(v place) { x.Because = v.word() },
	})
	x.check(v)
	return x
}

func (r *reader) role(v place) string {
	role := v.word()
	_, ok := r.policy.Directory.Roles[role]
	if role != "" && !ok && role != "assignee" && role != "catch_all" {
		v.fail("%s: there is no role %q in this configuration", v.key, role)
	}
	return role
}

func parseChannel(s string) (escalation.Channel, error) {
	if c := escalation.Channel(s); slices.Contains(escalation.Channels, c) {
		return c, nil
	}
	return "", fmt.Errorf("%q is no channel: use %s", s, simulator.ChannelWords())
}

// check makes sure that an expectation says what it is about, and nothing that does not go with that.
func (x Expectation) check(v place) {
	told := tells(x.Kind)
	switch {
	case v.node == nil:
	case x.Kind == "":
		v.fail("the item does not say what is expected: page, assign, remind, clear, failover, skip, open, pause, wake, resolve, merge, severity, refused or state")
	case !v.has("at"):
		v.fail("the item does not say when: at: +15m, or a time")
	case !told && v.has("over"):
		v.fail("over goes with page, assign, remind and clear only")
	case !told && v.has("role"):
		v.fail("role goes with page, assign, remind and clear only")
	case !told && x.Kind != simulator.Skip && v.has("says"):
		v.fail("says goes with page, assign, remind, clear and skip only")
	case x.Kind != simulator.Refused && x.Kind != simulator.Severity && v.has("by"):
		v.fail("by goes with refused and severity only")
	case x.Kind == State && v.has("because"):
		v.fail("because goes with what happens, and a state does not")
	}
}

// tells reports whether a kind of event is that somebody is told.
func tells(k simulator.Kind) bool {
	return k == simulator.Page || k == simulator.Assign || k == simulator.Remind || k == simulator.Clear
}

func parseTrue(s string) (bool, error) {
	if s != "true" {
		return false, fmt.Errorf("%q: write true, or leave the item out", s)
	}
	return true, nil
}

func parseState(s string) (alerting.State, error) {
	all := []string{string(alerting.StateOpen), string(alerting.StateAcknowledged), string(alerting.StateResolved)}
	if !slices.Contains(all, s) {
		return "", fmt.Errorf("%q is no state: use %s", s, strings.Join(all, ", "))
	}
	return alerting.State(s), nil
}

func parseIncident(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return 0, errors.New("incidents are numbered from 1, in the order in which they open")
	}
	return n, nil
}
