package storage_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
)

// pair are two incidents with an alert each: the first of P0, the second of P1.
func (w *world) pair() (first, second alerting.Event, a, b int64) {
	w.t.Helper()
	first = policytest.Event(monday, "alertname", "SystemDown", "service", "a")
	second = policytest.Event(monday, "alertname", "BackendSlow", "severity", "critical", "service", "b")
	w.receive(first)
	w.receive(second)
	cases, _, err := w.Incidents(w.context(), alerting.Query{})
	w.must(err)
	if len(cases) != 2 {
		w.t.Fatalf("%d incidents", len(cases))
	}
	return first, second, cases[1].Incident.ID, cases[0].Incident.ID
}

func (w *world) incident(id int64) alerting.Incident {
	w.t.Helper()
	c, err := w.Incident(w.context(), id)
	w.must(err)
	return c.Incident
}

func (w *world) mergeInto(into, from int64) {
	w.t.Helper()
	_, note, err := w.desk.Answer(w.context(), from, escalation.Answer{Verb: escalation.Merge, Into: into, By: ada})
	w.must(err)
	if note != "" {
		w.t.Fatal(note)
	}
}

// services are the labels of an incident's alerts.
func (w *world) services(id int64) (out []string) {
	w.t.Helper()
	alerts, err := w.Alerts(w.context(), id)
	w.must(err)
	for _, a := range alerts {
		out = append(out, a.Labels["service"])
	}
	slices.Sort(out)
	return out
}

func TestAMergedIncidentsAlertsBelongToTheOtherAndItsStoryStaysItsOwn(t *testing.T) {
	w := newWorld(t)
	_, _, a, b := w.pair()
	w.advance()
	w.mergeInto(a, b)
	kept, gone := w.incident(a), w.incident(b)
	if gone.State != alerting.StateResolved || gone.MergedInto != a || gone.FiringCount != 0 {
		t.Errorf("%+v", gone)
	}
	if kept.State != alerting.StateOpen || kept.MergedInto != 0 || kept.FiringCount != 2 || kept.AlertCount != 2 {
		t.Errorf("%+v", kept)
	}
	if in, left := w.services(a), w.services(b); !slices.Equal(in, []string{"a", "b"}) || len(left) != 0 {
		t.Errorf("alerts %v and %v", in, left)
	}
	for id, opened := range map[int64]int{a: 1, b: 1} {
		if k := w.kinds(id); k[alerting.KindOpened] != opened || k[alerting.KindMerged] != 1 {
			t.Errorf("#%d: %v", id, k)
		}
	}
	if pages, err := w.Pages(w.context(), b); err != nil || len(pages) == 0 {
		t.Errorf("%d pages of the merged one, %v", len(pages), err)
	}
	if last := w.last(); last["into"] != float64(a) || last["outcome"] != "changed" {
		t.Errorf("%v", last)
	}
	w.expectAudited("ada web merge 2: changed")
}

func TestAlertsOfAMergedKeyGoWhereItWentThroughSeveralMerges(t *testing.T) {
	w := newWorld(t)
	_, second, a, b := w.pair()
	third := policytest.Event(monday, "alertname", "SystemDown", "service", "c")
	w.receive(third)
	var c int64
	w.must(w.db.Pool.QueryRow(w.context(), `SELECT max(id) FROM incidents`).Scan(&c))
	w.mergeInto(a, b)
	w.mergeInto(c, a)

	again := second
	again.Labels = alerting.Labels{"alertname": "BackendSlow", "severity": "critical", "service": "b", "instance": "2"}
	again.Group = second.Group
	arrivals := []alerting.Arrival{again.Arrive(&w.policy.Classifier, w.policy.GroupBy)}
	arrivals[0].Key = w.incident(b).Key
	w.must(w.Admit(w.context(), arrivals, func(k escalation.Known, as []alerting.Arrival) escalation.Admission {
		for _, id := range []int64{a, b, c} {
			if _, ok := k.Cases[id]; !ok {
				t.Errorf("#%d is not locked", id)
			}
		}
		return w.policy.Admit(k, as)
	}))
	if got := w.incident(c); got.FiringCount != 4 || got.AlertCount != 4 {
		t.Errorf("%+v", got)
	}
	w.receive(policytest.Ended(second, w.now))
	if got := w.incident(c); got.FiringCount != 3 {
		t.Errorf("%+v", got)
	}
}

func TestARepeatOfAMergedKeyReservesNoNumber(t *testing.T) {
	w := newWorld(t)
	_, second, a, b := w.pair()
	w.mergeInto(a, b)
	for range 5 {
		w.pass(time.Minute)
		w.receive(second)
	}
	w.receive(policytest.Event(w.now, "alertname", "SystemDown", "service", "new"))
	var newest int64
	w.must(w.db.Pool.QueryRow(w.context(), `SELECT max(id) FROM incidents`).Scan(&newest))
	if newest != b+1 {
		t.Errorf("the next incident is #%d after #%d", newest, b)
	}
}

func TestOfTwoMergesThatCrossOneIsRefusedAndNothingIsLost(t *testing.T) {
	for range 5 {
		w := newWorld(t)
		_, _, a, b := w.pair()
		other := escalation.NewDesk(w.another(), func() *escalation.Policy { return w.policy })
		results := make(chan error, 2)
		go func() {
			_, _, err := w.desk.Answer(context.Background(), a, escalation.Answer{Verb: escalation.Merge, Into: b, By: ada})
			results <- err
		}()
		go func() {
			_, _, err := other.Answer(context.Background(), b, escalation.Answer{Verb: escalation.Merge, Into: a, By: ada})
			results <- err
		}()
		refused := 0
		for range 2 {
			err := <-results
			if _, ok := errors.AsType[*alerting.Refused](err); ok {
				refused++
			} else if err != nil {
				t.Error(err)
			}
		}
		x, y := w.incident(a), w.incident(b)
		if refused != 1 || x.FiringCount+y.FiringCount != 2 || (x.MergedInto == 0) == (y.MergedInto == 0) {
			t.Errorf("%d refused: %+v, %+v", refused, x, y)
		}
	}
}

// While one incident is merged into another, an alert of its key arrives at another replica.
func TestAnAlertThatArrivesWhileItsIncidentIsMergedGoesWhereItWent(t *testing.T) {
	for name, tc := range map[string]struct {
		instance string
		firing   int
	}{"known": {"1", 2}, "new": {"2", 3}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			first := policytest.Event(monday, "alertname", "SystemDown", "service", "a")
			second := policytest.Event(monday, "alertname", "SystemDown", "service", "b", "instance", "1")
			second.Group = alerting.Labels{"service": "b"}
			w.receive(first)
			a := w.only().Incident.ID
			w.receive(second)
			b := a + 1
			second.StartsAt = second.StartsAt.Add(time.Minute)
			second.Labels = alerting.Labels{"alertname": "SystemDown", "service": "b", "instance": tc.instance}
			arrivals := []alerting.Arrival{second.Arrive(&w.policy.Classifier, nil)}
			other := w.another()
			admitted := make(chan error, 1)
			_, err := w.Merge(w.context(), a, b, func(into, from escalation.Case, now time.Time) (kept, gone escalation.Decision, err error) {
				go func() { admitted <- other.Admit(context.Background(), arrivals, w.policy.Admit) }()
				w.untilBlockedOr(func() bool { return len(admitted) > 0 })
				return w.policy.Merge(into, from, escalation.Answer{Verb: escalation.Merge, Into: a, By: ada}, now)
			})
			w.must(err)
			w.must(<-admitted)
			kept, gone := w.incident(a), w.incident(b)
			if kept.FiringCount != tc.firing || gone.State != alerting.StateResolved || gone.FiringCount != 0 || len(w.services(a)) != tc.firing {
				t.Errorf("%+v\n%+v", kept, gone)
			}
		})
	}
}

func TestAMergeThatIsRefusedIsOnTheAuditLogAndChangesNothing(t *testing.T) {
	w := newWorld(t)
	_, _, a, b := w.pair()
	w.answer(a, escalation.Resolve, "ada")
	before := w.contents()
	_, _, err := w.desk.Answer(w.context(), b, escalation.Answer{Verb: escalation.Merge, Into: a, By: ada})
	if _, ok := errors.AsType[*alerting.Refused](err); !ok || w.contents() != before {
		t.Errorf("%v", err)
	}
	if got := w.audited(); len(got) != 2 || got[1] != "ada web merge 2: refused: "+err.Error() {
		t.Errorf("%q", got)
	}
	if _, _, err := w.desk.Answer(w.context(), b, escalation.Answer{Verb: escalation.Merge, Into: 99, By: ada}); !errors.Is(err, alerting.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

func TestAlertsThatAreSplitOffBelongToTheNewIncident(t *testing.T) {
	w := newWorld(t)
	group := alerting.Labels{"alertname": "SystemDown"}
	var events []alerting.Event
	for _, service := range []string{"a", "b", "c"} {
		e := policytest.Event(monday, "alertname", "SystemDown", "service", service)
		e.Group = group
		events = append(events, e)
	}
	w.receive(events...)
	id := w.only().Incident.ID
	rest, split, err := w.desk.Split(w.context(), id, escalation.Answer{Verb: escalation.Split, Alerts: []string{events[1].Labels.Fingerprint()}, By: ada})
	w.must(err)
	if got := w.services(rest.Incident.ID); !slices.Equal(got, []string{"a", "c"}) {
		t.Errorf("left: %v", got)
	}
	if got := w.services(split.Incident.ID); !slices.Equal(got, []string{"b"}) || split.Incident.ID == id {
		t.Errorf("split off: %v", got)
	}
	r := w.recorded(monday, w.now.Add(time.Second)).Answers
	if len(r) != 1 || r[0].Split != split.Incident.ID || r[0].Incident != id || !slices.Equal(r[0].Answer.Alerts, []string{events[1].Labels.Fingerprint()}) {
		t.Errorf("%+v", r)
	}
	w.receive(policytest.Ended(events[1], w.now))
	if s, r := w.incident(split.Incident.ID), w.incident(id); s.State != alerting.StateResolved || r.State != alerting.StateOpen || r.FiringCount != 2 {
		t.Errorf("%+v\n%+v", s, r)
	}
}

func TestWhenPeopleWereLastHeardIsKept(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	w.answer(id, escalation.Acknowledge, "ada")
	w.pass(time.Minute)
	_, _, err := w.desk.Answer(w.context(), id, escalation.Answer{Verb: escalation.Note, Text: "still looking", By: ada})
	w.must(err)
	if got := w.incident(id); !got.HeardAt.Equal(w.now) {
		t.Errorf("%+v", got)
	}
}
