package slack_test

import (
	"strings"
	"testing"

	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
)

func TestTheOneWhoPressedIsAnsweredAndNobodyElse(t *testing.T) {
	ch, fake := desk(t)
	b := &inbox{}
	deliver(ch, b, now(fake.Pressed("U0SYS", "acknowledge", "412")))
	if err := ch.Respond(t.Context(), b.taken[0].Respond, "#412 <!channel> down: Acknowledged by system-admin."); err != nil {
		t.Fatal(err)
	}
	got := fake.Answers()[0]
	want := notifierstest.SlackAnswer{
		User: "U0SYS", URL: b.taken[0].Respond, ResponseType: "ephemeral",
		Text: "#412 &lt;!channel&gt; down: Acknowledged by system-admin.", Parse: "none",
		Blocks: `[{"type":"section","text":{"type":"mrkdwn","text":"#412 \u0026lt;!channel\u0026gt; down: Acknowledged by system-admin.","verbatim":true}}]`,
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAnAnswersFaultIsWhatItIsAndShowsNoAddress(t *testing.T) {
	for fault, class := range map[notifierstest.Fault]notifiers.FailureClass{
		notifierstest.ServerError: notifiers.Lost, notifierstest.RateLimited: notifiers.Temporary,
		notifierstest.Refused: notifiers.Permanent, notifierstest.Drop: notifiers.Lost,
	} {
		ch, fake := desk(t)
		b := &inbox{}
		deliver(ch, b, now(fake.Pressed("U0SYS", "acknowledge", "412")))
		fake.FailNext(1, fault)
		err := ch.Respond(t.Context(), b.taken[0].Respond, "x")
		if f := notifiers.AsFailure(err); err == nil || f.Class != class || strings.Contains(err.Error(), "/actions/") {
			t.Errorf("fault %d is %v, want %v", fault, err, class)
		}
	}
}

func TestAnAnswerGoesToNoAddressThatIsRedirectedTo(t *testing.T) {
	ch, fake := desk(t)
	err := ch.Respond(t.Context(), strings.TrimSuffix(fake.URL, "/api/")+"/actions//x", "x") // the mux redirects
	if f := notifiers.AsFailure(err); err == nil || f.Class != notifiers.Permanent || len(fake.Answers()) != 0 {
		t.Errorf("got %v", err)
	}
}
