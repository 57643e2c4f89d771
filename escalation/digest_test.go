package escalation_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
)

// slow is a P2 whose row gathers what it tells at 09:00 over email and slack, and sends SMS at once.
func slow(t *testing.T, start time.Time) *world {
	w := newWorld(t, start)
	w.rowOf(alerting.P2, func(r *escalation.Row) {
		r.Digest = "09:00"
		r.Channels = []escalation.Channel{escalation.SMS, escalation.Email, escalation.Slack}
	})
	return w
}

func slowQueries(w *world) alerting.Event {
	return w.Alert("alertname", "SlowQueries", "service", "analytics", "severity", "warning")
}

func TestPagesOverQuietChannelsWaitForTheDigest(t *testing.T) {
	w := slow(t, monday) // 10:00 in Berlin
	w.Fire(slowQueries(w))
	w.Until(0)
	nine := time.Date(2026, 2, 3, 8, 0, 0, 0, time.UTC) // the next day, 09:00 in Berlin
	for _, o := range w.orders {
		if sms := o.order.Channel == escalation.SMS; o.order.Digest == sms || sms != o.order.NotBefore.IsZero() || !sms && !o.order.NotBefore.Equal(nine) {
			t.Errorf("over %s it leaves at %s, digest %v", o.order.Channel, o.order.NotBefore, o.order.Digest)
		}
	}
	if text := w.orders[1].order.Reason.Text; !strings.Contains(text, "over email, with the digest of 09:00 Tue") {
		t.Errorf("the reason is %q", text)
	}
	if held := w.step(0).Reason.Values["held.system-admin"]; !strings.Contains(held, "digest of 09:00") {
		t.Errorf("the step keeps %q", held)
	}
}

func TestWhatIsDueAsTheDigestLeavesIsPartOfIt(t *testing.T) {
	for after, want := range map[time.Duration]string{0: "now", 59 * time.Second: "now", time.Minute: "08:00 next day", -time.Second: "08:00"} {
		w := slow(t, time.Date(2026, 2, 3, 8, 0, 0, 0, time.UTC).Add(after))
		w.policy.Directory.Roles["on-call"] = escalation.Role{People: []string{"devops-lead"}}
		w.rowOf(alerting.P2, func(r *escalation.Row) { r.Steps[0].After = calendar.Delay{} })
		w.Fire(slowQueries(w))
		w.Until(0)
		o := w.orders[1].order
		got := o.NotBefore.Format("15:04")
		switch {
		case o.NotBefore.IsZero():
			got = "now"
		case o.NotBefore.Day() == 4:
			got += " next day"
		}
		if got != want || !o.Digest {
			t.Errorf("%s after 09:00 it leaves at %s, want %s", after, got, want)
		}
	}
}

func TestADigestIsAtThePersonsOwnTimeAndAfterTheirQuietHours(t *testing.T) {
	w := slow(t, monday)
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	hours, err := calendar.ParseHours("08:00-11:00")
	if err != nil {
		t.Fatal(err)
	}
	person := w.policy.Directory.People["system-admin"]
	person.Calendar = &calendar.Calendar{Zone: tokyo, Hours: hours}
	person.Quiet = escalation.Quiet{Hours: &calendar.Calendar{Zone: tokyo, Hours: hours, Workdays: []time.Weekday{0, 1, 2, 3, 4, 5, 6}}, Severities: []alerting.Severity{alerting.P2}}
	w.policy.Directory.People["system-admin"] = person
	w.Fire(slowQueries(w))
	w.Until(0)
	if o := w.orders[1].order; !o.Digest || !o.NotBefore.Equal(time.Date(2026, 2, 3, 2, 0, 0, 0, time.UTC)) {
		t.Errorf("it leaves at %s, and 11:00 in Tokyo is the end of their quiet hours", o.NotBefore)
	}
}

func TestWhatSomebodyAskedForAndWhatIsUrgentWaitsForNoDigest(t *testing.T) {
	w := slow(t, monday)
	w.Fire(slowQueries(w))
	d, err := w.policy.Apply(w.c, escalation.Answer{Verb: escalation.Assign, Person: "devops-lead", By: alerting.Actor{Name: "ada"}}, w.now)
	if err != nil {
		t.Fatal(err)
	}
	w.apply(d)
	w.must(w.Answer(escalation.Escalate, "ada"))
	w.rowOf(alerting.P0, func(r *escalation.Row) { r.Digest = "09:00" })
	urgent := newWorld(t, monday)
	urgent.policy = w.policy
	urgent.Fire(systemDown(urgent))
	urgent.Until(0)
	for _, o := range append(w.orders, urgent.orders...) {
		if o.order.Digest || !o.order.NotBefore.IsZero() {
			t.Errorf("%v waits until %s", o, o.order.NotBefore)
		}
	}
}

func TestAnOpenIncidentKeepsTheDigestPlacesAndFailoverOfItsPlan(t *testing.T) {
	w := slow(t, monday)
	w.rowOf(alerting.P2, func(r *escalation.Row) {
		r.Places = []escalation.Place{{ID: "url-3fa29c01", Channel: escalation.URL, Address: "telegram://secret"}}
		r.Failover = time.Minute
	})
	w.Fire(slowQueries(w))
	w.rowOf(alerting.P2, func(r *escalation.Row) { r.Digest, r.Places, r.Failover = "", nil, 0 })
	w.Until(0)
	if p := w.c.Plan; len(p.Places) != 1 || p.Places[0] != "url-3fa29c01" || !w.orders[1].order.Digest {
		t.Errorf("the plan has the places %v, and the email is part of a digest: %v", p.Places, w.orders[1].order.Digest)
	}
	if o := w.orders[1].order; !o.AcceptBy.Equal(o.NotBefore.Add(time.Minute)) {
		t.Errorf("it leaves at %s and is to be accepted by %s", o.NotBefore, o.AcceptBy)
	}
}
