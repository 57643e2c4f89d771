package escalation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
)

// lack is that steps of some severities reach nobody of a role.
type lack struct {
	role, why  string
	severities []alerting.Severity
	first      time.Time
}

// warning are sentences about the roles that a person holds in a stretch and of which steps of the matrix then
// reach nobody: which severities, when first, and why. It is empty if there are none. rotation narrows it to the
// roles of that one, unless empty.
func (p *Policy) warning(person, rotation string, from, until time.Time) string {
	roles := p.rolesOf(person, rotation)
	changes := p.changesOf(person, roles, from, until)
	var found []lack
	for _, role := range roles {
		for _, sev := range slices.Sorted(maps.Keys(p.Matrix)) {
			at, why := p.firstMissed(role, person, sev, changes, until)
			if why != "" {
				found = withLack(found, role, why, sev, at)
			}
		}
	}
	sentences := make([]string, len(found))
	for i, l := range found {
		sentences[i] = p.lacks(l)
	}
	return strings.Join(sentences, " ")
}

// withLack adds a severity to the lack that has the same role and reason, or a new one.
func withLack(all []lack, role, why string, sev alerting.Severity, at time.Time) []lack {
	i := slices.IndexFunc(all, func(l lack) bool { return l.role == role && l.why == why })
	if i < 0 {
		return append(all, lack{role, why, []alerting.Severity{sev}, at})
	}
	all[i].severities = append(all[i].severities, sev)
	all[i].first = sooner(all[i].first, at)
	return all
}

func (p *Policy) lacks(l lack) string {
	but := ""
	if p.Directory.CatchAll != "" {
		but = " but catch_all"
	}
	list := join(l.severities)
	if i := strings.LastIndex(list, ", "); i >= 0 {
		list = list[:i] + " and " + list[i+2:]
	}
	return fmt.Sprintf("%s would reach nobody of %s%s, first on %s: %s.", list, l.role, but, p.local(l.first), l.why)
}

// rolesOf are the roles that a person may hold, in order of their names.
func (p *Policy) rolesOf(person, rotation string) (out []string) {
	for _, name := range slices.Sorted(maps.Keys(p.Directory.Roles)) {
		r := p.Directory.Roles[name]
		if rotation == "" && (r.Rotation != "" || slices.Contains(r.People, person)) || r.Rotation == rotation && rotation != "" {
			out = append(out, name)
		}
	}
	return out
}

// firstMissed is the first moment at which a step of a severity can fall due that reaches nobody of a role which
// a person holds, and why it does not; why is empty if there is none.
func (p *Policy) firstMissed(role, person string, sev alerting.Severity, changes []time.Time, until time.Time) (first time.Time, why string) {
	row := p.Matrix[sev]
	var clocks []calendar.DelayKind
	for _, s := range row.Steps {
		if s.Role == role && !slices.Contains(clocks, s.After.Kind) {
			clocks = append(clocks, s.After.Kind)
		}
	}
	for _, clock := range clocks {
		for _, at := range p.dueTimes(clock, role, changes, until) {
			missed := p.missed(role, person, sev, route{channels: row.Channels}, at)
			if missed != "" && (why == "" || at.Before(first)) {
				first, why = at, missed
			}
			if missed != "" {
				break
			}
		}
	}
	return first, why
}

// missed says why a severity's step reaches nobody of a role that a person holds at an instant; empty if it
// reaches somebody, or they do not hold it.
func (p *Policy) missed(role, person string, sev alerting.Severity, via route, at time.Time) string {
	h := p.Directory.holders(role, at)
	if !slices.ContainsFunc(h.people, func(x Person) bool { return x.ID == person }) {
		return ""
	}
	var why []string
	for _, holder := range h.people {
		_, tried, ok := p.reach(holder, h, sev, via, at)
		if ok {
			return ""
		}
		for _, t := range tried {
			clause, _, _ := strings.Cut(t.Why, ", and this is ") // which differs from severity to severity
			why = append(why, strings.TrimPrefix(t.Rule, "people.")+" "+clause)
		}
	}
	return strings.Join(why, "; ")
}
