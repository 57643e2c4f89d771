package storage_test

import (
	"slices"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/notifiers"
	"tocsin/storage"
)

// board is the chat channel's lane of P0.
func board() notifiers.Lane { return notifiers.LaneOf(escalation.Slack, alerting.P0) }

func (w *world) announcement(s *storage.Store) notifiers.Announcement {
	w.t.Helper()
	as, err := s.ClaimAnnouncements(w.context(), board(), 10)
	w.must(err)
	if len(as) != 1 {
		w.t.Fatalf("%d announcements are due, want one", len(as))
	}
	return as[0]
}

func (w *world) noAnnouncement() {
	w.t.Helper()
	as, err := w.ClaimAnnouncements(w.context(), board(), 10)
	w.must(err)
	if len(as) != 0 {
		w.t.Errorf("%d announcements are due, want none", len(as))
	}
}

// shown stores that an announcement shows its incident as it was claimed.
func (w *world) shown(a notifiers.Announcement) {
	w.t.Helper()
	a.Ref, a.SentRev = []byte(`{"ts": "1"}`), a.Brief.Incident.Rev
	for _, e := range a.Entries {
		a.Threaded = max(a.Threaded, e.ID)
	}
	w.must(w.FinishAnnouncement(w.context(), notifiers.Announced{Announcement: a}))
}

func (w *world) failed(a notifiers.Announcement, retry time.Duration) {
	w.t.Helper()
	w.must(w.FinishAnnouncement(w.context(), notifiers.Announced{Announcement: a, Error: "channel_not_found", Retry: retry}))
}

func TestAnIncidentsMessageIsClaimedOnceWithWhatIsNewOnItsTimeline(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	a := w.announcement(w.Store)
	if a.Ref != nil || a.Brief.Incident.ID != id || len(a.Entries) != 2 { // opened, first step
		t.Errorf("%+v", a)
	}
	other, err := w.another().ClaimAnnouncements(w.context(), board(), 10)
	w.must(err)
	if len(other) != 0 {
		t.Errorf("claimed twice")
	}
	w.shown(a)
	w.noAnnouncement()
	w.answer(id, escalation.Acknowledge, "system-admin")
	again := w.announcement(w.Store)
	if len(again.Entries) != 1 || again.Entries[0].Kind != alerting.KindAcknowledged || again.SentRev != a.Brief.Incident.Rev {
		t.Errorf("%+v", again)
	}
}

func TestAChangeWhileTheMessageIsWrittenIsNotLost(t *testing.T) {
	for name, end := range map[string]func(*world, notifiers.Announcement){
		"written":          (*world).shown,
		"refused for good": func(w *world, a notifiers.Announcement) { w.failed(a, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.down()
			a := w.announcement(w.Store)
			w.answer(id, escalation.Acknowledge, "system-admin")
			end(w, a)
			w.noAnnouncement()
			w.pass(time.Second)
			if b := w.announcement(w.Store); b.Brief.Incident.State != alerting.StateAcknowledged {
				t.Errorf("%+v", b)
			}
		})
	}
}

func TestARefusedMessageWaitsForTheNextChange(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	w.failed(w.announcement(w.Store), 0)
	w.pass(time.Hour)
	w.noAnnouncement()
	w.answer(id, escalation.Acknowledge, "system-admin")
	if a := w.announcement(w.Store); a.Tries != 1 {
		t.Errorf("%+v", a)
	}
}

func TestAChangeDoesNotHastenWhatTheProviderAskedToWait(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	w.failed(w.announcement(w.Store), 30*time.Second)
	w.answer(id, escalation.Acknowledge, "system-admin")
	w.pass(29 * time.Second)
	w.noAnnouncement()
	w.pass(time.Second)
	w.shown(w.announcement(w.Store))
	w.answer(id, escalation.Resolve, "system-admin")
	w.announcement(w.Store) // well again: at once
}

func TestAMessageThatIsPostedIsKnownEvenIfItsReplicaDies(t *testing.T) {
	w := newWorld(t)
	w.down()
	dead := w.another()
	a := w.announcement(dead)
	a.Ref, a.SentRev = []byte(`{"ts": "1"}`), a.Brief.Incident.Rev
	w.must(dead.FinishAnnouncement(w.context(), notifiers.Announced{Announcement: a, Keep: true}))
	w.noAnnouncement()
	w.pass(2 * time.Second)
	if n, err := w.Reclaim(w.context()); n != 1 || err != nil {
		t.Fatalf("%d taken over, %v", n, err)
	}
	b := w.announcement(w.Store)
	if string(b.Ref) != `{"ts": "1"}` || len(b.Entries) != 2 {
		t.Errorf("%+v: it would be posted twice", b)
	}
	w.shown(a) // the dead one was not quite dead: its claim is gone
	if c, ok, err := w.NextAnnouncement(w.context(), board()); ok || err != nil {
		t.Errorf("next in %v, %v, %v: it is claimed", c, ok, err)
	}
}

func TestAnIncidentThatItsSeverityDoesNotShowInChatHasNoMessage(t *testing.T) {
	w := newWorld(t)
	w.receive(policytest.Event(monday, "alertname", "Slow", "severity", "warning"))
	w.advance()
	w.noAnnouncement()
}

func TestTheWorstMessagesAreClaimedFirstAndThoseOfP0ByThemselves(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	w.exec(`INSERT INTO announcements (incident_id, channel, page_id, severity, wanted_rev, next_attempt_at)
		SELECT $1, 'slack', n, 1 + (n + 1) % 3, 1, tocsin_now() - make_interval(secs => n % 4) FROM generate_series(1, 12) AS n`, id)
	w.exec(`UPDATE announcements SET next_attempt_at = NULL WHERE page_id = 0`)
	rest := notifiers.Lane{Channel: escalation.Slack}
	if _, ok, err := w.NextAnnouncement(w.context(), board()); ok || err != nil {
		t.Errorf("something of P0 is due: %v", err)
	}
	if wait, ok, err := w.NextAnnouncement(w.context(), rest); !ok || err != nil || wait != -3*time.Second {
		t.Errorf("the next is due in %v (%v), %v", wait, ok, err)
	}
	w.noAnnouncement()
	var got [][]int64
	for range 4 {
		as, err := w.ClaimAnnouncements(w.context(), rest, 4)
		w.must(err)
		var pages []int64
		for _, a := range as {
			pages = append(pages, a.PageID%3)
		}
		got = append(got, pages)
	}
	if want := [][]int64{{2, 2, 2, 2}, {0, 0, 0, 0}, {1, 1, 1, 1}, nil}; !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("by their number's rest when divided by three: %v, want %v", got, want)
	}
}

func TestAMessageChangesItsLaneWithItsIncidentsSeverity(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	w.shown(w.announcement(w.Store))
	lower := escalation.Answer{Verb: escalation.SetSeverity, By: alerting.Actor{Name: "system-admin"}, Severity: alerting.P1}
	_, _, err := w.desk.Answer(w.context(), id, lower)
	w.must(err)
	w.noAnnouncement()
	as, err := w.ClaimAnnouncements(w.context(), notifiers.Lane{Channel: escalation.Slack}, 10)
	w.must(err)
	if len(as) != 1 || as[0].Brief.Incident.Severity != alerting.P1 {
		t.Errorf("%+v", as)
	}
}

func TestAMessageThatIsKeptBackIsNotCalledAFailure(t *testing.T) {
	w := newWorld(t)
	w.down()
	w.failed(w.announcement(w.Store), time.Second)
	w.pass(time.Second)
	a := w.announcement(w.Store)
	w.must(w.FinishAnnouncement(w.context(), notifiers.Announced{Announcement: a, Retry: 7 * time.Second}))
	if wait, ok, err := w.NextAnnouncement(w.context(), board()); !ok || err != nil || wait != 7*time.Second {
		t.Errorf("due in %v (%v), %v", wait, ok, err)
	}
	w.pass(7 * time.Second)
	if a := w.announcement(w.Store); a.Tries != 1 {
		t.Errorf("%d tries, want the one that failed", a.Tries)
	}
}
