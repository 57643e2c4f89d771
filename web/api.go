package web

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
)

const maxAPIBody = 1 << 20 // bytes

// needsRole is the key of an operation's metadata that names the least role it needs.
const needsRole = "role"

// mountAPI registers every operation on r, and the document that describes them.
func (s *server) mountAPI(r chi.Router) {
	api := humachi.New(r, s.apiConfig())
	api.UseMiddleware(admit(api))
	s.incidentOperations(api)
	s.oncallOperations(api)
	s.rotaOperations(api)
	s.otherOperations(api)

	// The document is the same in every installation, so it is open to all.
	spec, err := json.Marshal(api.OpenAPI())
	if err != nil {
		panic(err) // it is made of types that are part of the build
	}
	s.apiSpec = spec
	r.Get("/api/openapi.json", s.asProblem(s.openAPI))
}

func (s *server) apiConfig() huma.Config {
	c := huma.DefaultConfig("Tocsin", s.Version)
	c.CreateHooks, c.DocsPath, c.OpenAPIPath, c.SchemasPath = nil, "", "", ""
	c.Transformers = []huma.Transformer{withoutEchoes}
	c.Info.Description = "Incidents, what was sent about them, and what people do about them."
	c.Servers = []*huma.Server{{URL: s.PublicURL.Scheme + "://" + s.PublicURL.Host}}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":   {Type: "http", Scheme: "bearer", Description: "an API token"},
		"session": {Type: "apiKey", In: "cookie", Name: s.sessions.Cookie.Name, Description: "a signed-in browser"},
	}
	return c
}

func (s *server) openAPI(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/openapi+json")
	_, _ = w.Write(s.apiSpec) // whoever asked has gone away
	return nil
}

// operation describes one operation, with the least role that it needs.
func operation(role Role, method, path, id, summary string, errors ...int) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary,
		Description:  "Needs the role " + role.String() + ".",
		Security:     []map[string][]string{{"token": {}}, {"session": {}}},
		Errors:       append([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusServiceUnavailable}, errors...),
		MaxBodyBytes: maxAPIBody,
		Metadata:     map[string]any{needsRole: role},
	}
}

// admit lets those pass who have the role that the operation names; without one, nobody.
func admit(api huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		who := identityOf(ctx.Context())
		role, declared := ctx.Operation().Metadata[needsRole].(Role)
		switch {
		case who.Role == Nobody:
			ctx.SetHeader("WWW-Authenticate", `Bearer realm="tocsin"`)
			_ = huma.WriteErr(api, ctx, http.StatusUnauthorized, `Send an API token as "Authorization: Bearer TOKEN".`)
		case !declared || !who.May(role):
			_ = huma.WriteErr(api, ctx, http.StatusForbidden, "This needs the role "+role.String()+"; yours is "+who.Role.String()+".")
		default:
			next(ctx)
		}
	}
}

// withoutEchoes takes out of an error what had been sent: it may be a secret in the wrong field.
func withoutEchoes(_ huma.Context, _ string, v any) (any, error) {
	if e, ok := v.(*huma.ErrorModel); ok {
		for _, d := range e.Errors {
			d.Value = nil
		}
	}
	return v, nil
}

// failed is err as huma writes it: the same problem document as everywhere.
func (s *server) failed(ctx context.Context, err error) error {
	p := problemOf(err)
	s.report(ctx, err, p)
	model := &huma.ErrorModel{Status: p.Status, Title: p.Title, Detail: p.Detail, Instance: p.Instance}
	if p.Status == http.StatusServiceUnavailable {
		return huma.ErrorWithHeaders(model, http.Header{"Retry-After": {"1"}})
	}
	return model
}
