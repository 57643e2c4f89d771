package slack_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
)

// storm is what there is to say of so many P1 and P2 that have no message of their own.
func storm(p1, p2 int) notifiers.Summary {
	return notifiers.Summary{BySeverity: [4]int{0, p1, p2, 0}, URL: "https://tocsin.example.com/", Locale: notifierstest.Locale()}
}

func TestASummaryReadsAsItDid(t *testing.T) {
	for _, language := range []string{"en", "de"} {
		for name, sum := range map[string]notifiers.Summary{"many": storm(3, 9977), "one": storm(0, 1), "none": storm(0, 0)} {
			sum.Locale.Language = language
			notifierstest.Golden(t, update(), "summary-"+name+"-"+language, pretty(t, renderer().RenderSummary(sum)))
		}
	}
}

func TestASummaryIsPostedOnceAndEditedInPlaceAheadOfWhatIsNotUrgent(t *testing.T) {
	still(t, func(t *testing.T, ch *slack.Slack, fake *notifierstest.Slack) {
		at, err := ch.PostSummary(t.Context(), storm(1, 30))
		if err != nil {
			t.Fatal(err)
		}
		for id := range int64(5) {
			go func() { _, _ = ch.Post(t.Context(), briefOf(alerting.P2, id+1)) }()
			synctest.Wait()
		}
		if err := ch.EditSummary(t.Context(), at, storm(0, 25)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		writes, messages := fake.Writes(), fake.Messages()
		if len(writes) != 7 || !strings.Contains(writes[1].Text, "25 more incidents are open: 25 P2") {
			t.Errorf("%d writes: %+v", len(writes), writes)
		}
		if len(messages) != 6 || messages[0].Edits != 1 || messages[0].Text != "25 more incidents are open: 25 P2" {
			t.Errorf("%+v", messages)
		}
	})
}

func TestASummaryThatCannotBeWrittenSaysWhy(t *testing.T) {
	still(t, func(t *testing.T, ch *slack.Slack, fake *notifierstest.Slack) {
		fake.RetryAfter(7 * time.Second)
		fake.FailNext(1, notifierstest.RateLimited)
		_, err := ch.PostSummary(t.Context(), storm(0, 30))
		expectFailure(t, err, notifiers.Temporary, "429", 7*time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err = ch.PostSummary(ctx, storm(0, 30))
		expectFailure(t, err, notifiers.Temporary, notifiers.CodePaced, 7*time.Second)
		err = ch.EditSummary(t.Context(), []byte(`{"channel":"C0INCIDENTS","ts":"1.2"}`), storm(0, 30))
		expectFailure(t, err, notifiers.Permanent, "message_not_found", 0)
	})
}
