package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"
)

// crowd makes incident 412 one of n alerts, n pages and n entries. One alert of them all is firing.
func crowd(w *world, n int) {
	alert, page, entry := w.alerts[412][2], w.pages[412][0], w.timeline[412][0]
	w.alerts[412], w.pages[412], w.timeline[412] = nil, nil, nil
	for i := range n {
		alert.Labels = alerting.Labels{"alertname": "SystemDown", "service": "backend", "instance": fmt.Sprintf("backend-%d:8000", i), "severity": "critical"}
		alert.Fingerprint = alert.Labels.Fingerprint()
		alert.Status = alerting.Resolved
		if i == n/2 {
			alert.Status = alerting.Firing
		}
		page.ID, entry.ID = int64(i+1), int64(i+1)
		w.alerts[412] = append(w.alerts[412], alert)
		w.pages[412] = append(w.pages[412], page)
		w.timeline[412] = append(w.timeline[412], entry)
	}
}

func TestThePageOfALargeGroupIsSmallAndTheAPIIsWhole(t *testing.T) {
	w, base := start(t)
	crowd(w, 2000)
	c := signedIn(t, base, "responder")
	page := get(t, c, base+"/incidents/412").want(t, 200)
	if size := len(page.body); size > 410_000 {
		t.Errorf("%d bytes", size)
	}
	for selector, want := range map[string]int{".alerts > li": 100, ".sent > li": 100, ".timeline > li": 100, ".left-out": 4} {
		if n := len(page.find(t, selector)); n != want {
			t.Errorf("%s: %d, want %d", selector, n, want)
		}
	}
	if got := page.text(t, ".alerts > li:first-child"); !strings.HasPrefix(got, "firing") {
		t.Errorf("the first alert: %q", got)
	}
	if got := attr(page.find(t, ".timeline > li")[0], "id"); got != "entry-2000" {
		t.Errorf("the first entry: %s", got)
	}
	if got := page.text(t, ".alerts + .left-out"); got != "and 1900 more (see the API )" {
		t.Errorf("left out: %q", got)
	}
	whole := get(t, c, base+attr(page.find(t, ".left-out a")[0], "href")).want(t, 200).body
	if n := strings.Count(whole, `"fingerprint"`); n != 2000 {
		t.Errorf("the API tells of %d alerts", n)
	}
}

func TestASmallGroupLeavesNothingOut(t *testing.T) {
	_, base := start(t)
	page := get(t, signedIn(t, base, "viewer"), base+"/incidents/412").want(t, 200)
	if n := len(page.find(t, ".left-out")); n != 0 {
		t.Errorf("%d lists leave something out", n)
	}
}

func TestAFiredStepNamesWhomItTold(t *testing.T) {
	w, base := start(t)
	page := func(round, step int, person string) {
		p := w.pages[412][0]
		p.ID, p.Round, p.Step, p.Person = p.ID+100+int64(len(w.pages[412])), round, step, person
		w.pages[412] = append(w.pages[412], p)
	}
	page(1, 1, "devops-lead")
	page(0, 0, "devops-lead") // of another round
	got := get(t, signedIn(t, base, "viewer"), base+"/incidents/412").want(t, 200)
	for selector, want := range map[string]string{
		"#step-0 .why summary": "System Admin over SMS, email, Slack",
		"#step-1 .why summary": "System Admin over SMS, email, Slack; DevOps Lead over SMS",
	} {
		if text := got.text(t, selector); text != want {
			t.Errorf("%s: %q, want %q", selector, text, want)
		}
	}
}

func TestAFiredStepThatToldNobodySaysWhy(t *testing.T) {
	w, base := start(t)
	w.pages[412] = []notifiers.Page{}
	got := get(t, signedIn(t, base, "viewer"), base+"/incidents/412").want(t, 200)
	if text := got.text(t, "#step-0 .why summary"); !strings.Contains(text, "nobody had acknowledged") {
		t.Errorf("%q", text)
	}
}

func TestMomentsInStoredTextAreInThePagesZone(t *testing.T) {
	w, base := start(t)
	at := time.Date(2025, 7, 1, 12, 0, 5, 0, time.UTC) // 14:00:05 in Berlin
	text := "with system-admin until " + at.Format("2006-01-02 15:04:05 UTC")
	c := w.cases[412]
	c.Plan.Steps[0].Reason.Text, c.Incident.Reason.Text = text, text
	w.timeline[412][1].Text, w.timeline[412][0].Kind, w.timeline[412][0].Text = text, alerting.KindNote, text
	w.pages[412][0].Reason.Text = text
	w.cases[412] = c
	page := get(t, signedIn(t, base, "viewer"), base+"/incidents/412").want(t, 200)
	for _, selector := range []string{"#step-0 .because", ".case-why summary", "#entry-1 .said", "#entry-2", "#page-70 .why summary"} {
		if got := page.text(t, selector); !strings.Contains(got, "until 1 Jul 2025 14:00:05") {
			t.Errorf("%s: %q", selector, got)
		}
		if title := attr(page.find(t, selector+" time")[0], "title"); title != "2025-07-01 12:00:05 UTC" {
			t.Errorf("%s: title %q", selector, title)
		}
	}
}
