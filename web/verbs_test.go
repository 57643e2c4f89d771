package web

import (
	"net/url"
	"strings"
	"testing"

	"tocsin/alerting"
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
}

func TestAFormThatSaysWhatItCannotShowsTheIncidentWithWhatIsWrong(t *testing.T) {
	w, base := start(t)
	c := signedIn(t, base, "responder")
	for _, f := range []struct {
		verb, field, value string
		status             int
		want               string
	}{
		{"severity", "severity", "P7", 400, `"P7" is no severity`},
		{"merge", "into", "zz", 400, `"zz" is no incident's number`},
		{"merge", "into", "-3", 400, `"-3" is no incident's number`},
		{"merge", "into", "#999", 404, "There is no incident #999"},
		{"jump", "step", "last", 400, `"last" is no step`},
		{"snooze", "for", "garbage", 400, `"garbage" is no length of time`},
		{"mute", "for", "<b>", 400, `"<b>" is no length of time`},
		{"split", "alert", "", 409, "No alert was chosen"},
	} {
		fields := url.Values{f.field: {f.value}}
		if f.value == "" {
			fields = nil
		}
		page := send(t, c, "POST", base+"/incidents/412/"+f.verb, form(fields)).want(t, f.status)
		if got := page.text(t, ".notice.refused"); !strings.Contains(got, f.want) {
			t.Errorf("%s %s: %q does not say %q", f.verb, f.value, got, f.want)
		}
		if len(page.find(t, ".case h1")) != 1 {
			t.Errorf("%s %s: the incident is not shown", f.verb, f.value)
		}
		if f.verb == "severity" {
			send(t, c, "POST", base+"/incidents/99999/severity", form(fields)).want(t, 404)
		}
	}
	p := call(t, base, "POST", "/api/v1/incidents/412/merge", `{"into":999}`).want(t, 404).problem(t)
	if p.Detail != "There is no incident #999. Nothing was changed." {
		t.Errorf("the API says %q", p.Detail)
	}
	if st := w.cases[412].Incident.State; st != "open" {
		t.Errorf("the incident is %s", st)
	}
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

func TestWhoHasLeftTheConfigurationStillReadsWhyTheyWerePaged(t *testing.T) {
	w, base := start(t)
	w.pages[412][0].Person = "former-admin"
	w.timeline[412][1].Reason.Tried = []alerting.Tried{{Rule: "people.former-lead", Why: "is away until Monday"}}
	c := signedIn(t, base, "viewer")
	page := get(t, c, base+"/incidents/412/why?person=former-admin").want(t, 200)
	if n := len(page.find(t, ".because-item.paged")); n != 1 {
		t.Errorf("%d pages are explained, want 1: %s", n, page.text(t, "#view"))
	}
	for _, id := range []string{"former-admin", "former-lead"} {
		if len(page.find(t, "#person option[value="+id+"]")) != 1 {
			t.Errorf("%s cannot be chosen", id)
		}
		call(t, base, "GET", "/api/v1/incidents/412/why?person="+id, "").want(t, 200)
	}
	call(t, base, "GET", "/api/v1/incidents/411/why?person=former-admin", "").want(t, 404)
}
