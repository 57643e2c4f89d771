package view

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// actions are the buttons that fit an incident's state, the likeliest first.
func actions(state alerting.State) []action {
	switch state {
	case alerting.StateOpen:
		return []action{{escalation.Acknowledge, "Acknowledge", true}, {escalation.Escalate, "Escalate now", false}, {escalation.Resolve, "Resolve", false}}
	case alerting.StateAcknowledged:
		return []action{{escalation.Resolve, "Resolve", true}, {escalation.Escalate, "Escalate now", false}}
	default:
		return []action{{escalation.Reopen, "Reopen", false}}
	}
}

type action struct {
	verb    escalation.Verb
	label   string
	primary bool
}

// icon is the drawing that stands for what the action does.
func (a action) icon() string {
	return map[escalation.Verb]string{
		escalation.Acknowledge: "hand", escalation.Resolve: "check", escalation.Escalate: "up", escalation.Reopen: "again",
	}[a.verb]
}

// moot says why a planned step will be left out as things stand; empty if it will be done.
func moot(c escalation.Case, i int) string {
	s := c.Plan.Steps[i]
	if _, comes := c.Plan.Comes(c.Incident, i); comes || s.State != escalation.StepPending {
		return ""
	}
	return escalation.Reached(c.Incident, s.Until)
}

// isNext reports whether step i is the one that is owed next.
func isNext(c escalation.Case, i int) bool {
	return c.Plan.OwedIndex(c.Incident) == i
}

// answerURL is where a form about an incident goes.
func answerURL(inc alerting.Incident, v escalation.Verb) templ.SafeURL {
	return templ.SafeURL(IncidentURL(inc.ID) + "/" + string(v))
}

// wakes reports whether the end of a snooze is what comes next.
func wakes(c escalation.Case) bool {
	owed, until := c.Plan.Owed(c.Incident), c.Incident.SnoozedUntil
	return !until.IsZero() && (owed == nil || !owed.DueAt.Before(until))
}

// stepDoes is what a step does, in words: "page manager", "assign to engineer".
func stepDoes(s *escalation.PlannedStep) string {
	if s.Kind == escalation.AssignStep {
		return "Assign to " + role(s.Role)
	}
	return "Page " + role(s.Role)
}

// channels are a step's channels in words: "SMS, email, Slack".
func channels(cs []escalation.Channel) string {
	names := make([]string, len(cs))
	for i, c := range cs {
		names[i] = channel(c)
	}
	return strings.Join(names, ", ")
}

func channel(c escalation.Channel) string {
	switch c {
	case escalation.SMS:
		return "SMS"
	case escalation.Slack:
		return "Slack"
	}
	return string(c)
}

// channelIcon is the drawing for a channel.
func channelIcon(c escalation.Channel) string {
	switch c {
	case escalation.SMS:
		return "phone"
	case escalation.Email:
		return "mail"
	}
	return "chat"
}

// newestPages are the pages, the last first.
func newestPages(pages []notifiers.Page) []notifiers.Page {
	out := slices.Clone(pages)
	slices.Reverse(out)
	return out
}

// newestEntries are the timeline's entries, the last first.
func newestEntries(entries []alerting.Entry) []alerting.Entry {
	out := slices.Clone(entries)
	slices.Reverse(out)
	return out
}

// worstFirst are the alerts: firing before the rest, then by severity, then the newest.
func worstFirst(alerts []alerting.Alert) []alerting.Alert {
	order := map[alerting.Status]int{alerting.Firing: 0, alerting.Suppressed: 1, alerting.Resolved: 2}
	out := slices.Clone(alerts)
	slices.SortStableFunc(out, func(a, b alerting.Alert) int {
		return cmp.Or(cmp.Compare(order[a.Status], order[b.Status]), cmp.Compare(a.Severity, b.Severity), b.FirstSeen.Compare(a.FirstSeen))
	})
	return out
}

// headline is what an alert says of itself, in its own words.
func headline(a alerting.Alert) string {
	return cmp.Or(a.Annotations["summary"], a.Annotations["title"], a.Annotations["message"], a.Labels["alertname"], a.Fingerprint)
}

// link is text as an address that may be followed; empty if it is none, or none of the web's.
func link(text string) string {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	return u.String()
}

// linkName is what an annotation that holds an address is called: runbook_url is "runbook".
func linkName(annotation string) string {
	return strings.ReplaceAll(strings.TrimSuffix(strings.TrimSuffix(annotation, "_url"), "_link"), "_", " ")
}

// byMachine reports whether Tocsin did it by itself, or a sender's alert did.
func byMachine(a alerting.Actor) bool {
	return a.Name == "" || a.Name == alerting.Tocsin.Name || a.Via == "engine" || a.Via == "alert"
}

// via is over what an answer came, in words; empty for the machine's own.
func via(a alerting.Actor) string {
	return map[string]string{
		"web": "on the web page", "api": "over the API", "slack": "in Slack", "sms": "by SMS", "link": "by link",
	}[a.Via]
}

// mood is the colour of a timeline entry.
func mood(k alerting.Kind) string {
	switch k {
	case alerting.KindOpened, alerting.KindReopened, alerting.KindAwake, alerting.KindAlertFiring, alerting.KindPageFailed:
		return "bad"
	case alerting.KindAcknowledged, alerting.KindAssigned, alerting.KindSnoozed, alerting.KindPaused, alerting.KindMerged, alerting.KindSplit:
		return "held"
	case alerting.KindResolved, alerting.KindAlertResolved, alerting.KindPageDelivered:
		return "good"
	case alerting.KindSeverity, alerting.KindEscalated, alerting.KindStepFired, alerting.KindPageUnknown:
		return "warn"
	}
	return "quiet"
}

// sentence is text with a capital and a full stop.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.TrimSuffix(capital(text), ".") + "."
}

// capital is text with its first letter a capital.
func capital(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + text[size:]
}

// timing is when a step is due and why, in words: "15m after opening", or what the calendar said.
func timing(p escalation.Plan, s *escalation.PlannedStep) string {
	switch {
	case s.Calendar != "", strings.HasPrefix(s.Due, "put off"):
		return s.Due
	case s.DueAt.Equal(p.From):
		return "at once"
	case p.Round > 1:
		return s.After + " after the change"
	}
	return s.After + " after opening"
}

// escalateQuestion asks before somebody is woken.
func escalateQuestion(c escalation.Case) string {
	for i := range c.Plan.Steps {
		if s := &c.Plan.Steps[i]; s.State == escalation.StepPending {
			return stepDoes(s) + " now?"
		}
	}
	return "Fire the next step now?"
}
