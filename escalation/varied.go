package escalation

import (
	"maps"
	"slices"

	"github.com/prometheus/alertmanager/pkg/labels"

	"tocsin/alerting"
	"tocsin/alerting/calendar/maintenance"
)

// Varied are the labels in which the alerts of an incident differ, with the values that they have; a label
// that an alert lacks has the value "". No values are kept of a label that no maintenance window looked at
// when they came, nor where there are more than variedMost: no window is then taken to match all.
type Varied map[string][]string

// variedMost is how many values of one label are kept.
const variedMost = 200

// share takes account of the labels of another alert, or of another incident and those in which its alerts
// differ. It reports whether that is news.
func (p *Policy) share(c *Case, l alerting.Labels, differ Varied) (copied bool) {
	has := c.Incident.Labels
	add := func(name string, values ...string) {
		if !copied {
			c.Plan.Varied, copied = maps.Clone(c.Plan.Varied), true
		}
		if c.Plan.Varied == nil {
			c.Plan.Varied = Varied{}
		}
		c.Plan.Varied[name] = p.values(c.Plan, name, has[name], values)
	}
	for name, v := range l {
		if c.Plan.news(name, has[name], v) {
			add(name, v)
		}
	}
	for name := range has {
		if _, ok := l[name]; !ok && c.Plan.news(name, has[name], "") {
			add(name, "")
		}
	}
	for name, values := range differ {
		if len(values) == 0 {
			add(name)
		} else if slices.ContainsFunc(values, func(v string) bool { return c.Plan.news(name, has[name], v) }) {
			add(name, values...)
		}
	}
	return copied
}

// news reports whether a value of a label is one that the incident's alerts did not have until now. was is
// the incident's own.
func (p Plan) news(name, was, v string) bool {
	known, differs := p.Varied[name]
	if !differs {
		return v != was
	}
	return len(known) > 0 && !slices.Contains(known, v)
}

// values are those of a label with some more; none if they are not to be kept.
func (p *Policy) values(plan Plan, name, was string, more []string) []string {
	known, differs := plan.Varied[name]
	if !differs {
		known = []string{was}
	}
	if len(known) == 0 || len(more) == 0 || !p.windowsLookAt(name) {
		return nil
	}
	known = slices.Clone(known)
	for _, v := range more {
		if !slices.Contains(known, v) {
			known = append(known, v)
		}
	}
	if len(known) > variedMost {
		return nil
	}
	return known
}

func (p *Policy) windowsLookAt(name string) bool {
	return slices.ContainsFunc(p.Maintenance, func(w maintenance.Window) bool {
		return slices.ContainsFunc(w.Match, func(m *labels.Matcher) bool { return m.Name == name })
	})
}

// within reports whether a maintenance window is about the incident: about each alert that opened, joined
// or raised it. All matchers of a window must match, so each may be asked about each value by itself.
func (c Case) within(w maintenance.Window) bool {
	for _, m := range w.Match {
		values, differs := c.Plan.Varied[m.Name]
		if !differs {
			values = []string{c.Incident.Labels[m.Name]}
		}
		if len(values) == 0 || slices.ContainsFunc(values, func(v string) bool { return !m.Matches(v) }) {
			return false
		}
	}
	return true
}
