package web

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"tocsin/alerting"
)

const oneAlert = `{"version":"4","status":"firing","groupLabels":{"alertname":"SystemDown"},
	"alerts":[{"status":"firing","labels":{"alertname":"SystemDown","service":"backend"},"annotations":{},"startsAt":"2026-03-01T02:14:05Z","endsAt":"0001-01-01T00:00:00Z"}]}`

func post(t testing.TB, base, body string, header map[string]string) answer {
	t.Helper()
	return send(t, client(t), "POST", base+"/intake/alertmanager", request{body, header})
}

func token(s string) map[string]string { return map[string]string{"Authorization": "Bearer " + s} }

func TestIntakeTakesAlertsForTheSourceOfTheToken(t *testing.T) {
	w, base := start(t)
	got := post(t, base, oneAlert, token("prometheus-secret")).want(t, 200)
	if n := got.object(t)["accepted"]; n != 1.0 {
		t.Errorf("accepted %v, want 1", n)
	}
	post(t, base, oneAlert, token("prometheus-next")).want(t, 200) // the token that will replace the first
	if len(w.received) != 2 || w.received[0].Source != "prometheus" || w.received[0].Labels["service"] != "backend" {
		t.Errorf("received %+v", w.received)
	}
}

func TestIntakeTakesTheTokenAsBasicPassword(t *testing.T) {
	_, base := start(t)
	req, _ := http.NewRequestWithContext(t.Context(), "POST", base+"/intake/alertmanager", strings.NewReader(oneAlert))
	req.SetBasicAuth("anything", "prometheus-secret")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != 200 {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestIntakeRefusesWhoeverHasNoToken(t *testing.T) {
	w, base := start(t)
	for name, header := range map[string]map[string]string{
		"nothing": nil, "a wrong one": token("nonsense"), "an empty one": token(""), "an empty basic password": {"Authorization": "Basic dXNlcjo="},
		"one of a source of another kind": token("apps-secret"), "an API token": token("admin-secret"),
	} {
		got := post(t, base, oneAlert, header).want(t, 401)
		got.problem(t)
		if got.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: no WWW-Authenticate", name)
		}
	}
	if len(w.received) != 0 {
		t.Errorf("received %d events", len(w.received))
	}
}

func TestIntakeSaysWhatCanNeverBeTaken(t *testing.T) {
	_, base := start(t)
	for _, body := range []string{"", "nonsense", `{"version":"3","alerts":[]}`, `{"version":"4","alerts":["x"]}`, `[`} {
		p := post(t, base, body, token("prometheus-secret")).want(t, 400).problem(t)
		if len(p.Detail) < 30 {
			t.Errorf("%q: detail %q says too little", body, p.Detail)
		}
	}
	coded := token("prometheus-secret")
	coded["Content-Encoding"] = "br"
	post(t, base, oneAlert, coded).want(t, 415).problem(t)
}

func TestIntakeNamesTheAlertsThatItRejectsAndTakesTheRest(t *testing.T) {
	w, base := start(t)
	body := strings.Replace(oneAlert, `"alerts":[`, `"alerts":["no alert",`, 1)
	got := post(t, base, body, token("prometheus-secret")).want(t, 200).object(t)
	rejected, _ := got["rejected"].([]any)
	if got["accepted"] != 1.0 || len(rejected) != 1 || rejected[0].(map[string]any)["index"] != 0.0 {
		t.Errorf("answer %v", got)
	}
	if len(w.received) != 1 {
		t.Errorf("received %d", len(w.received))
	}
}

func TestIntakeAsksToTryAgainWhenNothingCouldBeStored(t *testing.T) {
	w, base := start(t)
	w.receiveErr = fmt.Errorf("flush: %w", alerting.ErrUnavailable)
	got := post(t, base, oneAlert, token("prometheus-secret")).want(t, 503)
	if got.problem(t); got.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	w.receiveErr = errors.New("password of the database: hunter2")
	p := post(t, base, oneAlert, token("prometheus-secret")).want(t, 500).problem(t)
	if strings.Contains(p.Detail, "hunter2") || p.Instance == "" {
		t.Errorf("problem %+v", p)
	}
}

func zip(t testing.TB, body string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(body))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestIntakeReadsGzipUpToItsLimit(t *testing.T) {
	w, base := start(t)
	header := token("prometheus-secret")
	header["Content-Encoding"] = "gzip"
	post(t, base, zip(t, oneAlert), header).want(t, 200)
	if len(w.received) != 1 {
		t.Fatalf("received %d", len(w.received))
	}
	post(t, base, "no gzip at all", header).want(t, 400).problem(t)
	post(t, base, zip(t, oneAlert)[:20], header).want(t, 400).problem(t)
}

func TestASmallBodyThatUnpacksToMuchIsNotUnpacked(t *testing.T) {
	_, base := start(t)
	header := token("prometheus-secret")
	header["Content-Encoding"] = "gzip"
	bomb := zip(t, strings.Repeat(" ", 256<<20))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	post(t, base, bomb, header).want(t, 413).problem(t)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
		t.Errorf("%d MiB were allocated for %d KiB sent", used>>20, len(bomb)>>10)
	}
}

func TestIntakeRefusesBodiesBeyondItsLimit(t *testing.T) {
	_, base := start(t)
	big := `{"version":"4","x":"` + strings.Repeat("a", maxIntakeBody) + `","alerts":[]}`
	post(t, base, big, token("prometheus-secret")).want(t, 413).problem(t)

	// Without a length that gives it away.
	h := New(newWorld().options())
	r := httptest.NewRequest("POST", "/intake/alertmanager", strings.NewReader(big))
	r.ContentLength = -1
	r.Header.Set("Authorization", "Bearer prometheus-secret")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if rec.Code != 413 {
		t.Errorf("status %d, want 413", rec.Code)
	}
}

func TestTheGateHoldsNoMoreThanItHasRoomFor(t *testing.T) {
	g := newGate(2, 100)
	req := func(n int64) *http.Request { return &http.Request{ContentLength: n, Header: http.Header{}} }
	leave, err := g.enter(req(60))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.enter(req(60)); !errors.Is(err, alerting.ErrUnavailable) {
		t.Errorf("120 of 100 bytes: %v", err)
	}
	if _, err := g.enter(req(40)); err != nil {
		t.Errorf("100 of 100 bytes: %v", err)
	}
	if _, err := g.enter(req(0)); !errors.Is(err, alerting.ErrUnavailable) {
		t.Errorf("a third of two requests: %v", err)
	}
	leave()
	if _, err := g.enter(req(60)); err != nil {
		t.Errorf("after one has left: %v", err)
	}
}

// The handler's own share of a request; the receiver takes nothing.
func BenchmarkIntake(b *testing.B) {
	h := New(newWorld().options())
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := httptest.NewRequest("POST", "/intake/alertmanager", strings.NewReader(oneAlert))
			r.Header.Set("Authorization", "Bearer prometheus-secret")
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			if rec.Code != 200 {
				b.Fatal(rec.Code)
			}
		}
	})
}
