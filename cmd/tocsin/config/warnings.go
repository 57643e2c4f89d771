package config

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
	"tocsin/alerting"
	"tocsin/escalation"
)

// warnings adds what only the whole configuration shows.
func (c *Config) warnings(file value) {
	c.warnOfZone(file)
	c.warnOfUnreachable()
	c.warnOfCatchAll(file)
	c.warnOfDeputies()
	c.warnOfShadows()
	c.warnOfCountries(file)
	c.warnOfAccounts(file)
	warnOfToCome(file)
}

// warnOfZone says that business time and hand-offs are counted in UTC, where nobody chose that.
func (c *Config) warnOfZone(file value) {
	if !file.has("timezone") {
		file.warn(KindDefault, "timezone is missing: business hours and hand-offs are counted in UTC")
	}
}

// warnOfUnreachable names each role that a step names and that has nobody whom the severity's channels reach.
func (c *Config) warnOfUnreachable() {
	for i, row := range c.Matrix.bySeverity() {
		sev := alerting.Severity(i)
		var told []string
		for _, s := range row.Steps {
			if slices.Contains(told, s.role()) || c.reaches(s.role(), sev, row.Channels) {
				continue
			}
			told = append(told, s.role())
			s.place.warn(KindUnreachable, "%s: the role %s reaches nobody over %s, so catch_all is paged instead", sev, s.role(), and(plain(row.Channels)))
		}
	}
}

func (c *Config) reaches(role string, sev alerting.Severity, over []escalation.Channel) bool {
	people, known := c.holders(role)
	return !known || slices.ContainsFunc(people, func(name string) bool {
		p := c.person(name)
		return p.Takes(sev) && reachedBy(p, wanted(p, sev, over)) && (p.Reach != escalation.ReachOnCall || c.takesTurns(name))
	})
}

// wanted are the channels that p is told over: those of their own rules, where they have some.
func wanted(p escalation.Person, sev alerting.Severity, row []escalation.Channel) []escalation.Channel {
	rules := p.Rules[sev]
	if len(rules) == 0 {
		return row
	}
	var out []escalation.Channel
	for _, r := range rules {
		out = append(out, r.Over...)
	}
	return out
}

// takesTurns reports whether the person is in any rotation: who is reached while on call must be.
func (c *Config) takesTurns(name string) bool {
	for rotation := range c.Rotations {
		if people, known := c.turnTakers(rotation); !known || slices.Contains(people, name) {
			return true
		}
	}
	return false
}

// warnOfCatchAll says that the last resort cannot be told of everything.
func (c *Config) warnOfCatchAll(file value) {
	if p := c.person(c.CatchAll); !reachedBy(p, escalation.Channels) {
		file.child("catch_all").warn(KindUnreachable, "catch_all %s has no phone, email, slack, webhook or url: a step that reaches nobody tells nobody", c.CatchAll)
	}
}

// warnOfShadows names who shadows a rotation and can be told nothing of it.
func (c *Config) warnOfShadows() {
	for rotation, r := range c.Rotations {
		for _, s := range r.Shadows {
			for _, name := range s.People {
				if !reachedBy(c.person(name), []escalation.Channel{escalation.Email, escalation.Slack}) {
					s.place.warn(KindNoChannel, "%s shadows %s, but has no email or slack: shadows are told over nothing else", name, rotation)
				}
			}
		}
	}
}

func reachedBy(p escalation.Person, over []escalation.Channel) bool {
	return slices.ContainsFunc(over, func(ch escalation.Channel) bool { return p.Address(ch) != "" })
}

func plain[T ~string](words []T) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

// upcoming is a part of the file that this version reads and checks, but does not act on yet.
type upcoming struct {
	name string
	path string // where it stands; * is every key or item
	is   string // the value it is about; empty: any
}

// toCome lists what this version does not act on yet. Whoever builds one of them deletes its line.
func toCome() []upcoming {
	return []upcoming{
		{name: "auth.oidc", path: "auth.oidc.issuer"},
		{name: "intake.flap_after", path: "intake.flap_after"},
		{name: "intake.sources of kind pagerduty", path: "intake.sources.*.kind", is: string(PagerDuty)},
		{name: "intake.sources of kind grafana", path: "intake.sources.*.kind", is: string(Grafana)},
		{name: "intake.sources of kind json", path: "intake.sources.*.kind", is: string(JSON)},
		{name: "suppress.inhibit", path: "suppress.inhibit.*"},
		{name: "external", path: "external.*"},
		{name: "probes", path: "probes.*"},
		{name: "heartbeats", path: "heartbeats.*"},
		{name: "runbooks", path: "runbooks.*"},
		{name: "routines", path: "routines.*"},
		{name: "watchdog", path: "watchdog.url"},
		{name: "retention", path: "retention.*"},
	}
}

// warnOfToCome names all that stands in the file and is still to come, in one warning.
func warnOfToCome(file value) {
	var found []string
	for _, u := range toCome() {
		if file.contains(strings.Split(u.path, "."), u.is) {
			found = append(found, u.name)
		}
	}
	if len(found) > 0 {
		file.warn(KindToCome, "read and checked, but not acted on yet: %s", strings.Join(found, ", "))
	}
}

// contains reports whether something stands at path below v; with is, exactly that.
func (v value) contains(path []string, is string) bool {
	switch {
	case v.empty():
		return false
	case len(path) == 0:
		return is == "" || v.node.Value == is
	case path[0] != "*":
		return v.child(path[0]).contains(path[1:], is)
	}
	step := 1
	if v.node.Kind == yaml.MappingNode {
		step = 2
	}
	for i := step - 1; i < len(v.node.Content); i += step {
		if v.at(v.key, v.node.Content[i]).contains(path[1:], is) {
			return true
		}
	}
	return false
}
