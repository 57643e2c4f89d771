package notifiers

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tocsin/alerting"
	"tocsin/escalation"
)

// What every channel says of an incident in the same words. All that is returned here is Plain; it is
// not yet escaped for any format.

// Why is why this page comes: the matrix's words, or that the incident was given to its reader. It is
// empty for a first page.
func (n Notice) Why() string {
	if n.Page.Says == "" && n.Page.Kind == escalation.AssignStep {
		return "assigned to you"
	}
	return Plain(n.Page.Says)
}

// ActLink is where this reader answers; empty if there is nothing to answer any more, or no such page.
func (n Notice) ActLink() string {
	if n.Brief.Incident.State == alerting.StateResolved {
		return ""
	}
	return WebURL(n.ActURL)
}

// Name is what the incident is called in few words: alertname and service, or its title where no alert
// has a name.
func (b Brief) Name() string {
	name := b.label("alertname")
	if name == "" {
		return Plain(b.Incident.Title)
	}
	return strings.TrimSpace(name + " " + b.label("service"))
}

// Headline is [severity] #number and the name: "[P0] #412 SystemDown backend".
func (b Brief) Headline() string {
	return fmt.Sprintf("[%s] #%d %s", b.Incident.Severity, b.Incident.ID, b.Name())
}

// Title is the incident's title, or its name where it has none.
func (b Brief) Title() string {
	if t := Plain(b.Incident.Title); t != "" {
		return t
	}
	return b.Name()
}

func (b Brief) label(name string) string {
	if v := b.Incident.Labels[name]; v != "" {
		return Plain(v)
	}
	for _, a := range b.Alerts {
		if v := a.Labels[name]; v != "" {
			return Plain(v)
		}
	}
	return ""
}

// Summary is what the worst alert says of itself: its summary, else its description.
func (b Brief) Summary() string { return b.annotation("summary", "description", "message") }

func (b Brief) annotation(names ...string) string {
	for _, a := range b.Alerts {
		for _, name := range names {
			if v := Plain(a.Annotations[name]); v != "" {
				return v
			}
		}
	}
	return ""
}

// Alerting counts the incident's alerts: "3 alerts, 2 firing"; "none" for a manual incident.
func (b Brief) Alerting() string {
	switch n, firing := b.Incident.AlertCount, b.Incident.FiringCount; {
	case n == 0:
		return "none"
	case n == 1 && firing == 1:
		return "1 alert, firing"
	case n == 1:
		return "1 alert, resolved"
	default:
		return fmt.Sprintf("%d alerts, %d firing", n, firing)
	}
}

// Holder is who has the incident in hand, by name: "nobody yet" if nobody has.
func (b Brief) Holder() string {
	if who := b.Locale.Name(b.Incident.Assignee); who != "" {
		return who
	}
	return "nobody yet"
}

// Next is the step that is owed next, nil if none is.
func (b Brief) Next() *escalation.PlannedStep {
	if b.Incident.State == alerting.StateResolved {
		return nil
	}
	return b.Plan.Owed(b.Incident)
}

// StepWords says what a step does: "manager is paged".
func StepWords(s *escalation.PlannedStep) string {
	verb := "is paged"
	if s.Kind == escalation.AssignStep {
		verb = "is assigned"
	}
	return Plain(s.Role) + " " + verb
}

// Label is a label's name and value.
type Label struct{ Name, Value string }

// Labels are at most max labels that the listed alerts share, and the incident's own; those that people
// look for first come first. The alert's name is left out, the title has it.
func (b Brief) Labels(max int) []Label {
	shared := maps.Clone(b.Incident.Labels)
	if len(b.Alerts) > 0 {
		if shared == nil {
			shared = alerting.Labels{}
		}
		for name, v := range b.Alerts[0].Labels {
			if !slices.ContainsFunc(b.Alerts, func(a alerting.Alert) bool { return a.Labels[name] != v }) {
				shared[name] = v
			}
		}
	}
	delete(shared, "alertname")
	var out []Label
	for _, name := range slices.SortedFunc(maps.Keys(shared), byInterest) {
		if v := Plain(shared[name]); v != "" && len(out) < max {
			out = append(out, Label{Plain(name), v})
		}
	}
	return out
}

func byInterest(a, b string) int {
	first := []string{"service", "env", "environment", "cluster", "region", "namespace", "job", "instance", "pod"}
	rank := func(name string) int {
		if i := slices.Index(first, name); i >= 0 {
			return i
		}
		return len(first)
	}
	if d := rank(a) - rank(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

// AlertLines is one line for each listed alert, if there are several: name, what tells it from the
// others, and its summary.
func (b Brief) AlertLines() []string {
	if b.Incident.AlertCount < 2 {
		return nil
	}
	var lines []string
	for _, a := range b.Alerts {
		var line strings.Builder
		line.WriteString(Plain(a.Labels["alertname"]))
		for _, name := range []string{"instance", "pod", "service"} {
			if v := Plain(a.Labels[name]); v != "" {
				line.WriteString(" on " + v)
				break
			}
		}
		if s := Plain(a.Annotations["summary"]); s != "" {
			line.WriteString(": " + s)
		}
		lines = append(lines, strings.TrimSpace(line.String())+" ("+string(a.Status)+")")
	}
	return lines
}

// Link is somewhere to go.
type Link struct{ Name, URL string }

// Links are the incident's page, its runbook and its graph, as far as there are such and a browser may
// safely go there.
func (b Brief) Links() []Link {
	var links []Link
	add := func(name, raw string) {
		if u := WebURL(raw); u != "" {
			links = append(links, Link{name, u})
		}
	}
	add("Incident", b.URL)
	add("Runbook", b.annotation("runbook_url", "runbook"))
	for _, a := range b.Alerts {
		if a.GeneratorURL != "" {
			add("Graph", a.GeneratorURL)
			break
		}
	}
	return links
}
