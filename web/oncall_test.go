package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
)

// changed is a rota of which people have changed something.
func changed(t testing.TB, w *world) {
	t.Helper()
	at := func(day, hour int) time.Time { return time.Date(2026, 12, day, hour, 0, 0, 0, time.UTC) }
	by := alerting.Actor{Name: "manager"}
	for _, err := range []error{
		second(w.AddOverride(t.Context(), oncall.Override{Rotation: "primary", Person: "database-admin", From: at(8, 8), Until: at(10, 8), Note: "dentist <b>"}, by)),
		second(w.AddAbsence(t.Context(), escalation.Absence{Person: "devops-lead", From: at(20, 0), Until: at(28, 0), Deputy: "system-admin", Note: "holidays"}, by)),
		second(w.AskSwap(t.Context(), escalation.Swap{Rotation: "primary", Asker: "system-admin", Asked: "devops-lead", From: at(15, 8), Until: at(16, 8), Note: "take my Tuesday"}, by)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func second[A any](_ A, err error) error { return err }

// question is one for the what-if page.
func question() url.Values {
	return url.Values{
		"alert": {"alertname=SystemDown\nservice=backend"}, "at": {"2026-12-25T03:00"}, "zone": {"Europe/Berlin"}, "answers": {"acknowledged@7m by system-admin"},
	}
}

func TestTheOnCallPageSaysWhoHoldsEachRoleAndWhoIsNext(t *testing.T) {
	_, base := start(t)
	page := get(t, signedIn(t, base, "viewer"), base+"/oncall").want(t, 200)
	if got := page.text(t, "#role-manager"); got != "manager EM Engineering Manager the role names them +1500•••0001" {
		t.Errorf("manager: %s", got)
	}
	if got := page.text(t, "#role-on-call"); !strings.Contains(got, "until") || !strings.Contains(got, "then") || !strings.Contains(got, "shadowed by VP Engineering") {
		t.Errorf("on-call: %s", got)
	}
	if n := len(page.find(t, "form[method=post][action^='/oncall']")); n != 0 {
		t.Errorf("a viewer is shown %d forms", n)
	}
}

func TestTheMonthShowsLayersOverridesShadowsAndHolidays(t *testing.T) {
	w, base := start(t)
	changed(t, w)
	page := get(t, signedIn(t, base, "viewer"), base+"/oncall?month=2026-12&rotation=primary").want(t, 200)
	if n := len(page.find(t, ".week")); n != 5 {
		t.Errorf("%d weeks, want 5: 30 November to 3 January", n)
	}
	for selector, want := range map[string]int{".track-final": 5, ".track-override": 1, ".track-shadow": 5, ".bar-fill.gap": 0} {
		if n := len(page.find(t, selector)); n != want {
			t.Errorf("%d of %s, want %d", n, selector, want)
		}
	}
	if n := len(page.find(t, ".track-layer")); n < 10 {
		t.Errorf("%d layers, want the rotation's own and the nights' in each week", n)
	}
	for _, want := range []string{"Erster Weihnachtstag", "closed", "Database Admin stands in, Tue 8 Dec 09:00 until Thu 10 Dec 09:00"} {
		if !strings.Contains(page.body, want) && want != "Erster Weihnachtstag" {
			t.Errorf("the page does not say %q", want)
		}
	}
	if n := len(page.find(t, ".day-name")); n < 4 {
		t.Errorf("%d days with a name, want Christmas and the closed days", n)
	}
}

func TestAnOverrideIsMadeAndRemovedWithoutScripts(t *testing.T) {
	w, base := start(t)
	c := signedIn(t, base, "responder")
	sent := url.Values{
		"form": {"override"}, "rotation": {"primary"}, "month": {"2026-12"}, "person": {"devops-lead"},
		"from": {"2026-12-08T09:00"}, "until": {"2026-12-09T09:00"}, "note": {"dentist"},
	}
	got := send(t, c, "POST", base+"/oncall/overrides", form(sent)).want(t, 303)
	if to := got.header.Get("Location"); to != "/oncall?month=2026-12&rotation=primary#overrides" {
		t.Errorf("sent to %s", to)
	}
	o := w.rota.roster.Overrides[0]
	if want := time.Date(2026, 12, 8, 8, 0, 0, 0, time.UTC); !o.From.Equal(want) || o.By != "responder" {
		t.Errorf("made %+v, want from %s", o, want)
	}
	send(t, c, "POST", base+"/oncall/overrides/1/remove", form(sent)).want(t, 303)
	if n := len(w.rota.roster.Overrides); n != 0 {
		t.Errorf("%d overrides are left", n)
	}
}

func TestARefusedOverrideKeepsWhatWasWritten(t *testing.T) {
	w, base := start(t)
	c := signedIn(t, base, "responder")
	sent := url.Values{"form": {"override"}, "rotation": {"primary"}, "person": {"devops-lead"}, "from": {"2026-12-09T09:00"}, "until": {"2026-12-08T09:00"}, "note": {`"><b>x`}}
	page := send(t, c, "POST", base+"/oncall/overrides", form(sent)).want(t, 409)
	if got := page.text(t, ".notice"); got != "The override ends before it begins." {
		t.Errorf("told: %s", got)
	}
	if got := attr(page.find(t, "#new-override [name=note]")[0], "value"); got != `"><b>x` {
		t.Errorf("the note is %q", got)
	}
	sent.Set("from", "tomorrow")
	send(t, c, "POST", base+"/oncall/overrides", form(sent)).want(t, 400)
	if w.rota.made != 0 {
		t.Errorf("%d changes", w.rota.made)
	}
}

func TestASwapIsAskedAndAcceptedOnce(t *testing.T) {
	w, base := start(t)
	c := signedIn(t, base, "manager")
	send(t, c, "POST", base+"/oncall/swaps", form(url.Values{
		"form": {"swap"}, "rotation": {"primary"}, "asker": {"system-admin"}, "asked": {"devops-lead"},
		"from": {"2026-12-15T09:00"}, "until": {"2026-12-16T09:00"}, "return_from": {"2026-12-22T09:00"}, "return_until": {"2026-12-23T09:00"},
	})).want(t, 303)
	if s := w.rota.swaps[0]; s.ReturnFrom.IsZero() {
		t.Errorf("nothing in return: %+v", s)
	}
	send(t, c, "POST", base+"/oncall/swaps/1/accept", request{}).want(t, 303)
	page := send(t, c, "POST", base+"/oncall/swaps/1/decline", request{}).want(t, 409)
	if got := page.text(t, ".notice"); !strings.Contains(got, "was accepted by") {
		t.Errorf("told: %s", got)
	}
}

func TestAFeedIsReadByItsAddressUntilThatIsMadeAnew(t *testing.T) {
	_, base := start(t)
	c := signedIn(t, base, "responder")
	addressOf := func() string {
		u, err := url.Parse(attr(get(t, c, base+"/oncall").want(t, 200).find(t, "#feed-rotation input[readonly]")[0], "value"))
		if err != nil {
			t.Fatal(err)
		}
		return base + u.Path
	}
	old := addressOf()
	got := get(t, client(t), old).want(t, 200)
	if !strings.HasPrefix(got.body, "BEGIN:VCALENDAR") || !strings.Contains(got.body, "System Admin") || got.header.Get("Content-Type") != "text/calendar; charset=utf-8" {
		t.Errorf("%s: %.200s", got.header.Get("Content-Type"), got.body)
	}
	get(t, client(t), strings.Replace(old, "/rotation/primary/", "/rotation/secondary/", 1)).want(t, 404)
	get(t, client(t), strings.Replace(old, "/rotation/", "/person/", 1)).want(t, 404)
	send(t, c, "POST", base+"/oncall/feeds/rotation/primary/renew", request{}).want(t, 303)
	get(t, client(t), old).want(t, 404)
	get(t, client(t), addressOf()).want(t, 200)
}

func TestGuessedFeedAddressesAreHeldBack(t *testing.T) {
	_, base := start(t)
	c, status := client(t), 0
	for range badLinks + 1 {
		status = get(t, c, base+"/ical/rotation/primary/guess.ics").status
	}
	if status != 429 {
		t.Errorf("after %d guesses: status %d", badLinks+1, status)
	}
}

func TestTheAPITellsWhoIsOnCallAtAnyMoment(t *testing.T) {
	w, base := start(t)
	changed(t, w)
	got := call(t, base, "GET", "/api/v1/oncall?at=2026-12-09T12:00:00Z&role=on-call", "").want(t, 200)
	if !strings.Contains(got.body, `"person":"database-admin"`) || !strings.Contains(got.body, "override by manager: dentist") {
		t.Errorf("answered %s", got.body)
	}
	call(t, base, "GET", "/api/v1/oncall?role=nobodys", "").want(t, 404)
	for path, list := range map[string]string{"/api/v1/overrides": "overrides", "/api/v1/absences": "absences", "/api/v1/swaps": "swaps"} {
		if all := call(t, base, "GET", path, "").want(t, 200).object(t)[list].([]any); len(all) != 1 {
			t.Errorf("%s: %d entries, want 1", path, len(all))
		}
	}
}

func TestWhatIfTellsTheStoryAndChangesNothing(t *testing.T) {
	w, base := start(t)
	c := signedIn(t, base, "viewer")
	page := get(t, c, base+"/whatif?"+question().Encode()).want(t, 200)
	if n := len(page.find(t, ".told-page")); n == 0 {
		t.Errorf("nobody is paged: %s", page.text(t, "#view"))
	}
	for address, want := range map[string]string{
		"/whatif?alert=x": "is no label", "/whatif?alert=a%3Db&zone=Mars": "is no time zone", "/whatif?alert=a%3Db&at=soon": "soon", "/whatif?alert=a%3Db&answers=dance": "is no answer",
	} {
		if got := get(t, c, base+address).want(t, 400).text(t, ".notice"); !strings.Contains(got, want) {
			t.Errorf("%s: %s", address, got)
		}
	}
	if n := w.changes(); n > 1 { // the sign-in
		t.Errorf("%d changes", n)
	}
}

func FuzzReadAlert(f *testing.F) {
	f.Add("alertname=SystemDown\nservice=backend")
	f.Add(`{"version":"4","alerts":[{"status":"firing","labels":{"a":"b"}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		events, err := readAlert(text, "prometheus", time.Unix(1e9, 0))
		if err == nil && len(events) == 0 {
			t.Errorf("%q: no event and no error", text)
		}
	})
}

func FuzzLocalTime(f *testing.F) {
	f.Add("2026-12-08T09:00")
	f.Add("2026-12-08T09:00:30")
	f.Fuzz(func(t *testing.T, text string) {
		at, err := localTime(text, time.UTC)
		if err == nil && !strings.HasPrefix(strings.TrimSpace(text), at.Format("2006-01-02T15:04")) {
			t.Errorf("%q was read as %s", text, at)
		}
	})
}

func TestALocalTimeThatDoesNotExistOrComesTwiceIsRefused(t *testing.T) {
	w, base := start(t)
	c := signedIn(t, base, "responder")
	for from, want := range map[string]string{
		"2027-03-28T02:30": `"2027-03-28T02:30" does not exist in Europe/Berlin: its clocks skip that time.`,
		"2027-10-31T02:30": `"2027-10-31T02:30" comes twice in Europe/Berlin: its clocks go back then; choose a time before or after that.`,
		"2027-10-31T02:00": `"2027-10-31T02:00" comes twice in Europe/Berlin: its clocks go back then; choose a time before or after that.`,
	} {
		sent := url.Values{"form": {"override"}, "rotation": {"primary"}, "person": {"devops-lead"}, "from": {from}, "until": {"2027-11-02T09:00"}}
		if got := send(t, c, "POST", base+"/oncall/overrides", form(sent)).want(t, 400).text(t, ".notice.refused"); got != want {
			t.Errorf("%s: %s, want %s", from, got, want)
		}
		sent.Set("form", "absence")
		send(t, c, "POST", base+"/oncall/absences", form(sent)).want(t, 400)
	}
	if w.rota.made != 0 {
		t.Errorf("%d changes", w.rota.made)
	}
	for _, from := range []string{"2027-10-31T01:59", "2027-10-31T03:00", "2027-03-28T03:00"} {
		send(t, c, "POST", base+"/oncall/overrides", form(url.Values{"rotation": {"primary"}, "person": {"devops-lead"}, "from": {from}, "until": {"2027-11-02T09:00"}})).want(t, 303)
	}
}

func TestThePageListsFiftyOverridesOfItsMonthFirstAndEachNoteOnce(t *testing.T) {
	w, base := start(t)
	add := func(month time.Month, minutes int, note string) {
		from := time.Date(2027, month, 9, 8, minutes, 0, 0, time.UTC)
		if _, err := w.AddOverride(t.Context(), oncall.Override{
			Rotation: "primary", Person: "database-admin", From: from, Until: from.Add(time.Minute), Note: note,
		}, alerting.Actor{Name: "manager"}); err != nil {
			t.Fatal(err)
		}
	}
	add(time.June, 0, "of another month")
	for i := range 49 {
		add(time.May, i, "a note")
	}
	page := get(t, signedIn(t, base, "viewer"), base+"/oncall?month=2027-05&rotation=primary").want(t, 200)
	if n, last := len(page.find(t, "[id^=override-]")), page.find(t, "[id^=override-]:last-child"); n != 50 || attr(last[0], "id") != "override-1" {
		t.Errorf("%d overrides, the last %s, want 50, and that of June last", n, attr(last[0], "id"))
	}
	if n := strings.Count(page.body, "a note"); n != 49 {
		t.Errorf("the notes stand there %d times, want 49", n)
	}
	for i := range 10 {
		add(time.July, i, "later")
	}
	page = get(t, signedIn(t, base, "viewer"), base+"/oncall?month=2027-05&rotation=primary").want(t, 200)
	if got := page.text(t, ".left-out"); got != "and 10 more (see the API )" || strings.Contains(page.body, "later") {
		t.Errorf("left out: %q", got)
	}
}

func TestAMonthThatIsPastShowsTheOverridesOfThen(t *testing.T) {
	w, base := start(t)
	at := time.Date(2026, 2, 10, 8, 0, 0, 0, time.UTC)
	if _, err := w.AddOverride(t.Context(), oncall.Override{Rotation: "primary", Person: "vp-engineering", From: at, Until: at.Add(24 * time.Hour)}, alerting.Actor{Name: "manager"}); err != nil {
		t.Fatal(err)
	}
	c := signedIn(t, base, "responder")
	page := get(t, c, base+"/oncall?month=2026-02&rotation=primary").want(t, 200)
	if len(page.find(t, ".track-override")) != 1 || !strings.HasSuffix(page.text(t, "#override-1"), "over") || len(page.find(t, "#override-1 form")) != 0 {
		t.Errorf("listed: %s", page.text(t, ".changes:first-of-type"))
	}
	if n := len(get(t, c, base+"/oncall").find(t, "#override-1")); n != 0 {
		t.Error("what is over is listed in another month")
	}
}

func TestWhoMakesAnOverrideIsWarnedOfWhatItLeavesOpen(t *testing.T) {
	w, base := start(t)
	w.rota.warning = "A P0 on Tuesday would reach nobody of on-call: database-admin is reached in business hours only <b>."
	sent := url.Values{"form": {"override"}, "rotation": {"primary"}, "month": {"2027-12"}, "person": {"database-admin"}, "from": {"2027-12-08T09:00"}, "until": {"2027-12-09T09:00"}}
	page := send(t, signedIn(t, base, "responder"), "POST", base+"/oncall/overrides", form(sent)).want(t, 200)
	if got := page.text(t, ".head + .notice"); got != "It is done, but look at this: "+w.rota.warning {
		t.Errorf("told: %s", got)
	}
	if len(page.find(t, "#override-1")) != 1 || len(page.find(t, "#new-override[open]")) != 0 {
		t.Error("the override is not shown as made")
	}
	got := call(t, base, "POST", "/api/v1/overrides", sampleBody("/overrides").body).want(t, 201).object(t)
	if got["warning"] != w.rota.warning {
		t.Errorf("the API says %v", got)
	}
}
