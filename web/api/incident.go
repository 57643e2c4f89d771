package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/alerting"
	"tocsin/escalation"
)

// Incident is an incident as lists show it.
type Incident struct {
	ID             int64             `json:"id"`
	Title          string            `json:"title"`
	Severity       alerting.Severity `json:"severity" enum:"P0,P1,P2,P3"`
	State          alerting.State    `json:"state" enum:"open,acknowledged,resolved"`
	DedupKey       string            `json:"dedup_key"`
	Labels         map[string]string `json:"labels"`
	AlertCount     int               `json:"alert_count" doc:"alerts it has seen"`
	FiringCount    int               `json:"firing_count" doc:"of these, how many fire now"`
	Assignee       string            `json:"assignee" doc:"empty if nobody"`
	OpenedAt       time.Time         `json:"opened_at"`
	AcknowledgedAt *time.Time        `json:"acknowledged_at"`
	AcknowledgedBy string            `json:"acknowledged_by"`
	SnoozedUntil   *time.Time        `json:"snoozed_until" doc:"acknowledged until then, null if not snoozed"`
	ResolvedAt     *time.Time        `json:"resolved_at"`
	ResolvedBy     string            `json:"resolved_by"`
	MergedInto     int64             `json:"merged_into" doc:"resolved, because its alerts belong to that incident now; 0 if not merged"`
	PausedUntil    *time.Time        `json:"paused_until" doc:"nothing of the plan falls due until then; null if not muted and in no maintenance window"`
	PausedBy       string            `json:"paused_by" doc:"who muted it, or tocsin for a maintenance window"`
	Round          int               `json:"round" doc:"one more each time the plan starts afresh"`
	Next           *Next             `json:"next" doc:"the next step that is owed, null if none"`
	Reason         string            `json:"reason" doc:"why this severity"`
	ReasonDetail   Reason            `json:"reason_detail"`
	Note           string            `json:"note,omitempty" doc:"why an answer changed nothing"`
}

// Next is the step that is owed next, should nothing change.
type Next struct {
	At   time.Time           `json:"at"`
	Role string              `json:"role"`
	Kind escalation.StepKind `json:"kind"`
}

// Schema says that there may be none: huma does not, of a struct.
func (Next) Schema(r huma.Registry) *huma.Schema {
	text, at := &huma.Schema{Type: huma.TypeString}, &huma.Schema{Type: huma.TypeString, Format: "date-time"}
	kind := &huma.Schema{Type: huma.TypeString, Enum: []any{string(escalation.PageStep), string(escalation.AssignStep)}}
	return &huma.Schema{
		Type: huma.TypeObject, Nullable: true,
		Properties: map[string]*huma.Schema{"at": at, "role": text, "kind": kind},
		Required:   []string{"at", "kind", "role"},
	}
}

// Reason is why something was decided, for programs.
type Reason struct {
	Rule   string            `json:"rule" doc:"the configuration's path to what decided"`
	Values map[string]string `json:"values" doc:"what the rule looked at"`
	Tried  []Tried           `json:"tried" doc:"the rules before it, and why they did not decide"`
	Config string            `json:"config" doc:"hash of the configuration"`
}

// Tried is a rule that did not decide.
type Tried struct {
	Rule string `json:"rule"`
	Why  string `json:"why"`
}

// OfCase is an incident with what is owed to it next.
func OfCase(c escalation.Case) Incident {
	in := c.Incident
	out := Incident{
		ID: in.ID, Title: in.Title, Severity: in.Severity, State: in.State, DedupKey: in.Key,
		Labels: object(in.Labels), AlertCount: in.AlertCount, FiringCount: in.FiringCount, Assignee: in.Assignee,
		OpenedAt: in.OpenedAt.UTC(), AcknowledgedAt: moment(in.AcknowledgedAt), AcknowledgedBy: in.AcknowledgedBy,
		SnoozedUntil: moment(in.SnoozedUntil), ResolvedAt: moment(in.ResolvedAt), ResolvedBy: in.ResolvedBy, Round: in.Round,
		MergedInto: in.MergedInto, PausedUntil: moment(c.Plan.Pause.Until), PausedBy: c.Plan.Pause.By,
		Reason: in.Reason.Text, ReasonDetail: ofReason(in.Reason),
	}
	if s := c.Plan.Owed(in); s != nil {
		out.Next = &Next{At: s.DueAt.UTC(), Role: s.Role, Kind: s.Kind}
	}
	return out
}

// OfCases is a list of them.
func OfCases(cases []escalation.Case) []Incident { return each(cases, OfCase) }

func ofReason(r alerting.Reason) Reason {
	return Reason{Rule: r.Rule, Values: object(r.Values), Config: r.Config, Tried: ofTried(r.Tried)}
}

func ofTried(in []alerting.Tried) []Tried {
	return each(in, func(t alerting.Tried) Tried { return Tried(t) })
}

// moment is t, or nil if it has not come.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// object is m, never null in JSON.
func object(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// each is f of all of in, never null in JSON.
func each[A, B any](in []A, f func(A) B) []B {
	out := make([]B, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}
