package storage_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/storage"
)

// placed is a world with an incident that is to be told to places.
func placed(t *testing.T, ids ...string) (*world, int64) {
	t.Helper()
	w := newWorld(t)
	row := w.policy.Matrix[alerting.P0]
	for _, id := range ids {
		row.Places = append(row.Places, escalation.Place{ID: id, Channel: escalation.URL})
	}
	w.policy.Matrix[alerting.P0] = row
	return w, w.down()
}

// tell tells places all that is due to them, and returns which were told something.
func (w *world) tell(places ...string) string {
	w.t.Helper()
	var out []string
	for _, place := range places {
		as, err := w.ClaimAnnouncements(w.context(), notifiers.Lane{Channel: escalation.Channel(place), Urgent: true}, 10)
		w.must(err)
		for _, a := range as {
			a.Ref, a.SentRev = []byte(`{}`), a.Brief.Incident.Rev
			w.must(w.FinishAnnouncement(w.context(), notifiers.Announced{Announcement: a}))
			out = append(out, place)
		}
	}
	return strings.Join(out, " ")
}

func (w *world) names(s *storage.Store, places ...string) {
	w.t.Helper()
	w.must(s.KeepPlaces(w.context(), places))
}

// change is a change of an incident that each of its places is to be told of.
func (w *world) change(id int64) {
	w.t.Helper()
	_, _, err := w.desk.Answer(w.context(), id, escalation.Answer{Verb: escalation.Note, By: alerting.Actor{Name: "system-admin"}, Text: "I look"})
	w.must(err)
}

func TestReplicasOfTwoConfigurationsTakeNoPlaceFromEachOther(t *testing.T) {
	w, id := placed(t, "url-old", "url-both", "url-new")
	other := w.another()
	w.names(w.Store, "url-old", "url-both")
	w.names(other, "url-both", "url-new")
	w.names(w.Store, "url-old", "url-both") // started again, with the old one
	for range 2 {
		w.change(id)
		if got := w.tell("url-old", "url-both", "url-new"); got != "url-old url-both url-new" {
			t.Errorf("told: %s", got)
		}
	}
	w.names(w.Store, "url-both", "url-new") // the reload has come to all
	w.change(id)
	if got := w.tell("url-old", "url-both", "url-new"); got != "url-both url-new" {
		t.Errorf("told when nobody names the old place any more: %s", got)
	}
	w.names(other, "url-old")
	if got := w.tell("url-old", "url-both", "url-new"); got != "url-old" {
		t.Errorf("brought up to date when it is named again: %s", got)
	}
}

func TestAPlaceThatOnlyADeadReplicaNamedEnds(t *testing.T) {
	w, id := placed(t, "url-old", "url-new")
	dead := w.another()
	w.names(dead, "url-old")
	w.names(w.Store, "url-new")
	w.change(id)
	if got := w.tell("url-old", "url-new"); got != "url-old url-new" {
		t.Errorf("told while both live: %s", got)
	}
	w.pass(2 * time.Second)
	w.names(w.Store, "url-new")
	w.change(id)
	if got := w.tell("url-old", "url-new"); got != "url-new" {
		t.Errorf("told after two silent seconds: %s", got)
	}
}

func TestAReplicaThatHasNotSaidThatItLivesNamesItsPlacesWithItsFirstWord(t *testing.T) {
	w, id := placed(t, "url-old", "url-new")
	w.exec(`DELETE FROM replicas`)
	w.names(w.Store, "url-new") // before its heartbeat
	w.beat()
	w.names(w.another(), "url-old")
	w.change(id)
	if got := w.tell("url-old", "url-new"); got != "url-old url-new" {
		t.Errorf("told: %s", got)
	}
}

func TestAMessageThatIsBeingWrittenWhenItsPlaceEndsIsItsLast(t *testing.T) {
	w, id := placed(t, "url-old")
	as, err := w.ClaimAnnouncements(w.context(), notifiers.Lane{Channel: "url-old", Urgent: true}, 10)
	w.must(err)
	w.names(w.Store)
	w.change(id)
	as[0].Ref, as[0].SentRev = []byte(`{}`), as[0].Brief.Incident.Rev
	w.must(w.FinishAnnouncement(w.context(), notifiers.Announced{Announcement: as[0]}))
	w.pass(time.Minute)
	if got := w.tell("url-old"); got != "" {
		t.Errorf("told: %s", got)
	}
	w.names(w.Store, "url-old")
	if got := w.tell("url-old"); got != "url-old" {
		t.Errorf("it is not brought up to date: %q", got)
	}
}

func TestTheChatChannelAndPagesAreNoPlacesThatEnd(t *testing.T) {
	w, id := placed(t)
	w.exec(`INSERT INTO announcements (incident_id, channel, page_id, severity, ref, wanted_rev) VALUES ($1, 'url', 7, 0, '{}', 0)`, id)
	w.names(w.Store)
	w.change(id)
	if got := w.tell("slack", "url"); got != "slack url" {
		t.Errorf("told: %s", got)
	}
}

func TestReplicasThatNameTheirPlacesAtOnceSeeEachOther(t *testing.T) {
	w, id := placed(t, "url-old", "url-new")
	other := w.another()
	tx, err := w.db.Pool.Begin(w.context()) // what the other has said, and not committed yet
	w.must(err)
	_, err = tx.Exec(w.context(), `SELECT pg_advisory_xact_lock(x'706c61636573'::bigint)`)
	w.must(err)
	_, err = tx.Exec(w.context(), `UPDATE replicas SET places = '{url-old}' WHERE id = $1`, other.Replica())
	w.must(err)
	said := make(chan error, 1)
	go func() { said <- w.KeepPlaces(w.context(), []string{"url-new"}) }()
	for waits := false; !waits && len(said) == 0; {
		w.must(w.db.Pool.QueryRow(w.context(), `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`).Scan(&waits))
	}
	w.must(tx.Commit(w.context()))
	w.must(<-said)
	w.change(id)
	if got := w.tell("url-old", "url-new"); got != "url-old url-new" {
		t.Errorf("told: %s", got)
	}
}
