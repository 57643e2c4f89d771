package notifiers

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"tocsin/alerting"
	"tocsin/escalation"
)

// Counts is what a bundle holds, worst first: "37 incidents, 3 P0, 34 P2"; of all clears "3 resolved", of reminders
// "3 still open".
func (n Notice) Counts() string {
	b, w := n.Bundle, n.Brief.Locale.Words()
	if b == nil {
		return ""
	}
	switch b.Kind {
	case clearKind:
		return fmt.Sprintf(w.Cleared, b.Total)
	case remindKind:
		return fmt.Sprintf(w.Reminded, b.Total)
	}
	out := w.OneIncident
	if b.Total != 1 {
		out = fmt.Sprintf(w.Incidents, b.Total)
	}
	for i, count := range b.BySeverity {
		if count > 0 {
			out += ", " + fmt.Sprintf(w.Counted, count, alerting.Severity(i))
		}
	}
	return out
}

// BundleName is what a bundle is called: what it holds, and that it is a digest where it is one.
func (n Notice) BundleName() string {
	if n.Bundle != nil && n.Bundle.Digest {
		return fmt.Sprintf(n.Brief.Locale.Words().Digest, n.Counts())
	}
	return n.Counts()
}

// BundleKind is what all pages of a bundle are: page, remind or clear; empty where there is none.
func (n Notice) BundleKind() string {
	if n.Bundle == nil {
		return ""
	}
	return string(cmp.Or(n.Bundle.Kind, escalation.PageStep))
}

// AllURL is the page with all incidents, found from the address of the Brief's own; empty if there is none.
func (n Notice) AllURL() string {
	all, ok := strings.CutSuffix(WebURL(n.Brief.URL), incidentPath(n.Brief.Incident.ID))
	if !ok {
		return ""
	}
	return all + "/"
}

// incidentPath is an incident's page below the public address.
func incidentPath(id int64) string { return "/incidents/" + strconv.FormatInt(id, 10) }

// BundleTexts are the items of a bundle, as templates are given them.
func (n Notice) BundleTexts() []ItemText {
	if n.Bundle == nil {
		return nil
	}
	var items []ItemText
	for _, item := range n.Bundle.Items {
		items = append(items, n.itemText(item))
	}
	return items
}

func (n Notice) itemText(item BundleItem) ItemText {
	inc, l := item.Incident, n.Brief.Locale
	b := Brief{Incident: inc, Locale: l}
	t := ItemText{
		Severity: inc.Severity.String(), SeverityWord: l.Severity(inc.Severity),
		Number: inc.ID, Name: Cut(b.Name(), 120), State: b.StateWord(), Since: l.Time(inc.OpenedAt),
		Why: Cut(Notice{Page: item.Page, Brief: b}.Why(), 120),
	}
	if item.PossibleRepeat {
		t.Name += " (" + l.Words().Repeat + ")"
	}
	if all := n.AllURL(); all != "" {
		t.Link = strings.TrimSuffix(all, "/") + incidentPath(inc.ID)
	}
	return t
}

// MessageKind is which of a channel's messages this is: page, assign, remind, clear, message, bundle or
// digest.
func (n Notice) MessageKind() string {
	switch {
	case n.Bundle != nil && n.Bundle.Digest:
		return "digest"
	case n.Bundle != nil:
		return "bundle"
	case n.Page.Message != nil:
		return "message"
	case n.Page.Kind == escalation.AssignStep, n.Page.Kind == remindKind, n.Page.Kind == clearKind:
		return string(n.Page.Kind)
	}
	return "page"
}
