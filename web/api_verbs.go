package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/web/api"
)

// verbOperations are what people do about an incident beside answering it: its severity, its plan, its alerts.
func (s *server) verbOperations(a huma.API) {
	huma.Register(a, answerOperation(escalation.SetSeverity, "Set an incident's severity"), s.setSeverity)
	huma.Register(a, answerOperation(escalation.Merge, "Merge an incident into another, which goes on"), s.mergeIncident)
	huma.Register(a, answerOperation(escalation.Jump, "Fire a step of the plan now, and skip those before it"), s.jumpIncident)
	huma.Register(a, answerOperation(escalation.Mute, "Tell nobody about an incident for a while; nobody answers for it meanwhile"), s.muteIncident)
	huma.Register(a, answerOperation(escalation.Unmute, "Go on with the plan of a muted incident"), func(ctx context.Context, in *idInput) (*incidentOutput, error) {
		return s.answer(ctx, in.ID, escalation.Answer{Verb: escalation.Unmute})
	})
	split := answerOperation(escalation.Split, "Split alerts off into an incident of their own")
	split.Description = "Needs the role " + Responder.String() + "."
	huma.Register(a, split, s.splitIncident)
	huma.Register(a, operation(Viewer, http.MethodGet, incidentsPath+"/{id}/why", "why-incident", "Why somebody was paged, and why not", http.StatusNotFound), s.whyIncident)
}

type severityInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Severity alerting.Severity `json:"severity" enum:"P0,P1,P2,P3"`
		Text     string            `json:"text,omitempty" maxLength:"4000" doc:"why"`
	}
}

func (s *server) setSeverity(ctx context.Context, in *severityInput) (*incidentOutput, error) {
	return s.answer(ctx, in.ID, escalation.Answer{Verb: escalation.SetSeverity, Severity: in.Body.Severity, Text: in.Body.Text})
}

type mergeInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Into int64  `json:"into" minimum:"1" doc:"the incident that goes on; the answer is that one"`
		Text string `json:"text,omitempty" maxLength:"4000" doc:"why"`
	}
}

func (s *server) mergeIncident(ctx context.Context, in *mergeInput) (*incidentOutput, error) {
	return s.answer(ctx, in.ID, escalation.Answer{Verb: escalation.Merge, Into: in.Body.Into, Text: in.Body.Text})
}

type jumpInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Step int    `json:"step" minimum:"1" maximum:"1000" doc:"which of the plan, counted from 1"`
		Text string `json:"text,omitempty" maxLength:"4000" doc:"why"`
	}
}

func (s *server) jumpIncident(ctx context.Context, in *jumpInput) (*incidentOutput, error) {
	return s.answer(ctx, in.ID, escalation.Answer{Verb: escalation.Jump, Step: in.Body.Step, Text: in.Body.Text})
}

type muteInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Until string `json:"until,omitempty" maxLength:"50" example:"morning" doc:"when the plan goes on: a time (RFC 3339), or morning, the organisation's next one; or say for"`
		For   string `json:"for,omitempty" maxLength:"50" example:"1h30m" doc:"how long from now, as Go writes durations; or say until"`
		Text  string `json:"text,omitempty" maxLength:"4000" doc:"why"`
	}
}

func (s *server) muteIncident(ctx context.Context, in *muteInput) (*incidentOutput, error) {
	until, err := s.untilOrFor(in.Body.Until, in.Body.For, time.Now())
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	return s.answer(ctx, in.ID, escalation.Answer{Verb: escalation.Mute, Until: until, Text: in.Body.Text})
}

type splitInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Alerts []string `json:"alerts" minItems:"1" maxItems:"1000" doc:"fingerprints"`
		Text   string   `json:"text,omitempty" maxLength:"4000" doc:"why"`
	}
}

type splitOutput struct {
	Body struct {
		Rest  api.Incident `json:"rest" doc:"the incident after it"`
		Split api.Incident `json:"split" doc:"the new one"`
	}
}

func (s *server) splitIncident(ctx context.Context, in *splitInput) (*splitOutput, error) {
	rest, split, err := s.Desk.Split(ctx, in.ID, escalation.Answer{Verb: escalation.Split, Alerts: in.Body.Alerts, Text: in.Body.Text, By: actorOf(ctx)})
	if err != nil {
		return nil, s.failed(ctx, noIncident(err, in.ID))
	}
	var out splitOutput
	out.Body.Rest, out.Body.Split = api.OfCase(rest), api.OfCase(split)
	return &out, nil
}
