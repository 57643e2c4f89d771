package web

import (
	"bytes"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
)

func TestSignInsAreOnTheAuditLog(t *testing.T) {
	w, base := start(t)
	c := signedIn(t, base, "manager")
	send(t, client(t), "POST", base+"/signin", form(url.Values{"name": {"root\x00\n" + strings.Repeat("x", 5000)}, "password": {"wrong"}})).want(t, 401)
	send(t, c, "POST", base+"/signout", request{}).want(t, 303)
	send(t, c, "POST", base+"/signout", request{}).want(t, 303) // nobody signs out
	var got []string
	for _, e := range w.audited {
		name := e.Actor.Name
		if strings.HasPrefix(name, "root") && len([]rune(name)) == maxAuditName && !strings.ContainsAny(name, "\x00\n") {
			name = "root..."
		}
		got = append(got, name+" "+e.Actor.Via+" "+e.Actor.From+" "+e.Action)
	}
	want := "manager web 127.0.0.1 sign-in, root... web 127.0.0.1 sign-in refused, manager web 127.0.0.1 sign-out"
	if strings.Join(got, ", ") != want {
		t.Errorf("audit log %s, want %s", strings.Join(got, ", "), want)
	}
}

func TestTheAuditLogIsReadByAdminsNewestFirst(t *testing.T) {
	w, base := start(t)
	w.audited = []alerting.AuditEntry{
		{ID: 1, At: time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC), Actor: alerting.Actor{Name: "x", Via: "web", From: "192.0.2.1"}, Action: "sign-in"},
		{ID: 2, Actor: alerting.Actor{Name: "x", Via: "web"}, Action: "acknowledge", Incident: 412, Before: map[string]any{"state": "open"}, After: map[string]any{"state": "acknowledged"}},
	}
	admin := func(address string) answer {
		return send(t, client(t), "GET", base+address, bearerToken("admin-secret")).want(t, 200)
	}
	if got := names(element(admin("/api/v1/audit").object(t)["entries"])); got != "action actor after at before from id incident via" {
		t.Errorf("an entry has %s", got)
	}
	want := `{"entries":[{"id":2,"at":"0001-01-01T00:00:00Z","actor":"x","via":"web","from":"","action":"acknowledge","incident":412,"before":{"state":"open"},"after":{"state":"acknowledged"}}]}`
	if got := strings.TrimSpace(admin("/api/v1/audit?incident=412").body); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := admin("/api/v1/audit?limit=1").object(t)["entries"].([]any); len(got) != 1 {
		t.Errorf("limit: %v", got)
	}
	send(t, client(t), "GET", base+"/api/v1/audit?limit=501", bearerToken("admin-secret")).want(t, 422)
}

func TestRefusalsOfOnePersonFillNoLog(t *testing.T) {
	w, base := start(t)
	for range auditRefusals + 20 {
		send(t, client(t), "POST", base+"/api/v1/incidents/412/resolve", bearerToken("viewer-secret")).want(t, 403)
	}
	if n := len(w.audited); n != auditRefusals {
		t.Errorf("%d lines, want %d", n, auditRefusals)
	}
}

func TestAnAuditLogThatIsAwayIsLoggedAndKeepsNobodyOut(t *testing.T) {
	var logged bytes.Buffer
	w := scene(time.Now())
	w.auditErr = errors.New("no table")
	o := w.options()
	o.Logger = slog.New(slog.NewTextHandler(&logged, nil))
	signedIn(t, serve(t, o).URL, "manager")
	if !strings.Contains(logged.String(), `msg="not on the audit log" action=sign-in actor=manager`) {
		t.Errorf("log: %s", logged.String())
	}
}
