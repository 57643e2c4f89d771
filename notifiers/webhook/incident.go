package webhook

import (
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"
)

// incident is an incident under the names that the HTTP API has for it. Text in it is as it came in: the
// receiver escapes it for its own use.
type incident struct {
	ID             int64           `json:"id"`
	Title          string          `json:"title"`
	Severity       string          `json:"severity"`
	State          string          `json:"state"`
	DedupKey       string          `json:"dedup_key"`
	Labels         alerting.Labels `json:"labels"`
	AlertCount     int             `json:"alert_count"`
	FiringCount    int             `json:"firing_count"`
	Assignee       string          `json:"assignee"`
	Round          int             `json:"round"`
	OpenedAt       time.Time       `json:"opened_at"`
	AcknowledgedAt *time.Time      `json:"acknowledged_at"`
	AcknowledgedBy string          `json:"acknowledged_by"`
	SnoozedUntil   *time.Time      `json:"snoozed_until"`
	ResolvedAt     *time.Time      `json:"resolved_at"`
	ResolvedBy     string          `json:"resolved_by"`
	MergedInto     int64           `json:"merged_into"`
	Reason         string          `json:"reason"`
	Next           *next           `json:"next"`
	Alerts         []alert         `json:"alerts,omitempty"` // of a page and a place: the worst and newest few
}

type next struct {
	At   time.Time `json:"at"`
	Role string    `json:"role"`
	Kind string    `json:"kind"`
}

type alert struct {
	Status       string          `json:"status"`
	Labels       alerting.Labels `json:"labels"`
	Annotations  alerting.Labels `json:"annotations"`
	StartsAt     time.Time       `json:"starts_at"`
	GeneratorURL string          `json:"generator_url"`
}

func incidentOf(in alerting.Incident) *incident {
	out := &incident{
		ID: in.ID, Title: in.Title, Severity: in.Severity.String(), State: string(in.State), DedupKey: in.Key, Labels: in.Labels,
		AlertCount: in.AlertCount, FiringCount: in.FiringCount, Assignee: in.Assignee, Round: in.Round, OpenedAt: in.OpenedAt.UTC(),
		AcknowledgedAt: moment(in.AcknowledgedAt), AcknowledgedBy: in.AcknowledgedBy, SnoozedUntil: moment(in.SnoozedUntil),
		ResolvedAt: moment(in.ResolvedAt), ResolvedBy: in.ResolvedBy, MergedInto: in.MergedInto, Reason: in.Reason.Text,
	}
	if out.Labels == nil {
		out.Labels = alerting.Labels{}
	}
	return out
}

// briefOf is the incident with its next step and its alerts.
func briefOf(b notifiers.Brief) *incident {
	out := incidentOf(b.Incident)
	if s := b.Next(); s != nil {
		out.Next = &next{At: s.DueAt.UTC(), Role: s.Role, Kind: string(s.Kind)}
	}
	for _, a := range b.Alerts {
		out.Alerts = append(out.Alerts, alert{string(a.Status), a.Labels, a.Annotations, a.StartsAt.UTC(), a.GeneratorURL})
	}
	return out
}

// moment is t, or null if it has not come.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
