package simulator

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/escalation"
)

func TestALineIsWhatIsSaidToOnePersonOverAllItsChannels(t *testing.T) {
	at := time.Date(2026, 12, 25, 3, 0, 0, 0, time.UTC)
	told := func(person string, c escalation.Channel, reason string) Event {
		return Event{At: at, Kind: Page, Step: 1, Person: person, Channel: c, Reason: reason}
	}
	lines := Lines([]Event{
		{At: at, Kind: Opened, Says: "opened"},
		{At: at, Kind: Opened, Says: "opened"},
		told("ada", escalation.SMS, "holds primary, over sms"),
		told("ada", escalation.Email, "holds primary, over email"),
		told("ada", escalation.Slack, "holds primary, over slack, after 2m by a personal rule"),
		told("bob", escalation.SMS, "holds manager, over sms"),
	})
	var got []string
	for _, l := range lines {
		var text strings.Builder
		text.WriteString(string(l.Kind) + " " + l.Person + ": " + l.Reason)
		for _, c := range l.Over {
			text.WriteString(" [" + string(c) + "]")
		}
		got = append(got, text.String())
		if l.Channel != "" {
			t.Errorf("%q still has the channel %s", text.String(), l.Channel)
		}
	}
	want := []string{
		"open : ", "open : ",
		"page ada: holds primary [sms] [email]",
		"page ada: holds primary; after 2m by a personal rule [slack]",
		"page bob: holds manager [sms]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the lines are\n%q\nnot\n%q", got, want)
	}
}
