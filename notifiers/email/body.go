package email

import (
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"
)

// view is what both bodies show; all of it is one-line text that is not escaped yet.
type view struct {
	Severity, Word, Colour string
	Number                 int64
	Title, State, Why      string
	PossibleRepeat         bool
	Summary                string
	Act                    string
	Rows                   []row
	Alerts                 []string
	More                   int
	Labels                 []notifiers.Label
	Links                  []notifiers.Link
}

type row struct{ Name, Text string }

func newView(n notifiers.Notice) view {
	b := n.Brief
	inc := b.Incident
	v := view{
		Severity: inc.Severity.String(), Word: inc.Severity.Word(), Colour: colour(inc),
		Number: inc.ID, Title: notifiers.Cut(b.Title(), 300), State: string(inc.State), Why: notifiers.Cut(n.Why(), 300),
		PossibleRepeat: n.PossibleRepeat,
		Summary:        notifiers.Cut(b.Summary(), 1000),
		Act:            n.ActLink(),
		Rows:           rows(b),
		Labels:         b.Labels(12),
		Links:          b.Links(),
	}
	for _, l := range b.AlertLines() {
		v.Alerts = append(v.Alerts, notifiers.Cut(l, 400))
	}
	for i := range v.Labels {
		v.Labels[i].Value = notifiers.Cut(v.Labels[i].Value, 200)
	}
	v.More = max(0, inc.AlertCount-len(v.Alerts))
	return v
}

func rows(b notifiers.Brief) []row {
	inc := b.Incident
	out := []row{{"State", state(b)}, {"Since", b.Locale.Time(inc.OpenedAt)}, {"Alerts", b.Alerting()}, {"In hand", b.Holder()}}
	if next := b.Next(); next != nil {
		out = append(out, row{"Next", notifiers.StepWords(next) + " on " + b.Locale.Time(next.DueAt)})
	} else if inc.State != alerting.StateResolved {
		out = append(out, row{"Next", "no further step is planned"})
	}
	return out
}

func state(b notifiers.Brief) string {
	inc := b.Incident
	switch inc.State {
	case alerting.StateAcknowledged:
		return "acknowledged" + since(b.Locale, inc.AcknowledgedBy, inc.AcknowledgedAt)
	case alerting.StateResolved:
		return "resolved" + since(b.Locale, inc.ResolvedBy, inc.ResolvedAt)
	}
	return string(inc.State)
}

func since(l notifiers.Locale, who string, at time.Time) string {
	if who = l.Name(who); who != "" {
		who = " by " + who
	}
	return who + " on " + l.Time(at)
}

// colour is the badge's background; white text reads well on each, on light and dark pages alike.
func colour(inc alerting.Incident) string {
	if inc.State == alerting.StateResolved {
		return "#1a7f37"
	}
	switch inc.Severity {
	case alerting.P0:
		return "#b42318"
	case alerting.P1:
		return "#b54708"
	case alerting.P2:
		return "#7a6200"
	default:
		return "#175cd3"
	}
}
