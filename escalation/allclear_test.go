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

func TestAnAllClearOfWhatADigestToldJoinsTheNextDigest(t *testing.T) {
	nine := time.Date(2026, 2, 3, 8, 0, 0, 0, time.UTC) // 09:00 in Berlin
	for name, c := range map[string]struct {
		resolved, want time.Time
	}{
		"before it":          {monday, nine},
		"as it leaves":       {nine.Add(30 * time.Second), time.Time{}},
		"when it has left":   {nine.Add(time.Minute), nine.Add(24 * time.Hour)},
		"the evening before": {nine.Add(-12 * time.Hour), nine},
	} {
		t.Run(name, func(t *testing.T) {
			w := slow(t, monday.Add(-time.Hour))
			tokyo, err := time.LoadLocation("Asia/Tokyo")
			if err != nil {
				t.Fatal(err)
			}
			far := w.policy.Directory.People["manager"]
			far.Calendar = &calendar.Calendar{Zone: tokyo}
			w.policy.Directory.People["manager"] = far
			w.Fire(slowQueries(w))
			d, err := w.policy.Apply(w.c, escalation.Answer{Verb: escalation.Resolve, By: alerting.Actor{Name: "ada"}}, c.resolved)
			if err != nil {
				t.Fatal(err)
			}
			digests := left("bob:email", "cyd:email", "manager:slack")
			for i := range digests {
				digests[i].Digest = true
			}
			for _, o := range escalation.AllClear(d.Case, append(digests, left("bob:sms", "cyd:email", "dan:email")...)) {
				want, digest := time.Time{}, o.Person == "bob" && o.Channel == escalation.Email || o.Person == "manager"
				switch {
				case o.Person == "manager": // midnight UTC is nine o'clock there
					if want = c.resolved.Truncate(24 * time.Hour).Add(24 * time.Hour); !o.NotBefore.Equal(want) || !o.Digest {
						t.Errorf("in Tokyo at %v, want %v", o.NotBefore, want)
					}
					continue
				case digest:
					want = c.want
				}
				if o.Digest != digest || !o.NotBefore.Equal(want) {
					t.Errorf("%s over %s: digest %v at %v, want %v at %v", o.Person, o.Channel, o.Digest, o.NotBefore, digest, want)
				}
			}
		})
	}
}
