package web

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/web/view"
)

func TestSnoozingOverTheAPIByTimeOrByLength(t *testing.T) {
	w, base := start(t)
	got := call(t, base, "POST", "/api/v1/incidents/412/snooze", `{"until":"2099-03-01T10:00:00+01:00"}`).want(t, 200).object(t)
	if got["snoozed_until"] != "2099-03-01T09:00:00Z" || got["state"] != "acknowledged" {
		t.Errorf("until: %v", got)
	}
	before := time.Now()
	call(t, base, "POST", "/api/v1/incidents/412/snooze", `{"for":"1h30m0s"}`).want(t, 200)
	if d := w.answers[1].Until.Sub(before); d < 90*time.Minute || d > 91*time.Minute {
		t.Errorf("for: until %s from now", d)
	}
	for _, body := range []string{`{}`, `{"for":"1h","until":"2099-03-01T10:00:00Z"}`, `{"for":"an hour"}`, `{"until":"soon"}`, `{"until":null}`, ``} {
		if got := call(t, base, "POST", "/api/v1/incidents/412/snooze", body); got.status != 422 && got.status != 400 {
			t.Errorf("%s: status %d", body, got.status)
		}
	}
	if len(w.answers) != 2 {
		t.Errorf("%d answers", len(w.answers))
	}
}

func TestAssigningAndNotingOverTheAPI(t *testing.T) {
	w, base := start(t)
	if got := call(t, base, "POST", "/api/v1/incidents/412/assign", `{"person":"devops-lead"}`).want(t, 200).object(t); got["assignee"] != "devops-lead" || got["snoozed_until"] != nil {
		t.Errorf("assigned: %v", got)
	}
	call(t, base, "POST", "/api/v1/incidents/412/note", `{"text":"the load balancer\nis fine"}`).want(t, 200)
	if got := w.answers[1]; got.Text != "the load balancer\nis fine" || got.By != (alerting.Actor{Name: "responder-token", Via: "api", From: "127.0.0.1"}) {
		t.Errorf("noted: %+v", got)
	}
	for address, body := range map[string]string{"assign": `{"person":""}`, "note": `{"text":""}`} {
		call(t, base, "POST", "/api/v1/incidents/412/"+address, body).want(t, 422).problem(t)
	}
	w.answerErr = &alerting.Refused{Text: `there is nobody called "x" in the directory`}
	call(t, base, "POST", "/api/v1/incidents/412/assign", `{"person":"x"}`).want(t, 409).problem(t)
}

func TestTheForwardedAddressIsTheActors(t *testing.T) {
	w := scene(time.Now())
	o := w.options()
	o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	base := serve(t, o).URL
	send(t, client(t), "POST", base+"/api/v1/incidents/412/acknowledge", bearerToken("responder-secret").with("X-Forwarded-For", "203.0.113.7")).want(t, 200)
	if from := w.answers[0].By.From; from != "203.0.113.7" {
		t.Errorf("from %s", from)
	}
}

func TestSnoozeAssignAndNoteByForm(t *testing.T) {
	w, base := start(t)
	c := signedIn(t, base, "responder")
	page := get(t, c, base+"/incidents/412").want(t, 200)
	if got := page.text(t, "#more-actions"); !strings.Contains(got, "30 min 1 h 4 h") || !strings.Contains(got, "until 09:00 tomorrow") || !strings.Contains(got, "DevOps Lead") {
		t.Errorf("more: %q", got)
	}
	post := func(verb string, v url.Values) { send(t, c, "POST", base+"/incidents/412/"+verb, form(v)).want(t, 303) }
	post("note", url.Values{"text": {"restarted backend-2\nno change"}})
	post("assign", url.Values{"person": {"devops-lead"}})
	post("snooze", url.Values{"for": {"1h"}})
	if n := len(w.answers); n != 3 || w.answers[2].By.From != "127.0.0.1" {
		t.Fatalf("answers %+v", w.answers)
	}
	page = get(t, c, base+"/incidents/412").want(t, 200)
	if got := page.text(t, ".said"); got != "restarted backend-2 no change" {
		t.Errorf("note: %q", got)
	}
	until := w.answers[2].Until.In(w.options().Zone).Format("15:04")
	if got := page.text(t, ".badges .snoozed"); !strings.HasPrefix(got, "snoozed until ") || !strings.HasSuffix(got, " "+until) {
		t.Errorf("header: %q, want until %s", got, until)
	}
	if got := page.text(t, ".next-box"); !strings.Contains(got, "Page executive") { // due before the snooze ends
		t.Errorf("next: %q", got)
	}
	row := get(t, c, base+"/?state=acknowledged").want(t, 200).text(t, "#incident-412")
	if !strings.Contains(row, "snoozed until") || !strings.Contains(row, "DevOps Lead") {
		t.Errorf("row: %q", row)
	}
	send(t, c, "POST", base+"/incidents/412/snooze", form(url.Values{"for": {"a while"}})).want(t, 400)
	if len(get(t, signedIn(t, base, "viewer"), base+"/incidents/412").find(t, "#more-actions")) > 0 {
		t.Error("a viewer is shown forms")
	}
}

func TestTheEndOfASnoozeIsWhatComesNext(t *testing.T) {
	w, base := start(t)
	c := w.cases[412]
	now := time.Now()
	c.Incident.State, c.Incident.AcknowledgedAt, c.Incident.AcknowledgedBy = alerting.StateAcknowledged, now, "x"
	c.Incident.SnoozedUntil = now.Add(10*time.Minute + 30*time.Second)
	w.cases[412] = c
	browser := signedIn(t, base, "responder")
	if got := get(t, browser, base+"/incidents/412").text(t, ".next-box"); !strings.HasPrefix(got, "Snoozed, open again in 10 min") {
		t.Errorf("page: %q", got)
	}
	if got := get(t, browser, base+"/?state=acknowledged").text(t, "#incident-412 .row-next"); !strings.HasPrefix(got, "open again in 10 min") {
		t.Errorf("list: %q", got)
	}
}

func TestASnoozeUntilTheMorningEndsAtNineLocalTime(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	night := time.Date(2026, 3, 28, 23, 30, 0, 0, berlin) // the clocks go forward in this night
	for choice, want := range map[string]time.Time{
		"30m": night.Add(30 * time.Minute), "4h": night.Add(4 * time.Hour),
		"tomorrow": time.Date(2026, 3, 29, 7, 0, 0, 0, time.UTC), "today": time.Date(2026, 3, 28, 8, 0, 0, 0, time.UTC),
	} {
		if got, ok := view.SnoozeUntil(choice, night); !ok || !got.Equal(want) {
			t.Errorf("%s: %s, want %s", choice, got, want)
		}
	}
	if _, ok := view.SnoozeUntil("400h", night); ok {
		t.Error("400h is a choice")
	}
}

func TestAResolvedIncidentTakesNotesOnly(t *testing.T) {
	_, base := start(t)
	page := get(t, signedIn(t, base, "responder"), base+"/incidents/409").want(t, 200)
	if len(page.find(t, "#do-note")) != 1 || len(page.find(t, "#do-snooze, #do-assign")) != 0 {
		t.Error("forms")
	}
}
