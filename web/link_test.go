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
	"tocsin/escalation"
	"tocsin/notifiers"
)

const herLink = "system-admin_412"

// linkKey is the one that the tests' servers have.
var linkKey = nonceKey("the key of the tests")

// press is the form of a link's screen as a person's browser sends it: served a moment ago, pressed.
func press(token string, verb escalation.Verb) request {
	return linkForm(token, verb, time.Now().Add(-5*time.Second)).with("Sec-Fetch-User", "?1")
}

// linkForm is the form without what tells that a person pressed the button.
func linkForm(token string, verb escalation.Verb, served time.Time) request {
	return form(url.Values{"verb": {string(verb)}, "nonce": {linkKey.nonce(token, purposePage, served)}, "hand": {""}}).
		with("Sec-Fetch-Mode", "navigate").with("Sec-Fetch-Dest", "document").with("Sec-Fetch-Site", "same-origin")
}

func TestALinkShowsOneScreenWithoutSigningIn(t *testing.T) {
	w, base := start(t)
	w.pages[412] = append(w.pages[412], notifiers.Page{ID: 90, IncidentID: 412, Round: 1, Person: "engineering-manager", Channel: "sms", State: notifiers.Delivered, CreatedAt: time.Now()})
	page := get(t, client(t), base+"/a/"+herLink).want(t, 200)
	text := page.text(t, "main")
	for _, want := range []string{
		"P0 critical #412", "SystemDown", "backend-2 does not answer", "since ", "2 of 3 alerts firing", "seen 27 times", "Nobody has it",
		"Next: manager at ", "in 6 min", "unless acknowledged", "Also told: Engineering Manager",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q does not say %q", text, want)
		}
	}
	var verbs []string
	for _, b := range page.find(t, "form button") {
		verbs = append(verbs, attr(b, "value"))
	}
	if got := strings.Join(verbs, " "); got != "acknowledge escalate resolve" {
		t.Errorf("buttons %s", got)
	}
	if runbook := attr(page.find(t, "footer a")[0], "href"); runbook != "https://runbooks.example.com/system-down" {
		t.Errorf("runbook %s", runbook)
	}
	if strings.Contains(page.body, herLink) {
		t.Error("the token stands in the page")
	}
}

func TestALinkIsSmallAndKeptFromCachesSearchAndReferrers(t *testing.T) {
	_, base := start(t)
	page := get(t, client(t), base+"/a/"+herLink).want(t, 200)
	for name, want := range map[string]string{
		"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Content-Security-Policy": "default-src 'none'; script-src 'self'",
	} {
		if got := page.header.Get(name); !strings.Contains(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if page.header.Get("Set-Cookie") != "" || strings.Contains(page.header.Get("Content-Security-Policy"), "unsafe") {
		t.Errorf("headers %v", page.header)
	}
	size := len(page.body)
	for _, n := range append(page.find(t, "link[href]"), page.find(t, "script[src]")...) {
		size += len(get(t, client(t), base+attr(n, "href")+attr(n, "src")).want(t, 200).body)
	}
	if size > 50<<10 {
		t.Errorf("%d bytes in all", size)
	}
}

func TestAPressAcknowledgesAndTheScreenSaysSo(t *testing.T) {
	w, base := start(t)
	c := client(t)
	to := send(t, c, "POST", base+"/a/"+herLink, press(herLink, escalation.Acknowledge)).want(t, 303).header.Get("Location")
	if to != "/a/"+herLink {
		t.Errorf("sent to %s", to)
	}
	if got, want := w.answers[0].By, (alerting.Actor{Name: "system-admin", Via: "link", From: "127.0.0.1"}); got != want {
		t.Errorf("actor %+v", got)
	}
	page := get(t, c, base+to).want(t, 200)
	if got := page.text(t, ".standing"); !strings.HasPrefix(got, "You have it since ") || !strings.Contains(got, "Next: executive") {
		t.Errorf("afterwards: %q", got)
	}
	if n := len(page.find(t, "button[value=acknowledge]")); n != 0 {
		t.Error("it can be acknowledged again")
	}
	again := send(t, c, "POST", base+"/a/"+herLink, press(herLink, escalation.Acknowledge)).want(t, 200)
	if got := again.text(t, ".notice"); !strings.Contains(got, "Already acknowledged by system-admin") {
		t.Errorf("twice: %q", got)
	}
	other := get(t, c, base+"/a/devops-lead_412").want(t, 200)
	if got := other.text(t, ".standing .state"); !strings.HasPrefix(got, "System Admin has it since ") {
		t.Errorf("to somebody else: %q", got)
	}
}

func TestWhoCannotTakeItEscalates(t *testing.T) {
	_, base := start(t)
	send(t, client(t), "POST", base+"/a/"+herLink, press(herLink, escalation.Escalate)).want(t, 303)
	got := get(t, client(t), base+"/a/"+herLink).want(t, 200).text(t, ".standing")
	if !strings.Contains(got, "You escalated at ") || !strings.Contains(got, ": manager was told.") || !strings.Contains(got, "Next: senior engineer") {
		t.Errorf("afterwards: %q", got)
	}
}

func TestALinkStopsWhenTheIncidentIsResolved(t *testing.T) {
	w, base := start(t)
	send(t, client(t), "POST", base+"/a/"+herLink, press(herLink, escalation.Resolve)).want(t, 303)
	page := get(t, client(t), base+"/a/"+herLink).want(t, 200)
	if got := page.text(t, "main"); !strings.Contains(got, "Resolved by you at ") || !strings.Contains(got, "This link has stopped") {
		t.Errorf("afterwards: %q", got)
	}
	if len(page.find(t, "form")) > 0 {
		t.Error("there is still a form")
	}
	for _, verb := range []escalation.Verb{escalation.Acknowledge, escalation.Escalate, escalation.Resolve} {
		refused := send(t, client(t), "POST", base+"/a/"+herLink, press(herLink, verb)).want(t, 409)
		if got := refused.text(t, ".notice.refused"); got != "Nothing was changed: the incident is resolved, and this link has stopped." {
			t.Errorf("notice %q", got)
		}
	}
	if n := len(w.answers); n != 1 {
		t.Errorf("%d answers", n)
	}
}

func TestAnExpiredLinkSaysSoAndLeadsToSignIn(t *testing.T) {
	w, base := start(t)
	for _, method := range []string{"GET", "POST"} {
		page := send(t, client(t), method, base+"/a/old-"+herLink, press("old-"+herLink, escalation.Acknowledge)).want(t, 410)
		if got := page.text(t, "main"); !strings.Contains(got, "expired") || strings.Contains(got, "SystemDown") || len(page.find(t, "a[href='/signin']")) != 1 {
			t.Errorf("%s: %q", method, got)
		}
	}
	if len(w.answers) > 0 {
		t.Error("it acted")
	}
}

func TestAForgedLinkTellsNothing(t *testing.T) {
	w, base := start(t)
	var bodies []string
	for _, token := range []string{"forged", "system-admin_99999", "somebody_412", strings.Repeat("x", 4000)} {
		bodies = append(bodies, get(t, client(t), base+"/a/"+token).want(t, 404).body)
		bodies = append(bodies, send(t, client(t), "POST", base+"/a/"+token, press(token, escalation.Acknowledge)).want(t, 404).body)
	}
	for _, b := range bodies {
		if b != bodies[0] || strings.Contains(b, "412") {
			t.Error("the answers differ, or tell of an incident")
		}
	}
	if len(w.answers) > 0 || len(w.audited) != 4 {
		t.Errorf("%d answers, %d lines on the audit log; want the four posts there", len(w.answers), len(w.audited))
	}
	for range badLinks {
		get(t, client(t), base+"/a/forged")
	}
	get(t, client(t), base+"/a/forged").want(t, 429)
	get(t, client(t), base+"/a/"+herLink).want(t, 200) // a genuine one works from the same network
}

func TestTheTokenOfALinkIsNeverLogged(t *testing.T) {
	var logged bytes.Buffer
	w := scene(time.Now())
	o := w.options()
	o.Logger = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	base := serve(t, o).URL
	get(t, client(t), base+"/a/"+herLink).want(t, 200)
	get(t, client(t), base+"/a/forged-token").want(t, 404)
	w.answerErr = errors.New("broken")
	send(t, client(t), "POST", base+"/a/"+herLink, press(herLink, escalation.Acknowledge)).want(t, 500)
	if text := logged.String(); strings.Contains(text, herLink) || strings.Contains(text, "forged-token") || !strings.Contains(text, "route=/a/{token}") {
		t.Errorf("log: %s", text)
	}
}

func TestAStoreThatIsAwayIsSaidOnTheScreen(t *testing.T) {
	w, base := start(t)
	w.answerErr = alerting.ErrUnavailable
	got := send(t, client(t), "POST", base+"/a/"+herLink, press(herLink, escalation.Acknowledge)).want(t, 503)
	if text := got.text(t, "main"); !strings.Contains(text, "Nothing was changed: try again") || got.header.Get("Retry-After") == "" {
		t.Errorf("%q", text)
	}
	w.answerErr = &alerting.Refused{Text: "there is nothing to escalate"}
	got = send(t, client(t), "POST", base+"/a/"+herLink, press(herLink, escalation.Escalate)).want(t, 409)
	if text := got.text(t, ".notice.refused"); text != "There is nothing to escalate." {
		t.Errorf("%q", text)
	}
}

func TestHostileTextStaysTextBehindALink(t *testing.T) {
	w, base := start(t)
	c := w.cases[412]
	c.Incident.Title, c.Incident.Assignee, c.Incident.AcknowledgedBy = hostile, hostile, hostile
	w.cases[412] = c
	w.alerts[412][0].Annotations = alerting.Labels{"summary": hostile, "runbook_url": "javascript:alert(1)"}
	page := get(t, client(t), base+"/a/"+herLink).want(t, 200)
	for _, n := range page.find(t, "*") {
		checkHarmless(t, "/a/", n)
	}
}
