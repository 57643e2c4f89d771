package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
)

// open are the routes that need no role: they judge their callers themselves, or tell nothing.
var open = map[string]bool{
	"GET /healthz": true, "GET /readyz": true, "GET /static/{file}": true, "GET /api/openapi.json": true,
	"POST /intake/alertmanager": true, "GET /signin": true, "POST /signin": true, "POST /signout": true,
	"GET /metrics": true,
}

// guarded are all other routes, with the least role each needs.
var guarded = map[string]Role{
	"GET /events": Viewer, "GET /": Viewer, "GET /incidents/{id}": Viewer, "GET /outbox": Viewer, "GET /outbox/{id}/html": Viewer,
	"POST /incidents/{id}/{verb:acknowledge|resolve|reopen|escalate}": Responder,
	"GET /api/v1/incidents": Viewer, "GET /api/v1/incidents/{id}": Viewer, "POST /api/v1/incidents": Responder,
	"POST /api/v1/incidents/{id}/acknowledge": Responder, "POST /api/v1/incidents/{id}/resolve": Responder,
	"POST /api/v1/incidents/{id}/reopen": Responder, "POST /api/v1/incidents/{id}/escalate": Responder,
	"GET /api/v1/outbox": Viewer, "GET /api/v1/health": Viewer,
}

func TestEveryRouteIsDeclaredHereWithTheRoleItNeeds(t *testing.T) {
	var found []string
	routes := New(newWorld().options()).(chi.Routes)
	err := chi.Walk(routes, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		found = append(found, method+" "+route)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Concat(slices.Collect(maps.Keys(open)), slices.Collect(maps.Keys(guarded)))
	slices.Sort(found)
	slices.Sort(want)
	if !slices.Equal(found, want) {
		t.Errorf("routes\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(want, "\n"))
	}
}

func sample(route string) (method, address string) {
	method, address, _ = strings.Cut(route, " ")
	address = strings.NewReplacer("{id}", "412", "{verb:acknowledge|resolve|reopen|escalate}", "acknowledge").Replace(address)
	if address == "/events" {
		address += "?incident=nonsense" // a stream that ends
	}
	if address == "/outbox/412/html" {
		address = "/outbox/48/html"
	}
	return method, address
}

func TestARoleMayDoWhatItIsForAndNoMore(t *testing.T) {
	_, base := start(t)
	for _, role := range []Role{Viewer, Responder, Manager, Admin} {
		browser, program := signedIn(t, base, role.String()), client(t)
		for route, least := range guarded {
			method, address := sample(route)
			api := strings.HasPrefix(address, "/api/")
			try := func(who string, c *http.Client, r request) {
				got := send(t, c, method, base+address, r.with("Content-Type", "application/json"))
				if refused := got.status == http.StatusForbidden; refused != (role < least) {
					t.Errorf("%s with a %s of %s: status %d", route, who, role, got.status)
				}
				if got.status >= 500 || got.status == http.StatusUnauthorized {
					t.Errorf("%s with a %s of %s: status %d: %s", route, who, role, got.status, got.body)
				}
			}
			body := request{body: `{"title":"by hand","severity":"P2"}`}
			try("session", browser, body)
			if api {
				try("token", program, body.with("Authorization", "Bearer "+role.String()+"-secret"))
			}
		}
	}
}

func TestAStrangerGetsNothing(t *testing.T) {
	_, base := start(t)
	for route := range guarded {
		method, address := sample(route)
		for name, r := range map[string]request{
			"nothing": {}, "a wrong token": bearerToken("nonsense"), "an empty token": bearerToken(""),
			"a source's token": bearerToken("prometheus-secret"), "a wrong cookie": {header: map[string]string{"Cookie": "tocsin=nonsense"}},
		} {
			got := send(t, client(t), method, base+address, r)
			toSignIn := got.status == http.StatusSeeOther && strings.HasPrefix(got.header.Get("Location"), "/signin?next=")
			if got.status != http.StatusUnauthorized && !toSignIn {
				t.Errorf("%s with %s: status %d", route, name, got.status)
			}
			if strings.Contains(got.body, "SystemDown") {
				t.Errorf("%s with %s tells of an incident", route, name)
			}
		}
	}
}

func TestAWrongTokenIsNotMadeGoodByACookie(t *testing.T) {
	_, base := start(t)
	c := signedIn(t, base, "admin")
	get(t, c, base+"/api/v1/incidents").want(t, 200)
	send(t, c, "GET", base+"/api/v1/incidents", bearerToken("nonsense")).want(t, 401).problem(t)
}

func TestAnotherSiteCannotActWithSomebodysCookie(t *testing.T) {
	w, base := start(t)
	c := signedIn(t, base, "responder")
	for _, address := range []string{"/incidents/412/acknowledge", "/api/v1/incidents/412/acknowledge", "/signout"} {
		foreign := jsonBody("").with("Sec-Fetch-Site", "cross-site")
		send(t, c, "POST", base+address, foreign).want(t, 403)
		send(t, c, "POST", base+address, jsonBody("").with("Origin", "https://evil.example.com")).want(t, 403)
	}
	if st := w.cases[412].Incident.State; st != "open" {
		t.Errorf("the incident is %s", st)
	}
	// A program has a token and no browser that could be misled.
	send(t, client(t), "POST", base+"/api/v1/incidents/412/acknowledge",
		bearerToken("responder-secret").with("Sec-Fetch-Site", "cross-site")).want(t, 200)
}

// A browser may send a remembered HTTP basic password on its own: it excuses no foreign form.
func TestARememberedPasswordExcusesNoForeignForm(t *testing.T) {
	w, base := start(t)
	c := signedIn(t, base, "responder")
	foreign := request{header: map[string]string{"Sec-Fetch-Site": "cross-site", "Authorization": "Basic dXNlcjpwYXNz"}}
	send(t, c, "POST", base+"/incidents/412/acknowledge", foreign).want(t, 403)
	send(t, c, "POST", base+"/api/v1/incidents/412/acknowledge", foreign).want(t, 401)
	if st := w.cases[412].Incident.State; st != "open" {
		t.Errorf("the incident is %s", st)
	}
}

func TestAPageWhoseSessionEndedGoesToSignIn(t *testing.T) {
	_, base := start(t)
	got := send(t, client(t), "GET", base+"/incidents/412", request{header: map[string]string{"HX-Request": "true"}}).want(t, 401)
	if to := got.header.Get("HX-Redirect"); to != "/signin?next=%2Fincidents%2F412" {
		t.Errorf("HX-Redirect %q", to)
	}
}

func TestMetricsAreForThisMachineAndForViewers(t *testing.T) {
	_, base := start(t)
	if got := get(t, client(t), base+"/metrics").want(t, 200); !strings.Contains(got.body, "tocsin_up") {
		t.Errorf("metrics: %s", got.body)
	}
	forwarded := request{header: map[string]string{"X-Forwarded-For": "203.0.113.7"}}
	send(t, client(t), "GET", base+"/metrics", forwarded).want(t, 401)
	send(t, client(t), "GET", base+"/metrics", forwarded.with("Authorization", "Bearer viewer-secret")).want(t, 200)
}

func TestAPersonComesBackToWhereTheyWereAfterSigningIn(t *testing.T) {
	_, base := start(t)
	c := client(t)
	got := get(t, c, base+"/incidents/412?x=1").want(t, 303)
	if to := got.header.Get("Location"); to != "/signin?next=%2Fincidents%2F412%3Fx%3D1" {
		t.Fatalf("sent to %s", to)
	}
	page := get(t, c, base+got.header.Get("Location")).want(t, 200)
	next := page.find(t, "input[name=next]")[0]
	got = send(t, c, "POST", base+"/signin", form(url.Values{"name": {"viewer"}, "password": {password}, "next": {attr(next, "value")}})).want(t, 303)
	if to := got.header.Get("Location"); to != "/incidents/412?x=1" {
		t.Errorf("after signing in: %s", to)
	}
}
