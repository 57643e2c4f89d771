package notifiers

import (
	"fmt"

	"tocsin/alerting"
	"tocsin/notifiers/texts"
)

// Text is what a template is given: plain values in the reader's language, each of one line and Plain, none
// of them escaped for a format. It has no methods, and nothing in it leads to an address or a secret but
// ActLink, the reader's own page to answer on.
type Text struct {
	Kind                   string // as Notice.MessageKind
	Severity, SeverityWord string // "P0", "critical"
	Number                 int64
	Name                   string // alertname and service
	Title                  string
	Thread                 string // "P0 #412 SystemDown backend" as the incident was opened: the same for all that is ever said of it
	Headline               string // "[P0] #412 SystemDown backend"; of a message that belongs to no incident, that in one line
	Why                    string // why this page comes; empty for a first page
	Because                string // why this reader is sent it, as the end of a sentence: "the escalation rules name you for incident #412"
	Summary                string // the worst alert's own
	State, StateWord       string // how it stands, by whom and when; "open"
	Resolved               bool
	Since                  string // when it was opened
	Holder                 string // who has it in hand
	Next                   string // what comes next, and when
	NextStep, NextAt       string // the two apart; empty if nothing is planned
	Counts                 string // "3 alerts, 2 firing"; of a bundle "37 incidents, 3 P0"
	Alerts                 []string
	Labels                 []Label
	Links                  []Link // the incident, its runbook, its graph
	Runbook                string
	IncidentLink           string // the incident's page
	ActLink                string // the reader's own page to answer on; empty where there is nothing to answer
	Link                   string // ActLink where there is one, else IncidentLink
	More                   string // how many Alerts, or Items, leave out: "and 18 more"; empty if none
	PossibleRepeat         bool
	Subject                string   // of a message that belongs to no incident, and of a bundle
	Lines                  []string // of such a message
	Items                  []ItemText
	Of                     string  // what all of a bundle is: "page", "remind" or "clear"; empty: it is none
	MoreItems              int     // incidents that Items leaves out
	AllLink                string  // where all incidents are listed
	Facts                  []Label // state, since when, alerts, who has it and what comes next, each under its name
	Language               string  // "en", "de"
	Words                  texts.Words
}

// ItemText is one incident of a bundle.
type ItemText struct {
	Severity, SeverityWord string
	Number                 int64
	Name, State, Since     string
	Why, Link              string
}

// What a Text lists and how long its parts are, at most; lengths in characters.
const (
	textLabels  = 12
	textTitle   = 300
	textSummary = 1000
	textLine    = 400
	textValue   = 200
	textURL     = 2000 // a longer one is left out: it would lead somewhere else if it were cut
)

// Text is what there is to say of the notice.
func (n Notice) Text() Text {
	l := n.Brief.Locale
	t := Text{Kind: n.MessageKind(), PossibleRepeat: n.PossibleRepeat, Language: Language(l.Language), Words: l.Words()}
	if m, ok := n.Message(); ok && n.Bundle == nil {
		t.Subject, t.Headline, t.Lines, t.Link = m.Subject, m.Headline(), m.Lines, whole(m.URL)
		return t
	}
	t.incident(n)
	if n.Bundle != nil {
		t.Subject, t.Counts = n.BundleName(), n.Counts()
		t.Items, t.Of = n.BundleTexts(), n.BundleKind()
		t.More = t.more(n.Bundle.Total - len(t.Items))
	}
	return t
}

func (t *Text) incident(n Notice) {
	b := n.Brief
	inc, l := b.Incident, b.Locale
	t.Severity, t.SeverityWord, t.Number = inc.Severity.String(), l.Severity(inc.Severity), inc.ID
	t.Name, t.Title, t.Headline = Cut(b.Name(), textTitle), Cut(b.Title(), textTitle), Cut(b.Headline(), textTitle)
	t.Thread = Cut(b.Thread(), textTitle)
	t.Why, t.Summary = Cut(n.Why(), textTitle), Cut(b.Summary(), textSummary)
	t.Because = Cut(n.Because(), textTitle)
	t.State, t.StateWord, t.Resolved = Cut(b.State(), textTitle), b.StateWord(), inc.State == alerting.StateResolved
	t.Since, t.Holder, t.Counts = l.Time(inc.OpenedAt), Cut(b.Holder(), textValue), b.Alerting()
	t.Next = Cut(b.NextWords(), textTitle)
	if next := b.Next(); next != nil {
		t.NextStep, t.NextAt = Cut(l.Step(next), textValue), l.Time(next.DueAt)
	}
	t.Facts = []Label{{t.Words.State, t.State}, {t.Words.Since, t.Since}, {t.Words.Alarms, t.Counts}, {t.Words.InHand, t.Holder}}
	if t.Next != "" {
		t.Facts = append(t.Facts, Label{t.Words.Next, t.Next})
	}
	t.lists(n)
}

// lists are the parts of which there are several, and the links.
func (t *Text) lists(n Notice) {
	b := n.Brief
	for _, line := range b.AlertLines() {
		t.Alerts = append(t.Alerts, Cut(line, textLine))
	}
	if len(t.Alerts) > 0 {
		t.More = t.more(b.Incident.AlertCount - len(t.Alerts))
	}
	for _, label := range b.Labels(textLabels) {
		t.Labels = append(t.Labels, Label{Cut(label.Name, textValue), Cut(label.Value, textValue)})
	}
	for _, link := range b.Links() {
		if whole(link.URL) != "" {
			t.Links = append(t.Links, link)
		}
	}
	t.Runbook = whole(b.Runbook())
	t.IncidentLink, t.ActLink, t.AllLink = WebURL(b.URL), n.ActLink(), n.AllURL()
	if t.Link = t.ActLink; t.Link == "" {
		t.Link = t.IncidentLink
	}
}

func (t *Text) more(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(t.Words.More, n)
}

// whole is u, unless it is too long for a Text.
func whole(u string) string {
	if len(u) > textURL {
		return ""
	}
	return u
}
