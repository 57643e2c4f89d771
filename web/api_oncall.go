package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/alerting"
	"tocsin/web/api"
)

func (s *server) oncallOperations(a huma.API) {
	huma.Register(a, operation(Viewer, http.MethodGet, "/api/v1/oncall", "list-oncall", "Who holds each role at a moment, and who comes next", http.StatusNotFound), s.listOnCall)
}

type oncallInput struct {
	At   time.Time `query:"at" doc:"now unless given"`
	Role string    `query:"role" maxLength:"200" doc:"only this one"`
}

type oncallOutput struct {
	Body struct {
		At    time.Time  `json:"at"`
		Zone  string     `json:"timezone" doc:"the organisation's"`
		Roles []api.Duty `json:"roles"`
	}
}

func (s *server) listOnCall(ctx context.Context, in *oncallInput) (*oncallOutput, error) {
	p, err := s.policyNow(ctx)
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	if _, known := p.Directory.Roles[in.Role]; in.Role != "" && !known {
		return nil, s.failed(ctx, noSuch(alerting.ErrNotFound, "role %s", alerting.OneLine(in.Role, 200)))
	}
	at := in.At
	if at.IsZero() {
		at = time.Now()
	}
	var out oncallOutput
	out.Body.At, out.Body.Zone = at.UTC(), s.Zone.String()
	if out.Body.Roles, err = s.duties(ctx, p, at, in.Role); err != nil {
		return nil, s.failed(ctx, err)
	}
	return &out, nil
}
