package notifiers

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tocsin/alerting"
	"tocsin/escalation"
)

// What every channel says of an incident in the same words, in the language of the Brief's Locale. All that
// is returned here is Plain; it is not yet escaped for any format.

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
	return strings.TrimSpace(fmt.Sprintf("[%s] #%d %s", b.Incident.Severity, b.Incident.ID, b.Name()))
}

// Thread is severity, number and name as the incident was opened: "P0 #412 SystemDown backend". Mail programs put
// together what has the same subject, so it stays as it is whatever becomes of the incident.
func (b Brief) Thread() string {
	opened := b.Plan.Opened
	severity, name := cmp.Or(Plain(opened.Severity), b.Incident.Severity.String()), cmp.Or(Plain(opened.Name), b.Name())
	return strings.TrimSpace(fmt.Sprintf("%s #%d %s", severity, b.Incident.ID, name))
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
	w := b.Locale.Words()
	switch n, firing := b.Incident.AlertCount, b.Incident.FiringCount; {
	case n == 0:
		return w.NoAlerts
	case n == 1 && firing == 1:
		return w.OneFiring
	case n == 1:
		return w.OneEnded
	default:
		return fmt.Sprintf(w.Alerts, n, firing)
	}
}

// Holder is who has the incident in hand, by name: "nobody yet" if nobody has.
func (b Brief) Holder() string {
	if who := b.Locale.Name(b.Incident.Assignee); who != "" {
		return who
	}
	return b.Locale.Words().Nobody
}

// StateWord is how the incident stands: "open", "acknowledged", "resolved".
func (b Brief) StateWord() string {
	w := b.Locale.Words()
	switch b.Incident.State {
	case alerting.StateAcknowledged:
		return w.Acknowledged
	case alerting.StateResolved:
		return w.Resolved
	}
	return w.Open
}

// State is how the incident stands, and where somebody changed that, who and when: "acknowledged by System
// Admin on Mon 2 Mar 2026, 03:45 CET".
func (b Brief) State() string {
	inc := b.Incident
	switch inc.State {
	case alerting.StateAcknowledged:
		return b.stateBy(inc.AcknowledgedBy, inc.AcknowledgedAt)
	case alerting.StateResolved:
		return b.stateBy(inc.ResolvedBy, inc.ResolvedAt)
	}
	return b.StateWord()
}

func (b Brief) stateBy(who string, at time.Time) string {
	w, l := b.Locale.Words(), b.Locale
	if who = l.Name(who); who == "" {
		return fmt.Sprintf(w.StateAt, b.StateWord(), l.Time(at))
	}
	return fmt.Sprintf(w.StateBy, b.StateWord(), who, l.Time(at))
}

// Next is the step that is owed next, nil if none is.
func (b Brief) Next() *escalation.PlannedStep {
	if b.Incident.State == alerting.StateResolved {
		return nil
	}
	return b.Plan.Owed(b.Incident)
}

// StepWords says what a step does, in English: "manager is paged". Locale.Step says it in the reader's
// language.
func StepWords(s *escalation.PlannedStep) string { return Locale{}.Step(s) }

// Step says what a step does: "manager is paged".
func (l Locale) Step(s *escalation.PlannedStep) string {
	if s.Kind == escalation.AssignStep {
		return Plain(fmt.Sprintf(l.Words().Assigned, l.Role(s.Role)))
	}
	return Plain(fmt.Sprintf(l.Words().Paged, l.Role(s.Role)))
}

// Role is a role's name in running text: German begins each part of it with a capital. It is Plain.
func (l Locale) Role(name string) string {
	name = Plain(name)
	if Language(l.Language) != "de" {
		return name
	}
	parts := strings.Split(name, "-")
	for i, part := range parts {
		first, size := utf8.DecodeRuneInString(part)
		if size > 0 {
			parts[i] = string(unicode.ToUpper(first)) + part[size:]
		}
	}
	return strings.Join(parts, "-")
}

// NextWords is what comes next, and when: "manager is paged on Mon 2 Mar 2026, 03:56 CET"; that nothing is
// planned; or empty for an incident that is resolved.
func (b Brief) NextWords() string {
	w := b.Locale.Words()
	if next := b.Next(); next != nil {
		return fmt.Sprintf(w.Step, b.Locale.Step(next), b.Locale.Time(next.DueAt))
	}
	if b.Incident.State == alerting.StateResolved {
		return ""
	}
	return w.NoStep
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
