package notifierstest

import (
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// Kinds are a notice of each kind that a channel has a message for, by Notice.MessageKind, for a reader of
// this language.
func Kinds(language string) map[string]notifiers.Notice {
	kinds := map[string]notifiers.Notice{
		"page":    overdue(),
		"assign":  assigned(),
		"remind":  reminder(),
		"clear":   allClear(),
		"message": Messages()["hand-off"],
		"bundle":  Bundle(false),
		"digest":  Bundle(true),
	}
	for kind, n := range kinds {
		n.Brief.Locale.Language, n.Person.Language = language, language
		kinds[kind] = n
	}
	return kinds
}

func reminder() notifiers.Notice {
	n := acknowledged()
	n.Page.Kind, n.Page.Until = "remind", escalation.UntilResolved
	return n
}

func allClear() notifiers.Notice {
	n := resolved()
	n.Page.Kind = "clear"
	return n
}

// Bundle is several pages of one person in one message: a digest of P2 and P3, or what came at once.
func Bundle(digest bool) notifiers.Notice {
	n := Notice()
	n.Bundle = &notifiers.Bundle{Total: 37, BySeverity: [4]int{3, 4, 30, 0}, Digest: digest}
	names := []string{"SystemDown", "DatabaseFailure", "HighErrorRate", "SlowQueries", "DiskFillsUp"}
	severities := []alerting.Severity{alerting.P0, alerting.P0, alerting.P1, alerting.P2, alerting.P2}
	if digest {
		n.Bundle.Total, n.Bundle.BySeverity = 5, [4]int{0, 0, 2, 3}
		severities = []alerting.Severity{alerting.P2, alerting.P2, alerting.P3, alerting.P3, alerting.P3}
	}
	for i, name := range names {
		inc := n.Brief.Incident
		inc.ID, inc.Severity, inc.OpenedAt = inc.ID+int64(i), severities[i], inc.OpenedAt.Add(time.Duration(i)*7*time.Second)
		inc.Labels, inc.Title = alerting.Labels{"alertname": name, "service": "backend"}, name+" backend"
		page := n.Page
		page.ID, page.IncidentID, page.Severity = page.ID+int64(i), inc.ID, inc.Severity
		n.Bundle.Items = append(n.Bundle.Items, notifiers.BundleItem{Page: page, Incident: inc})
	}
	n.Page, n.Brief.Incident, n.ActURL = n.Bundle.Items[0].Page, n.Bundle.Items[0].Incident, ""
	n.Brief.Alerts[0].Labels = n.Brief.Incident.Labels
	return n
}

// TaintedBundle is a bundle with s in every field whose text comes from outside.
func TaintedBundle(s string) notifiers.Notice {
	n := Bundle(true)
	n.Person.Name = s
	for i := range n.Bundle.Items {
		item := &n.Bundle.Items[i]
		item.Page.Says = s
		item.Incident.Title, item.Incident.Assignee, item.Incident.Labels = s, s, alerting.Labels{"alertname": s, "service": s, s: s}
	}
	n.Brief.Incident = n.Bundle.Items[0].Incident
	return n
}
