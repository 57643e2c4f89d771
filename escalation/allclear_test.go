package escalation_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
)

func left(pairs ...string) (out []escalation.Left) {
	for _, p := range pairs {
		person, channel, _ := strings.Cut(p, ":")
		out = append(out, escalation.Left{Person: person, Channel: escalation.Channel(channel)})
	}
	return out
}

func TestTheAllClearGoesOnceToEachChannelThatWasUsedAndNotToWhoeverResolved(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	d, err := w.policy.Apply(w.c, escalation.Answer{Verb: escalation.Resolve, By: alerting.Actor{Name: "ada"}}, w.now)
	if err != nil || !d.Clear {
		t.Fatalf("resolved without an all clear: %+v, %v", d, err)
	}
	orders := escalation.AllClear(d.Case, left("bob:sms", "bob:voice", "ada:sms", "bob:sms", "bob:email", "cyd:slack"))
	var got []string
	for _, o := range orders {
		got = append(got, o.Person+":"+string(o.Channel))
		if o.Kind != escalation.ClearStep || o.Step >= 0 || !o.AcceptBy.IsZero() || !o.NotBefore.IsZero() || o.Reason.Rule != "matrix.P0.all_clear" || !strings.Contains(o.Reason.Text, "resolved by ada") {
			t.Errorf("a page is %+v", o)
		}
		if why := escalation.Unneeded(escalation.Queued{Round: 1, Step: o.Step, Kind: o.Kind, Person: o.Person, Until: o.Until}, d.Case); why != "" {
			t.Errorf("it is not sent: %s", why)
		}
	}
	if want := []string{"bob:sms", "bob:email", "cyd:slack"}; !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
	w.apply(d)
	w.must(w.Answer(escalation.Reopen, "ada"))
	if why := escalation.Unneeded(escalation.Queued{Round: 1, Step: -1, Kind: escalation.ClearStep, Person: "bob"}, w.c); why == "" {
		t.Error("it was reopened, and the all clear still leaves")
	}
}

func TestTheLastAlertsEndGivesAnAllClearAndAMergeASplitOrARowWithoutOneNone(t *testing.T) {
	w := newWorld(t, monday)
	e := systemDown(w)
	w.Fire(e)
	w.Fire(policytest.Ended(e, w.now))
	if !w.clear {
		t.Error("its last alert ended without an all clear")
	}
	w = newWorld(t, monday)
	w.rowOf(alerting.P0, func(r *escalation.Row) { r.AllClear = false })
	w.Fire(systemDown(w))
	w.must(w.Answer(escalation.Resolve, "ada"))
	if w.clear {
		t.Error("the row has none, and there is one")
	}
	w = newWorld(t, monday)
	w.Fire(systemDown(w))
	other := w.c
	other.Incident.ID = 2
	_, gone, err := w.policy.Merge(other, w.c, escalation.Answer{By: alerting.Actor{Name: "ada"}}, w.now)
	if err != nil || gone.Clear {
		t.Errorf("it goes on in another incident, and is told to be over: %v", err)
	}
	rest, _, err := w.policy.Split(w.c, []alerting.Alert{{Fingerprint: "a", Status: alerting.Firing}, {Fingerprint: "b", Status: alerting.Resolved}}, escalation.Answer{By: alerting.Actor{Name: "ada"}, Alerts: []string{"a"}}, 3, "split/3", w.now)
	if err != nil || rest.Clear || rest.Case.Incident.State != alerting.StateResolved {
		t.Errorf("what was split off goes on, and is told to be over: %+v, %v", rest.Case.Incident, err)
	}
}

func TestAnAllClearOfP2WaitsForTheEndOfQuietHours(t *testing.T) {
	w := newWorld(t, saturday) // 23:00 in Berlin
	night, err := calendar.ParseHours("22:00-07:00")
	if err != nil {
		t.Fatal(err)
	}
	person := w.policy.Directory.People["devops-lead"]
	person.Quiet = escalation.Quiet{
		Hours:      &calendar.Calendar{Zone: w.policy.Calendar.Zone, Hours: night, Workdays: []time.Weekday{0, 1, 2, 3, 4, 5, 6}},
		Severities: []alerting.Severity{alerting.P2},
	}
	w.policy.Directory.People["devops-lead"] = person
	w.Fire(w.Alert("alertname", "SlowQueries", "service", "analytics", "severity", "warning"))
	w.must(w.Answer(escalation.Resolve, "ada"))
	orders := escalation.AllClear(w.c, left("devops-lead:email", "system-admin:email"))
	if at := orders[0].NotBefore; !at.Equal(time.Date(2026, 2, 8, 6, 0, 0, 0, time.UTC)) || !orders[1].NotBefore.IsZero() {
		t.Errorf("they leave at %s and %s", at, orders[1].NotBefore)
	}
}
