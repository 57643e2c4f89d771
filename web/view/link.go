package view

import (
	"cmp"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// who is how the screen behind a link names somebody: its owner is "you".
func (p Link) who(s Shell, id string) string {
	if id == p.Person {
		return "you"
	}
	return s.Name(id)
}

// standing is how the incident stands, in one sentence for the link's owner.
func (p Link) standing(s Shell) string {
	in := p.Incident
	switch {
	case in.State == alerting.StateResolved:
		return "Resolved by " + p.who(s, in.ResolvedBy) + " at " + s.Clock(in.ResolvedAt)
	case !in.SnoozedUntil.IsZero():
		return "Snoozed by " + p.who(s, in.AcknowledgedBy) + " until " + s.Clock(in.SnoozedUntil)
	case in.State == alerting.StateAcknowledged && in.AcknowledgedBy == p.Person:
		return "You have it since " + s.Clock(in.AcknowledgedAt)
	case in.State == alerting.StateAcknowledged:
		return s.Name(in.AcknowledgedBy) + " has it since " + s.Clock(in.AcknowledgedAt)
	case in.Assignee == p.Person:
		return "It is yours, and nobody has acknowledged it"
	case in.Assignee != "":
		return "It is " + s.Name(in.Assignee) + "'s, and nobody has acknowledged it"
	}
	return "Nobody has it"
}

// escalated is the newest escalation that somebody asked for, in words; empty if nobody did.
func (p Link) escalated(s Shell) string {
	var last *escalation.PlannedStep
	for i := range p.Plan.Steps {
		if st := &p.Plan.Steps[i]; st.AskedBy != "" && (last == nil || st.At.After(last.At)) {
			last = st
		}
	}
	if last == nil {
		return ""
	}
	return sentence(p.who(s, last.AskedBy) + " escalated at " + s.Clock(last.At) + ": " + role(last.Role) + " was told")
}

// told is somebody else who was told, and when last.
type told struct {
	person string
	at     time.Time
}

// alsoTold are the others to whom a page of this round went out, the last first.
func (p Link) alsoTold() []told {
	var out []told
	seen := map[string]bool{p.Person: true}
	for _, page := range newestPages(p.Pages) {
		gone := page.State == notifiers.Sent || page.State == notifiers.Delivered || page.State == notifiers.Unknown
		if page.Round == p.Incident.Round && gone && !seen[page.Person] {
			seen[page.Person] = true
			out = append(out, told{page.Person, page.CreatedAt})
		}
	}
	return out
}

// seen is how often the alerts were delivered.
func (p Link) seen() (n int64) {
	for _, a := range p.Alerts {
		n += a.Count
	}
	return n
}

// summary is what the worst alert says of itself; empty if the title says as much.
func (p Link) summary() string {
	if len(p.Alerts) == 0 {
		return ""
	}
	text := headline(worstFirst(p.Alerts)[0])
	if strings.Contains(p.Incident.Title, text) {
		return ""
	}
	return text
}

// runbook is where the worst alert that has one says what to do.
func (p Link) runbook() string {
	for _, a := range worstFirst(p.Alerts) {
		if href := cmp.Or(link(a.Annotations["runbook_url"]), link(a.Annotations["runbook"])); href != "" {
			return href
		}
	}
	return ""
}

// askedFor is what the second page asks about, in words.
func askedFor(v escalation.Verb) string {
	switch v {
	case escalation.Acknowledge:
		return "Acknowledge"
	case escalation.Escalate:
		return "Escalate now"
	}
	return "Resolve"
}
