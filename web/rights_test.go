package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// sample is a request that fits a route.
func sample(route string) (method, address string) {
	method, address, _ = strings.Cut(route, " ")
	address = strings.NewReplacer(
		"{id}", "412", "{token}", "system-admin_412", "{file}", "nothing.js",
		"{verb:acknowledge|resolve|reopen|escalate|snooze|assign|note|severity|merge|split|jump|mute|unmute}", "acknowledge",
		"{does:accept|decline|withdraw|undo}", "accept", "{kind}", "rotation", "{name}", "primary", "{secret}", "none").Replace(address)
	if address == "/events" {
		address += "?incident=nonsense" // a stream that ends
	}
	if address == "/outbox/412/html" {
		address = "/outbox/48/html"
	}
	return method, address
}

// sampleBody is a body that fits a route of the API; forms need none.
func sampleBody(route string) request {
	bodies := map[string]string{
		"/snooze": `{"for":"1h"}`, "/assign": `{"person":"devops-lead"}`, "/note": `{"text":"looking"}`,
		"/severity": `{"severity":"P1"}`, "/merge": `{"into":413}`, "/split": `{"alerts":["x"]}`, "/jump": `{"step":3}`, "/mute": `{"for":"1h"}`,
		"/overrides": `{"rotation":"primary","person":"devops-lead","from":"2026-12-01T08:00:00Z","until":"2026-12-02T08:00:00Z"}`,
		"/absences":  `{"person":"devops-lead","from":"2026-12-01T08:00:00Z","until":"2026-12-02T08:00:00Z"}`,
		"/swaps":     `{"rotation":"primary","asker":"devops-lead","asked":"system-admin","from":"2026-12-01T08:00:00Z","until":"2026-12-02T08:00:00Z"}`,
	}
	for end, body := range bodies {
		if strings.HasSuffix(route, end) {
			return jsonBody(body)
		}
	}
	return jsonBody(`{"title":"by hand","severity":"P2"}`)
}

func TestARoleMayDoWhatItIsForAndNoMore(t *testing.T) {
	_, base := start(t)
	for _, role := range []Role{Viewer, Responder, Manager, Admin} {
		browser, program := signedIn(t, base, role.String()), client(t)
		for route, right := range guarded {
			least := right.role
			method, address := sample(route)
			api := strings.HasPrefix(address, "/api/")
			try := func(who string, c *http.Client, r request) {
				got := send(t, c, method, base+address, r)
				if refused := got.status == http.StatusForbidden; refused != (role < least) {
					t.Errorf("%s with a %s of %s: status %d", route, who, role, got.status)
				}
				if got.status >= 500 || got.status == http.StatusUnauthorized {
					t.Errorf("%s with a %s of %s: status %d: %s", route, who, role, got.status, got.body)
				}
			}
			body := sampleBody(route)
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
