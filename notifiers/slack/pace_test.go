package slack_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
)

// still runs f with a channel whose time stands still while nobody waits.
func still(t *testing.T, f func(t *testing.T, ch *slack.Slack, fake *notifierstest.Slack)) {
	fake := notifierstest.NewSlack(t)
	synctest.Test(t, func(t *testing.T) {
		f(t, slack.New(slack.Options{
			BotToken: notifierstest.SlackToken, Channel: "C0INCIDENTS", APIURL: fake.URL, HTTP: &http.Client{Transport: fake.Transport()},
		}), fake)
	})
}

func briefOf(s alerting.Severity, id int64) notifiers.Brief {
	b := notifierstest.Notice().Brief
	b.Incident.ID, b.Incident.Severity = id, s
	return b
}

func TestAStormOfWritesReachesSlackOneASecondAndChannelP0First(t *testing.T) {
	still(t, func(t *testing.T, ch *slack.Slack, fake *notifierstest.Slack) {
		start := time.Now()
		at, err := ch.Post(t.Context(), briefOf(alerting.P2, 1))
		if err != nil {
			t.Fatal(err)
		}
		post := func(s alerting.Severity, id int64) {
			go func() {
				if _, err := ch.Post(t.Context(), briefOf(s, id)); err != nil {
					t.Error(err)
				}
			}()
			synctest.Wait()
		}
		for id := range int64(20) {
			post(alerting.P2, 10+id)
		}
		go func() {
			if err := ch.Edit(t.Context(), at, briefOf(alerting.P2, 1)); err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		post(alerting.P0, 50)
		post(alerting.P0, 51)
		for range 5 { // to one person each
			n := notifierstest.Notice()
			n.Person.Slack += string(rune('A' + len(fake.Writes())))
			if _, err := ch.Send(t.Context(), n); err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("direct messages to different people waited for %v", took)
		}
		time.Sleep(time.Minute)
		writes := slices.DeleteFunc(fake.Writes(), func(w notifierstest.SlackWrite) bool { return w.Channel != "C0INCIDENTS" })
		if len(writes) != 24 || !strings.Contains(writes[1].Text, "#50 ") || !strings.Contains(writes[2].Text, "#51 ") {
			t.Fatalf("%d writes: %+v", len(writes), writes)
		}
		for i, w := range writes {
			if got := w.At.Sub(start); got != time.Duration(i)*time.Second {
				t.Errorf("write %d came at %v", i, got)
			}
		}
	})
}

func TestTheNextWriterMeetsTheRetryAfterOfTheOneBefore(t *testing.T) {
	still(t, func(t *testing.T, ch *slack.Slack, fake *notifierstest.Slack) {
		start := time.Now()
		fake.RetryAfter(7 * time.Second)
		fake.FailNext(1, notifierstest.RateLimited)
		_, err := ch.Post(t.Context(), briefOf(alerting.P0, 1))
		expectFailure(t, err, notifiers.Temporary, "429", 7*time.Second)
		asked := fake.Requests()

		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err = ch.Post(ctx, briefOf(alerting.P0, 2))
		expectFailure(t, err, notifiers.Temporary, "paced", 7*time.Second)
		if fake.Requests() != asked || time.Since(start) != 0 {
			t.Errorf("Slack was asked before its time, or the writer held for %v", time.Since(start))
		}
		if _, err := ch.Send(t.Context(), notifierstest.Notice()); err != nil || time.Since(start) != 0 {
			t.Errorf("another channel was held too: %v after %v", err, time.Since(start))
		}
		if _, err := ch.Post(t.Context(), briefOf(alerting.P2, 3)); err != nil || time.Since(start) != 7*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}
