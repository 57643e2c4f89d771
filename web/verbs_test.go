package web

import (
	"net/url"
	"strings"
	"testing"

	"tocsin/escalation"
)

func TestThePlanAndTheAlertsAreChangedByPlainForms(t *testing.T) {
	w, base := start(t)
	c := signedIn(t, base, "responder")
	for _, f := range []struct {
		verb   string
		fields url.Values
		to     string
		fits   func(escalation.Answer) bool
	}{
		{"severity", url.Values{"severity": {"P1"}}, "/incidents/412", func(a escalation.Answer) bool { return a.Severity.String() == "P1" }},
		{"jump", url.Values{"step": {"3"}}, "/incidents/412", func(a escalation.Answer) bool { return a.Step == 3 }},
		{"mute", url.Values{"for": {"1h"}}, "/incidents/412", func(a escalation.Answer) bool { return !a.Until.IsZero() }},
		{"unmute", nil, "/incidents/412", func(escalation.Answer) bool { return true }},
		{"split", url.Values{"alert": {"a", "b"}}, "/incidents/901", func(a escalation.Answer) bool { return len(a.Alerts) == 2 }},
		{"merge", url.Values{"into": {"#413"}}, "/incidents/412", func(a escalation.Answer) bool { return a.Into == 413 }},
	} {
		got := send(t, c, "POST", base+"/incidents/412/"+f.verb, form(f.fields)).want(t, 303)
		last := w.answers[len(w.answers)-1]
		if to := got.header.Get("Location"); to != f.to || string(last.Verb) != f.verb || !f.fits(last) {
			t.Errorf("%s: asked %+v, sent to %s", f.verb, last, to)
		}
	}
	send(t, c, "POST", base+"/incidents/412/severity", form(url.Values{"severity": {"P9"}})).want(t, 400)
	send(t, c, "POST", base+"/incidents/412/merge", form(url.Values{"into": {"777"}})).want(t, 409)
}

func TestSomebodyReadsWhyTheyWerePaged(t *testing.T) {
	_, base := start(t)
	c := signedIn(t, base, "viewer")
	page := get(t, c, base+"/incidents/412/why?person=system-admin").want(t, 200)
	if n := len(page.find(t, ".because-item.paged")); n == 0 {
		t.Errorf("nothing says why they were paged: %s", page.text(t, "#view"))
	}
	get(t, c, base+"/incidents/412/why?person=nobody").want(t, 404)
	got := call(t, base, "GET", "/api/v1/incidents/412/why?person=system-admin", "").want(t, 200)
	if !strings.Contains(got.body, `"paged":true`) {
		t.Errorf("answered %s", got.body)
	}
}
