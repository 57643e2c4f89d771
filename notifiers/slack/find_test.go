package slack_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
)

var _ notifiers.Finder = (*slack.Slack)(nil)

func TestAMessageWhoseAnswerWasLostIsFoundAndNoOther(t *testing.T) {
	ch, fake := channel(t)
	began := time.Now()
	b := briefOf(alerting.P0, 412)
	post := func(b notifiers.Brief) {
		if _, err := ch.Post(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	elsewhere := b
	elsewhere.Incident.OpenedAt = b.Incident.OpenedAt.Add(time.Microsecond) // another installation's
	post(elsewhere)
	post(briefOf(alerting.P0, 41))
	if ref, err := ch.Find(t.Context(), b, began); ref != nil || err != nil {
		t.Errorf("found %s (%v)", ref, err)
	}
	fake.LoseNext("C0INCIDENTS", false)
	_, err := ch.Post(t.Context(), b)
	expectFailure(t, err, notifiers.Lost, "", 0)
	for range 250 { // more than Slack is asked for at a time
		post(briefOf(alerting.P2, 7))
	}
	ref, err := ch.Find(t.Context(), b, began)
	if want := fake.Messages()[2].TS; err != nil || !strings.Contains(string(ref), want) {
		t.Fatalf("found %s (%v), want %s", ref, err, want)
	}
	if err := ch.Edit(t.Context(), ref, b); err != nil {
		t.Error(err)
	}
	if ref, err := ch.Find(t.Context(), b, time.Now().Add(time.Hour)); ref != nil || err != nil {
		t.Errorf("found %s (%v) of long ago", ref, err)
	}
}

func TestTheEntriesThatStandInAThreadAreFound(t *testing.T) {
	ch, fake := channel(t)
	began := time.Now()
	b := briefOf(alerting.P0, 412)
	at, err := ch.Post(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	entries := make([]alerting.Entry, 60)
	for i := range entries {
		entries[i] = alerting.Entry{ID: int64(i + 1), At: began, Text: "x"}
	}
	fake.LoseNext("C0INCIDENTS", true)
	expectFailure(t, ch.Reply(t.Context(), at, b, entries), notifiers.Lost, "", 0)
	below, err := ch.Below(t.Context(), at, b, began)
	if err != nil || len(below) != 49 || !slices.Contains(below, 49) || slices.Contains(below, 50) {
		t.Errorf("%v, %v", below, err)
	}
	fake.FailBy(func(n int) notifierstest.Fault { // the second of two replies is refused for now
		if n == fake.Requests() && len(fake.Messages()) == 3 {
			return notifierstest.RateLimited
		}
		return notifierstest.NoFault
	})
	expectFailure(t, ch.Reply(t.Context(), at, b, entries), notifiers.Lost, "429", time.Second)
}

func TestWhoMayNotReadTheChannelIsToldWhichScopeIsMissing(t *testing.T) {
	ch, fake := channel(t)
	fake.Withhold("channels:history")
	b := briefOf(alerting.P0, 412)
	_, err := ch.Find(t.Context(), b, time.Now())
	expectFailure(t, err, notifiers.Misconfigured, "missing_scope", 0)
	if !strings.Contains(err.Error(), "channels:history") {
		t.Error(err)
	}
	_, err = ch.Below(t.Context(), []byte(`{"channel":"C0INCIDENTS","ts":"1.2"}`), b, time.Now())
	expectFailure(t, err, notifiers.Misconfigured, "missing_scope", 0)
}

func TestWhatMayBeARepeatSaysSoForAsLongAsItStands(t *testing.T) {
	ch, fake := channel(t)
	b := briefOf(alerting.P0, 412)
	b.Repeat = true
	at, err := ch.Post(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if err := ch.Reply(t.Context(), at, b, notifierstest.Entries()); err != nil {
		t.Fatal(err)
	}
	b.Repeat = false
	if err := ch.Edit(t.Context(), at, b); err != nil {
		t.Fatal(err)
	}
	for _, m := range fake.Messages() {
		if !strings.Contains(m.Text, "possible repeat") || !strings.Contains(string(m.Blocks), "possible repeat") {
			t.Errorf("%q, %s", m.Text, m.Blocks)
		}
	}
}

func TestAThreadWithTooMuchInItIsNotLookedThrough(t *testing.T) {
	still(t, func(t *testing.T, ch *slack.Slack, _ *notifierstest.Slack) {
		began := time.Now()
		for range 1001 {
			if _, err := ch.Post(t.Context(), briefOf(alerting.P2, 7)); err != nil {
				t.Fatal(err)
			}
		}
		_, err := ch.Find(t.Context(), briefOf(alerting.P0, 412), began)
		expectFailure(t, err, notifiers.Permanent, "too_many_messages", 0)
	})
}
