package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/simulator"
)

// expectation reads one item of expect: a time, one of page, assign, skip and open, and what else must hold.
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
		"at":      func(v place) { x.At = r.at.Add(r.after(v)) },
		"page":    what(simulator.Page, person),
		"assign":  what(simulator.Assign, person),
		"skip":    what(simulator.Skip, func(v place) { x.Role = r.role(v) }),
		"open":    what(simulator.Opened, func(v place) { x.Severity = parsed(v, alerting.ParseSeverity) }),
		"role":    func(v place) { x.Role = r.role(v) },
		"over":    func(v place) { v.each(func(v place) { x.Over = append(x.Over, parsed(v, parseChannel)) }) },
		"says":    func(v place) { x.Says = new(v.text()) },
		"because": func(v place) { x.Because = v.word() },
	})
	told := x.Kind == simulator.Page || x.Kind == simulator.Assign
	switch {
	case v.node == nil:
	case x.Kind == "":
		v.fail("the item does not say what is expected: page, assign, skip or open")
	case !v.has("at"):
		v.fail("the item does not say when: at: +15m, or a time")
	case !told && v.has("over"):
		v.fail("over goes with page and assign only")
	case !told && v.has("role"):
		v.fail("role goes with page and assign only")
	case x.Kind == simulator.Opened && v.has("says"):
		v.fail("says goes with page, assign and skip only")
	}
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
	return "", fmt.Errorf("%q is no channel: use sms, email or slack", s)
}

// String is an expectation as one line of a difference, its time left out.
func (x Expectation) String() string {
	var b strings.Builder
	switch x.Kind {
	case simulator.Skip:
		fmt.Fprintf(&b, "skip %s", x.Role)
	case simulator.Opened:
		fmt.Fprintf(&b, "open %s", x.Severity)
	default:
		fmt.Fprintf(&b, "%s %s", x.Kind, x.Person)
		if x.Role != "" {
			fmt.Fprintf(&b, " as %s", x.Role)
		}
	}
	if x.Over != nil {
		fmt.Fprintf(&b, " over %s", joined(x.Over))
	}
	if x.Says != nil {
		fmt.Fprintf(&b, " says %q", *x.Says)
	}
	if x.Because != "" {
		fmt.Fprintf(&b, " because %q", x.Because)
	}
	return b.String()
}

// met reports whether something that happened is what is expected.
func (x Expectation) met(h happening) bool {
	switch {
	case x.Kind != h.Kind || !x.At.Equal(h.At):
		return false
	case x.Kind == simulator.Opened:
		return x.Severity == h.Severity && strings.Contains(h.Reason, x.Because)
	case x.Person != h.Person || x.Role != "" && x.Role != h.Role:
		return false
	case x.Says != nil && *x.Says != h.Says:
		return false
	}
	return (x.Over == nil || sameChannels(x.Over, h.over)) && strings.Contains(h.Reason, x.Because)
}

func sameChannels(a, b []escalation.Channel) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

func joined(cs []escalation.Channel) string {
	words := make([]string, len(cs))
	for i, c := range cs {
		words[i] = string(c)
	}
	return strings.Join(words, ", ")
}

// since is a moment of a scenario: its local time, and how long after the start.
func since(at, start time.Time, zone *time.Location) string {
	return fmt.Sprintf("%s (+%s)", at.In(zone).Format("Mon 2006-01-02 15:04:05 MST"), at.Sub(start))
}
