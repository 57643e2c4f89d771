package storage_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/storage"
)

func word(person, subject string) escalation.Message {
	return escalation.Message{
		Person: person, Channels: []escalation.Channel{escalation.Slack, escalation.SMS},
		Subject: subject, Text: "Two sentences.\nOf it.", URL: "https://tocsin.example/oncall",
	}
}

// handOff queues a message to bob over Slack and SMS.
func (w *world) handOff() escalation.Message {
	w.t.Helper()
	m := word("bob", "You are on call")
	told := false
	w.must(w.TellHandoff(w.context(), "primary", escalation.Holding{Person: "bob"}, func(escalation.Holding, bool) []escalation.Message {
		told = true
		return []escalation.Message{m}
	}))
	if !told {
		w.t.Fatal("the hand-off was not told")
	}
	return m
}

func TestAHandOffIsToldOnceWhicheverReplicaComesFirst(t *testing.T) {
	w := newWorld(t)
	eve := func(was escalation.Holding, known bool) []escalation.Message {
		if known || was != (escalation.Holding{}) {
			t.Errorf("before it was ever told: %+v", was)
		}
		return nil
	}
	w.must(w.TellHandoff(w.context(), "primary", escalation.Holding{Person: "eve", Holder: "ada"}, eve))
	var stored atomic.Int32
	var wg sync.WaitGroup
	for _, s := range []*storage.Store{w.Store, w.another(), w.Store, w.another()} {
		wg.Go(func() {
			err := s.TellHandoff(w.context(), "primary", escalation.Holding{Person: "bob"}, func(was escalation.Holding, known bool) []escalation.Message {
				if stored.Add(1); !known || was != (escalation.Holding{Person: "eve", Holder: "ada"}) {
					t.Errorf("it was told of %+v", was)
				}
				return []escalation.Message{word("bob", "You are on call")}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(w.claim(escalation.Slack, false)); n != 1 || stored.Load() != 1 {
		t.Errorf("%d messages, told %d times", n, stored.Load())
	}
	w.must(w.TellHandoff(w.context(), "primary", escalation.Holding{}, func(escalation.Holding, bool) []escalation.Message { return nil }))
	w.handOff() // after somebody else it is another hand-off
}

func TestAMessageIsClaimedAsAPageOfNoIncidentAndHeldWithNothingToSayBeside(t *testing.T) {
	w := newWorld(t)
	m := w.handOff()
	for _, channel := range m.Channels {
		c := w.one(channel, false)
		p := c.Page
		if p.Kind != "message" || p.IncidentID != 0 || p.Person != "bob" || p.Severity != alerting.P2 || p.Message == nil {
			t.Fatalf("%+v", p)
		}
		if got := *p.Message; got.Subject != m.Subject || got.Text != m.Text || got.URL != m.URL || got.Person != "bob" || len(got.Channels) != 2 {
			t.Errorf("%+v", got)
		}
		b, held, err := w.Recheck(w.context(), c)
		if !held || err != nil || b.Incident.ID != 0 {
			t.Errorf("held %v, %v, %+v", held, err, b)
		}
	}
}

func TestAMessageWaitsBehindThePagesOfP1(t *testing.T) {
	w := newWorld(t)
	w.handOff()
	w.pass(time.Minute)
	w.exec(`
		INSERT INTO pages (incident_id, round, step, kind, role, person, channel, severity, until, reason, created_at, next_attempt_at)
		VALUES (1, 1, 0, 'page', 'on-call', 'system-admin', 'sms', 1, 'acknowledged', '{}', tocsin_now(), tocsin_now())`)
	if claims := w.claim(escalation.SMS, false); len(claims) != 2 || claims[0].Page.Severity != alerting.P1 || claims[1].Page.Message == nil {
		t.Errorf("%+v", claims)
	}
}

func TestWhatComesOfAMessageIsOnNoTimelineAndShownAsNoIncident(t *testing.T) {
	w := newWorld(t)
	w.handOff()
	here := told(w.Store)
	slack, sms := w.one(escalation.Slack, false), w.one(escalation.SMS, false)
	f := finished(slack, notifiers.Sent, notifiers.OutcomeSent, 0)
	f.Ref = []byte(`{"ts": "1"}`)
	w.must(w.FinishPage(w.context(), f))
	w.finish(sms, notifiers.Queued, notifiers.OutcomeFailed, time.Minute)
	w.receipt(slack.AttemptID, notifiers.OutcomeDelivered)
	w.pass(time.Minute)
	w.one(escalation.SMS, false)
	w.exec(`UPDATE replicas SET id = gen_random_uuid(), heartbeat_at = '-infinity'`)
	w.exec(`UPDATE pages SET claimed_by = gen_random_uuid() WHERE claimed_by IS NOT NULL`)
	w.beat()
	if n, err := w.Reclaim(w.context()); n != 1 || err != nil {
		t.Errorf("%d reclaimed, %v", n, err)
	}
	var lines, announcements int
	w.must(w.db.Pool.QueryRow(w.context(), `SELECT (SELECT count(*) FROM timeline), (SELECT count(*) FROM announcements)`).Scan(&lines, &announcements))
	if lines != 0 || announcements != 0 {
		t.Errorf("%d lines, %d announcements", lines, announcements)
	}
	for len(here) > 0 {
		if c := <-here; len(c.Incidents) != 0 {
			t.Errorf("incidents %v changed", c.Incidents)
		}
	}
	pages, err := w.Pages(w.context(), 0)
	w.must(err)
	if len(pages) != 2 || pages[0].State != notifiers.Delivered || pages[1].State != notifiers.Unknown {
		t.Errorf("%+v", pages)
	}
	w.pass(time.Hour)
	if found, err := w.Findings(w.context()); err != nil || len(found[escalation.Waiting])+len(found[escalation.Held]) != 0 {
		t.Errorf("found %v, %v: no incident has that", found, err)
	}
}

func TestAPageLeavesNoEarlierThanItMay(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	quiet := w.now.Add(7 * time.Hour)
	_, err := w.Change(w.context(), id, func(c escalation.Case, now time.Time) (escalation.Decision, error) {
		d := escalation.Decision{Case: c, Before: c.Incident, Changed: true}
		for step, at := range map[int]time.Time{101: quiet, 102: now.Add(-time.Hour)} {
			d.Pages = append(d.Pages, escalation.Order{Step: step, Kind: escalation.PageStep, Person: "system-admin", Channel: escalation.Email, NotBefore: at})
		}
		return d, nil
	})
	w.must(err)
	if claims := w.claim(escalation.Email, true); len(claims) != 2 || claims[0].Page.Step != 0 || claims[1].Page.Step != 102 {
		t.Errorf("%+v", claims)
	}
	lane := notifiers.Lane{Channel: escalation.Email, Urgent: true}
	if wait, ok, err := w.NextPage(w.context(), lane, nil); wait != 7*time.Hour || !ok || err != nil {
		t.Errorf("the next in %v, %v, %v", wait, ok, err)
	}
	w.at(quiet)
	w.beat()
	if c := w.one(escalation.Email, true); c.Page.Step != 101 {
		t.Errorf("%+v", c.Page)
	}
}
