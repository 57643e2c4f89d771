package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
)

func names(v any) string {
	object, _ := v.(map[string]any)
	return strings.Join(slices.Sorted(maps.Keys(object)), " ")
}

func call(t testing.TB, base, method, address, body string) answer {
	t.Helper()
	return send(t, client(t), method, base+address, jsonBody(body).with("Authorization", "Bearer responder-secret"))
}

func TestTheAPIKeepsItsNames(t *testing.T) {
	_, base := start(t)
	list := call(t, base, "GET", "/api/v1/incidents?state=open&severity=P0", "").want(t, 200).object(t)
	if got := names(list); got != "incidents next_cursor" {
		t.Errorf("list: %s", got)
	}
	incident := "acknowledged_at acknowledged_by alert_count assignee dedup_key firing_count id labels merged_into next opened_at paused_by paused_until reason reason_detail resolved_at resolved_by round severity snoozed_until state title"
	first := list["incidents"].([]any)[0].(map[string]any)
	if got := names(first); got != incident {
		t.Errorf("incident: %s", got)
	}
	one := call(t, base, "GET", "/api/v1/incidents/412", "").want(t, 200).object(t)
	for _, part := range []struct {
		name, want string
		value      any
	}{
		{"next", "at kind role", one["next"]},
		{"alert", "annotations count ends_at fingerprint first_seen generator_url labels last_seen reason reason_detail severity source starts_at status", element(one["alerts"])},
		{"step", "after at calendar channels due due_at fires_at kind reason reason_detail role state until", element(one["plan"])},
		{"page", "attempts channel created_at id person reason role round state step", element(one["pages"])},
		{"attempt", "at error finished_at outcome possible_repeat provider_id", element(element(one["pages"]).(map[string]any)["attempts"])},
		{"entry", "actor at kind reason reason_detail text via", element(one["timeline"])},
		{"reason_detail", "config rule tried values", one["reason_detail"]},
	} {
		if got := names(part.value); got != part.want {
			t.Errorf("%s: %s, want %s", part.name, got, part.want)
		}
	}
	if one["id"] != 412.0 || one["severity"] != "P0" || one["state"] != "open" || one["acknowledged_at"] != nil || one["resolved_at"] != nil {
		t.Errorf("incident %v", one)
	}
	if at, err := time.Parse(time.RFC3339, one["opened_at"].(string)); err != nil || !strings.HasSuffix(one["opened_at"].(string), "Z") || at.IsZero() {
		t.Errorf("opened_at %v", one["opened_at"])
	}
	if next := one["next"].(map[string]any); next["role"] != "manager" || next["kind"] != "page" {
		t.Errorf("next %v", next)
	}
}

func element(v any) any { return v.([]any)[0] }

func TestListsAreEmptyRatherThanNull(t *testing.T) {
	w, base := start(t)
	w.add(small(7, "bare", alerting.P2, alerting.StateResolved, "x", time.Now(), time.Now(), ""))
	one := call(t, base, "GET", "/api/v1/incidents/7", "").want(t, 200)
	for _, list := range []string{"alerts", "plan", "pages", "timeline"} {
		if !strings.Contains(one.body, `"`+list+`":[]`) {
			t.Errorf("%s is not []: %.200s", list, one.body)
		}
	}
	if !strings.Contains(one.body, `"next":null`) {
		t.Error("next is not null")
	}
	if got := call(t, base, "GET", "/api/v1/incidents?q=nothing+like+it", "").want(t, 200); !strings.Contains(got.body, `"incidents":[]`) {
		t.Errorf("%s", got.body)
	}
}

func TestTheAPIAsksTheReaderWhatWasAsked(t *testing.T) {
	w, base := start(t)
	call(t, base, "GET", "/api/v1/incidents?state=open,acknowledged&severity=P0&severity=&q=sys&assignee=x&since=2026-03-01T00:00:00Z&until=2026-03-02T00:00:00Z&limit=7&cursor=400", "").want(t, 200)
	q := w.queries[len(w.queries)-1]
	got := fmt.Sprintln(q.States, q.Severities, q.Text, q.Assignee, q.Since.Format(time.DateOnly), q.Until.Format(time.DateOnly), q.Limit, q.Cursor)
	if want := "[open acknowledged] [P0] sys x 2026-03-01 2026-03-02 7 400\n"; got != want {
		t.Errorf("query %s, want %s", got, want)
	}
	call(t, base, "GET", "/api/v1/incidents", "").want(t, 200)
	if q := w.queries[len(w.queries)-1]; q.Limit != 50 || q.States != nil || !q.Since.IsZero() {
		t.Errorf("without parameters: %+v", q)
	}
}

func TestTheAPIRefusesWithProblems(t *testing.T) {
	_, base := start(t)
	for _, test := range []struct {
		method, address, body string
		want                  int
	}{
		{"GET", "/api/v1/incidents/99999", "", 404},
		{"POST", "/api/v1/incidents/99999/resolve", "", 404},
		{"GET", "/api/v1/incidents/nonsense", "", 422},
		{"GET", "/api/v1/incidents?cursor=nonsense", "", 400},
		{"GET", "/api/v1/incidents?limit=501", "", 422},
		{"GET", "/api/v1/incidents?state=closed", "", 422},
		{"POST", "/api/v1/incidents", `{"title":"","severity":"P0"}`, 422},
		{"POST", "/api/v1/incidents", `{"title":"x","severity":"P9"}`, 422},
		{"POST", "/api/v1/incidents", `{"title":"x","severity":"P1","unknown":1}`, 422},
		{"POST", "/api/v1/incidents", `{`, 400},
		{"POST", "/api/v1/incidents", `{"title":"` + strings.Repeat("x", maxAPIBody) + `","severity":"P0"}`, 413},
		{"GET", "/api/v1/nothing", "", 404},
		{"DELETE", "/api/v1/incidents", "", 405},
	} {
		call(t, base, test.method, test.address, test.body).want(t, test.want).problem(t)
	}
}

func TestAnErrorDoesNotEchoWhatWasSent(t *testing.T) {
	_, base := start(t)
	for _, body := range []string{
		`{"title":"x","severity":"hunter2"}`, `{"title":"x","severity":"P0","password":"hunter2"}`, `{"title":["hunter2"]}`, `"hunter2`,
	} {
		if got := call(t, base, "POST", "/api/v1/incidents", body); strings.Contains(got.body, "hunter2") || got.status < 400 {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
}

func TestAnsweringTwiceIsNoErrorAndSaysWhoHadIt(t *testing.T) {
	_, base := start(t)
	got := call(t, base, "POST", "/api/v1/incidents/412/acknowledge", "").want(t, 200).object(t)
	if got["state"] != "acknowledged" || got["acknowledged_by"] != "responder-token" || got["note"] != nil {
		t.Errorf("first: %v", got)
	}
	got = call(t, base, "POST", "/api/v1/incidents/412/acknowledge", "").want(t, 200).object(t)
	if note, _ := got["note"].(string); !strings.Contains(note, "already acknowledged by responder-token") {
		t.Errorf("second: note %q", note)
	}
}

func TestWhatTheDeskRefusesIsAConflict(t *testing.T) {
	w, base := start(t)
	w.answerErr = &alerting.Refused{Text: "The incident is resolved: reopen it first."}
	if p := call(t, base, "POST", "/api/v1/incidents/412/escalate", "").want(t, 409).problem(t); p.Detail != "The incident is resolved: reopen it first." {
		t.Errorf("detail %q", p.Detail)
	}
	w.answerErr = alerting.ErrUnavailable
	if got := call(t, base, "POST", "/api/v1/incidents/412/escalate", "").want(t, 503); got.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

func TestAnIncidentIsOpenedByHand(t *testing.T) {
	w, base := start(t)
	got := call(t, base, "POST", "/api/v1/incidents", `{"title":"Checkout broken","severity":"P1","labels":{"service":"shop"}}`).want(t, 201)
	if in := w.cases[900].Incident; in.Title != "Checkout broken" || in.Severity != alerting.P1 || in.Labels["service"] != "shop" {
		t.Errorf("opened %+v", in)
	}
	if to := got.header.Get("Location"); to != "/api/v1/incidents/900" {
		t.Errorf("Location %q", to)
	}
}

func TestOutboxAndHealthOverTheAPI(t *testing.T) {
	w, base := start(t)
	out := call(t, base, "GET", "/api/v1/outbox?limit=2", "").want(t, 200).object(t)
	messages := out["messages"].([]any)
	if len(messages) != 2 || names(messages[0]) != "at channel html id incident kind page payload person subject text to" {
		t.Errorf("outbox %v", out)
	}
	if payload := messages[1].(map[string]any)["payload"]; payload.([]any)[0].(map[string]any)["type"] != "header" {
		t.Errorf("payload %v", payload)
	}
	h := call(t, base, "GET", "/api/v1/health", "").want(t, 200)
	want := `{"status":"healthy","components":{"postgresql":{"active_connections":23,"response_time":0.012,"status":"healthy"}},"circuit_breakers":{"sms":"closed"}}`
	if strings.TrimSpace(h.body) != want {
		t.Errorf("health %s, want %s", h.body, want)
	}
	w.health.Status = Unhealthy
	call(t, base, "GET", "/api/v1/health", "").want(t, 503)
}

func TestTheOpenAPIDocumentDescribesEveryOperation(t *testing.T) {
	_, base := start(t)
	doc := get(t, client(t), base+"/api/openapi.json").want(t, 200)
	var spec struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Security    []map[string]any
		}
	}
	if err := json.Unmarshal([]byte(doc.body), &spec); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(spec.OpenAPI, "3.1") {
		t.Errorf("version %s", spec.OpenAPI)
	}
	for route := range guarded {
		method, address, _ := strings.Cut(route, " ")
		if !strings.HasPrefix(address, "/api/") {
			continue
		}
		if op := spec.Paths[address][strings.ToLower(method)]; op.OperationID == "" || len(op.Security) != 2 {
			t.Errorf("%s is described as %+v", route, op)
		}
	}
}
