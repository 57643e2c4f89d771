package storage_test

import (
	"log/slog"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
	"tocsin/storage"
	"tocsin/storage/storagetest"
)

var _ slack.Turns = (*storage.Store)(nil)

func TestTurnsAtASlackChannelAreSharedByReplicas(t *testing.T) {
	w := newWorld(t)
	take := func(s slack.Turns, channel string, want time.Duration) {
		t.Helper()
		if wait, err := s.TakeSlackTurn(w.context(), channel, time.Second); err != nil || wait != want {
			t.Errorf("a turn at %s in %v (%v), want %v", channel, wait, err, want)
		}
	}
	held := func(s slack.Turns, want time.Duration) {
		t.Helper()
		if wait, err := s.SlackTurnsHeld(w.context(), "C1"); err != nil || wait != want {
			t.Errorf("held for %v (%v), want %v", wait, err, want)
		}
	}
	other := w.another()
	held(w, 0)
	take(w, "C1", 0)
	take(other, "C1", time.Second)
	take(w, "C1", 2*time.Second)
	take(other, "C2", 0)
	w.pass(1500 * time.Millisecond)
	take(other, "C1", 1500*time.Millisecond)
	w.pass(time.Minute)
	take(w, "C1", 0)

	w.must(w.HoldSlackTurns(w.context(), "C1", 7*time.Second))
	w.must(other.HoldSlackTurns(w.context(), "C1", 3*time.Second))
	held(other, 7*time.Second)
	take(other, "C1", 7*time.Second)
	take(w, "C2", 0)
	w.pass(8 * time.Second)
	held(other, 0)
	w.must(other.HoldSlackTurns(w.context(), "C3\x00", time.Second)) // whatever it is called
}

func TestTwoReplicasOnOneDatabaseKeepSlacksPaceTogether(t *testing.T) {
	db, fake := storagetest.New(t), notifierstest.NewSlack(t)
	const pace, each = 100 * time.Millisecond, 6
	ended := make(chan error)
	for range 2 {
		s, err := storage.Open(t.Context(), db.URL, slog.New(slog.DiscardHandler), storage.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		ch := slack.New(slack.Options{BotToken: notifierstest.SlackToken, Channel: "C0INCIDENTS", APIURL: fake.URL, Pace: pace, Turns: s})
		for id := range int64(each) {
			go func() {
				_, err := ch.Post(t.Context(), notifiers.Brief{Incident: alerting.Incident{ID: id + 1, Title: "Disk"}})
				ended <- err
			}()
		}
	}
	for range 2 * each {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	writes := fake.Writes()
	if took := writes[len(writes)-1].At.Sub(writes[0].At); len(writes) != 2*each || took < (2*each-2)*pace {
		t.Errorf("%d messages in %v, at one each %v", len(writes), took, pace)
	}
}
