package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/web/api"
)

func (s *server) otherOperations(a huma.API) {
	huma.Register(a, operation(Viewer, http.MethodGet, "/api/v1/outbox", "list-outbox", "What sandboxed channels would have sent, newest first"), s.listOutbox)
	huma.Register(a, operation(Admin, http.MethodGet, "/api/v1/audit", "list-audit", "Who did what, from where, newest first"), s.listAudit)
	health := operation(Viewer, http.MethodGet, "/api/v1/health", "get-health", "How Tocsin itself is")
	health.Description += " Answers 503, with the same body, when it is unhealthy."
	huma.Register(a, health, s.getHealth)
}

type outboxInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type outboxOutput struct {
	Body struct {
		Messages []api.Message `json:"messages"`
	}
}

func (s *server) listOutbox(ctx context.Context, in *outboxInput) (*outboxOutput, error) {
	messages, err := s.Outbox.Outbox(ctx, in.Limit)
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	var out outboxOutput
	out.Body.Messages = api.OfMessages(addressed(identityOf(ctx), messages))
	return &out, nil
}

type auditInput struct {
	Incident int64 `query:"incident" minimum:"0" doc:"only what was done about this one"`
	Limit    int   `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type auditOutput struct {
	Body struct {
		Entries []api.AuditEntry `json:"entries"`
	}
}

func (s *server) listAudit(ctx context.Context, in *auditInput) (*auditOutput, error) {
	entries, err := s.Audit.AuditLog(ctx, in.Incident, in.Limit)
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	var out auditOutput
	out.Body.Entries = api.OfAudit(entries)
	return &out, nil
}

type healthOutput struct {
	Status int
	Body   Health
}

func (s *server) getHealth(ctx context.Context, _ *struct{}) (*healthOutput, error) {
	h := s.Health.Health(ctx)
	out := healthOutput{Status: http.StatusOK, Body: h}
	if h.Status == Unhealthy {
		out.Status = http.StatusServiceUnavailable
	}
	return &out, nil
}

// Schema is of the component as MarshalJSON writes it.
func (Component) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeObject,
		Properties: map[string]*huma.Schema{
			"status":        {Type: huma.TypeString, Enum: []any{string(Healthy), string(Degraded), string(Unhealthy)}},
			"response_time": {Type: huma.TypeNumber, Description: "seconds"},
			"error":         {Type: huma.TypeString},
		},
		Required:             []string{"status", "response_time"},
		AdditionalProperties: true,
	}
}

func incidentPath(id int64) string { return incidentsPath + "/" + strconv.FormatInt(id, 10) }
