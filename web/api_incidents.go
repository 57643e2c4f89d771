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

const incidentsPath = "/api/v1/incidents"

func (s *server) incidentOperations(a huma.API) {
	huma.Register(a, operation(Viewer, http.MethodGet, incidentsPath, "list-incidents", "Incidents, newest first", http.StatusBadRequest), s.listIncidents)
	huma.Register(a, operation(Viewer, http.MethodGet, incidentsPath+"/{id}", "get-incident", "One incident with its alerts, plan, pages and timeline", http.StatusNotFound), s.getIncident)

	create := operation(Responder, http.MethodPost, incidentsPath, "create-incident", "Open an incident by hand", http.StatusConflict)
	create.DefaultStatus = http.StatusCreated
	huma.Register(a, create, s.createIncident)

	s.deliveryOperation(a)
	s.answerOperations(a)
}

type listInput struct {
	State    []string  `query:"state" enum:"open,acknowledged,resolved" doc:"any of these, separated by commas"`
	Severity []string  `query:"severity" enum:"P0,P1,P2,P3" doc:"any of these, separated by commas"`
	Text     string    `query:"q" maxLength:"200" doc:"in title, dedup key and label values, whatever the case"`
	Assignee string    `query:"assignee" maxLength:"200"`
	Since    time.Time `query:"since" doc:"opened at or after"`
	Until    time.Time `query:"until" doc:"opened before"`
	Limit    int       `query:"limit" minimum:"1" maximum:"500" default:"50"`
	Cursor   string    `query:"cursor" maxLength:"200" doc:"next_cursor of the answer before"`
}

func (in *listInput) query() (alerting.Query, error) {
	q := alerting.Query{Text: in.Text, Assignee: in.Assignee, Since: in.Since, Until: in.Until, Limit: in.Limit, Cursor: in.Cursor}
	for _, state := range in.State {
		q.States = append(q.States, alerting.State(state))
	}
	for _, text := range in.Severity {
		sev, err := alerting.ParseSeverity(text)
		if err != nil {
			return q, refuse(http.StatusBadRequest, "%v", err)
		}
		q.Severities = append(q.Severities, sev)
	}
	return q, nil
}

type listOutput struct {
	Body struct {
		Incidents  []api.Incident `json:"incidents"`
		NextCursor string         `json:"next_cursor" doc:"empty at the end"`
	}
}

func (s *server) listIncidents(ctx context.Context, in *listInput) (*listOutput, error) {
	q, err := in.query()
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	cases, next, err := s.Reader.Incidents(ctx, q)
	if err != nil {
		return nil, s.failed(ctx, badCursor(err))
	}
	var out listOutput
	out.Body.Incidents, out.Body.NextCursor = api.OfCases(cases), next
	return &out, nil
}

type idInput struct {
	ID int64 `path:"id" minimum:"1"`
}

type detailOutput struct{ Body api.Detail }

func (s *server) getIncident(ctx context.Context, in *idInput) (*detailOutput, error) {
	c, err := s.Reader.Incident(ctx, in.ID)
	if err != nil {
		return nil, s.failed(ctx, noIncident(err, in.ID))
	}
	d, err := s.detailOf(ctx, in.ID)
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	return &detailOutput{api.OfDetail(c, d.alerts, d.pages, d.timeline)}, nil
}

type createInput struct {
	Body struct {
		Title       string            `json:"title" minLength:"1" maxLength:"500"`
		Severity    alerting.Severity `json:"severity" enum:"P0,P1,P2,P3"`
		Description string            `json:"description,omitempty" maxLength:"20000"`
		Labels      map[string]string `json:"labels,omitempty" maxProperties:"100"`
	}
}

type incidentOutput struct{ Body api.Incident }

type createOutput struct {
	Location string `header:"Location"`
	Body     api.Incident
}

func (s *server) createIncident(ctx context.Context, in *createInput) (*createOutput, error) {
	c, err := s.Desk.Open(ctx, escalation.Manual{
		Title: in.Body.Title, Severity: in.Body.Severity, Description: in.Body.Description,
		Labels: in.Body.Labels, By: actorOf(ctx),
	})
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	out := api.OfCase(c)
	return &createOutput{Location: incidentPath(out.ID), Body: out}, nil
}
