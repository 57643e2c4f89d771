package web

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/notifiers/ledger"
	"tocsin/web/api"
)

func (s *server) deliveryOperation(a huma.API) {
	op := operation(Viewer, http.MethodGet, incidentsPath+"/{id}/delivery", "get-delivery", "What became of each page, as the ledger tells it", http.StatusNotFound)
	op.Responses = map[string]*huma.Response{"200": {Description: "The deliveries", Content: map[string]*huma.MediaType{
		"application/json": {Schema: a.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[api.Deliveries](), true, "Deliveries")},
		"text/csv":         {Schema: &huma.Schema{Type: huma.TypeString, Description: "a row for each attempt"}},
	}}}
	huma.Register(a, op, s.getDelivery)
}

type deliveryInput struct {
	ID     int64  `path:"id" minimum:"1"`
	Format string `query:"format" enum:"json,csv" default:"json"`
	Limit  int    `query:"limit" minimum:"1" maximum:"10000" doc:"how many attempts; all unless given"`
	Cursor string `query:"cursor" maxLength:"50" doc:"next_cursor of the answer before; for CSV in the header Next-Cursor"`
}

type deliveryOutput struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	NextCursor         string `header:"Next-Cursor"`
	Body               any    // api.Deliveries, or CSV as bytes
}

func (s *server) getDelivery(ctx context.Context, in *deliveryInput) (*deliveryOutput, error) {
	if _, err := s.Reader.Incident(ctx, in.ID); err != nil {
		return nil, s.failed(ctx, noIncident(err, in.ID))
	}
	d, err := s.deliveredOf(ctx, in.ID, time.Now())
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	from, ok := ledger.ParseCursor(in.Cursor)
	if ok {
		d, ok = d.part(from, in.Limit)
	}
	if !ok {
		return nil, huma.Error400BadRequest("the cursor is none of this incident: take next_cursor of the answer before")
	}
	next := d.next.String()
	if in.Format == "csv" {
		return &deliveryOutput{
			ContentType:        "text/csv; charset=utf-8; header=present",
			ContentDisposition: fmt.Sprintf(`attachment; filename="tocsin-%d-delivery.csv"`, in.ID),
			NextCursor:         next,
			Body:               deliveryCSV(d),
		}, nil
	}
	out := api.OfDeliveries(d.pages, d.answers, d.chain.Sealed, d.chain.Unsealed, d.chain.End)
	out.NextCursor = next
	return &deliveryOutput{NextCursor: next, Body: out}, nil
}
