package web

import (
	"context"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

func TestTelephoneNumbersInTheOutboxAreWholeForWhoeverMayAnswerAndMaskedForOthers(t *testing.T) {
	_, base := start(t)
	for role, want := range map[string]struct{ number, other string }{
		"viewer": {"+1500•••0003", "+15005550003"}, "responder": {"+15005550003", "+1500•••0003"}, "admin": {"+15005550003", "+1500•••0003"},
	} {
		for address, body := range map[string]string{
			"page": get(t, signedIn(t, base, role), base+"/outbox").want(t, 200).body,
			"API":  send(t, client(t), "GET", base+"/api/v1/outbox", bearerToken(role+"-secret")).want(t, 200).body,
		} {
			if !strings.Contains(body, want.number) || strings.Contains(body, want.other) {
				t.Errorf("%s, %s: %s is not how the number is shown", role, address, want.number)
			}
			if !strings.Contains(body, "C0INCIDENTS") || !strings.Contains(body, "sysadmin@example.com") {
				t.Errorf("%s, %s: another address than a number is masked", role, address)
			}
		}
	}
}

func TestTelephoneNumbersInWhatProvidersSaidAreMaskedOnTheIncidentsPage(t *testing.T) {
	w, base := start(t)
	said := "The number +1 (500) 555-0003 is not valid"
	w.pages[412] = append(w.pages[412], notifiers.Page{ID: 999, IncidentID: 412, Person: "devops-lead", Channel: escalation.SMS, State: notifiers.Failed, Attempts: []notifiers.Attempt{
		{Outcome: notifiers.OutcomeFailed, Error: said},
	}})
	w.timeline[412] = append(w.timeline[412], alerting.Entry{
		ID: 99999, At: time.Now(), Kind: alerting.KindPageFailed, Actor: alerting.Tocsin, Text: "Page to devops-lead over sms: " + said, Reason: alerting.Because(said),
	}, alerting.Entry{ID: 99998, At: time.Now(), Kind: alerting.KindNote, Actor: alerting.Actor{Name: "ada"}, Text: "call the plumber: 004930123456"})
	for address, body := range map[string]string{
		"page": get(t, signedIn(t, base, "responder"), base+"/incidents/412").want(t, 200).body,
		"API":  send(t, client(t), "GET", base+"/api/v1/incidents/412", bearerToken("responder-secret")).want(t, 200).body,
	} {
		if n := strings.Count(body, "The number +1500•••0003 is not valid"); n < 2 || strings.Contains(body, "555-0003") {
			t.Errorf("%s: masked %d times", address, n)
		}
		if !strings.Contains(body, "004930123456") {
			t.Errorf("%s: what a person wrote is masked", address)
		}
	}
	if w.pages[412][len(w.pages[412])-1].Attempts[0].Error != said {
		t.Error("what was read is changed for all readers")
	}
}

// optOuts are numbers that want no SMS.
type optOuts map[string]time.Time

func (o optOuts) OptOuts(context.Context) (map[string]time.Time, error) { return o, nil }

// withNumber is a site whose engineering-manager, who holds the role manager, has a number and sent STOP.
func withNumber(t *testing.T) string {
	t.Helper()
	p := policy()
	manager := p.Directory.People["engineering-manager"]
	manager.Phone = "+15005550099"
	p.Directory.People[manager.ID] = manager
	o := scene(time.Now()).options()
	o.Policy = func() *escalation.Policy { return p }
	o.OptOuts = optOuts{manager.Phone: time.Date(2026, 12, 8, 9, 30, 0, 0, time.UTC)}
	return serve(t, o).URL
}

func TestTheCardSaysWhoGetsNoSMSBecauseTheySentStop(t *testing.T) {
	base := withNumber(t)
	page := get(t, signedIn(t, base, "viewer"), base+"/oncall").want(t, 200)
	if got := page.text(t, "#role-manager .away"); got != "Gets no SMS: sent STOP Tue 8 Dec 10:30" {
		t.Errorf("told: %q", got)
	}
	if n := len(page.find(t, "#role-executive .away")); n != 0 {
		t.Error("somebody who sent nothing is marked")
	}
}

func TestTheAPISaysWhoGetsNoSMSAndSinceWhen(t *testing.T) {
	base := withNumber(t)
	for role, want := range map[string]string{"manager": `"no_sms_since":"2026-12-08T09:30:00Z"`, "executive": `"no_sms_since":null`} {
		body := call(t, base, "GET", "/api/v1/oncall?role="+role, "").want(t, 200).body
		if !strings.Contains(body, want) {
			t.Errorf("%s: %s, want %s in it", role, body, want)
		}
	}
}

func TestTheNumberOfWhoIsOnCallIsWholeForWhoeverMayAnswerAndMaskedForOthers(t *testing.T) {
	base := withNumber(t)
	for role, want := range map[string]struct{ number, other string }{
		"viewer": {"+1500•••0099", "5550099"}, "responder": {"+15005550099", "•••"}, "admin": {"+15005550099", "•••"},
	} {
		for address, body := range map[string]string{
			"page": get(t, signedIn(t, base, role), base+"/oncall").want(t, 200).body,
			"API":  send(t, client(t), "GET", base+"/api/v1/oncall", bearerToken(role+"-secret")).want(t, 200).body,
		} {
			if !strings.Contains(body, want.number) || strings.Contains(body, want.other) {
				t.Errorf("%s, %s: %s is not how the number is shown", role, address, want.number)
			}
		}
	}
	page := get(t, signedIn(t, base, "responder"), base+"/oncall").want(t, 200)
	if got := attr(page.find(t, "#role-manager .duty-phone a")[0], "href"); got != "tel:+15005550099" {
		t.Errorf("a press calls %q", got)
	}
}
