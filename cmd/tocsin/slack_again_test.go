package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/notifiers/notifierstest"
)

// inThread are the messages in the thread below one in the incidents' channel.
func inThread(ms []notifierstest.SlackMessage, ts string) (out []notifierstest.SlackMessage) {
	for _, m := range ms {
		if m.ThreadTS == ts {
			out = append(out, m)
		}
	}
	return out
}

// told waits until an incident's messages in the channel and their threads say something.
func (s *site) told(n int, words string) []notifierstest.SlackMessage {
	s.t.Helper()
	messages, err := s.slack.WaitFor(patience(s.t), func(ms []notifierstest.SlackMessage) bool {
		own := board(ms)
		return len(own) == n && strings.Contains(own[n-1].Text, words) && len(inThread(ms, own[n-1].TS)) > 0
	})
	must(s.t, err)
	return messages
}

func TestAMessageWhoseAnswerWasLostStandsOnceAndItsButtonsWork(t *testing.T) {
	s := newSite(t, briskSlack...)
	s.slack.LoseNext("C0INCIDENTS", false)
	s.start()
	s.send(firstAlerts(time.Now())[0])
	s.told(1, "SystemDown")
	id := s.only().ID
	if code, err := s.slack.Press(t.Context(), s.base+"/slack/actions", "U0SYS", "acknowledge", fmt.Sprint(id)); err != nil || code != http.StatusOK {
		t.Fatal(code, err)
	}
	messages := s.told(1, "acknowledged")
	if own := board(messages)[0]; own.Edits == 0 || strings.Contains(own.Text, "possible repeat") {
		t.Errorf("%+v", own)
	}
	var written []string
	for _, m := range inThread(messages, board(messages)[0].TS) {
		written = append(written, strings.Split(m.Text, "\n")...)
	}
	slices.Sort(written)
	if n := len(written); n != len(slices.Compact(written)) {
		t.Errorf("its thread repeats itself: %q", written)
	}
}

func TestAMessageThatCannotBeLookedForIsPostedAgainAndMarked(t *testing.T) {
	s := newSite(t, briskSlack...)
	s.slack.Withhold("channels:history")
	s.slack.LoseNext("C0INCIDENTS", false)
	s.start()
	s.send(firstAlerts(time.Now())[0])
	own := board(s.told(2, "SystemDown"))
	if strings.Contains(own[0].Text, "possible repeat") || !strings.Contains(own[1].Text, "possible repeat") {
		t.Errorf("they say %q and %q", own[0].Text, own[1].Text)
	}
}

func TestTimelineEntriesWhoseAnswerWasLostStandOnce(t *testing.T) {
	for name, c := range map[string]struct {
		withheld string
		opened   int
		marked   bool
	}{
		"found in the thread": {"", 1, false}, "not to be looked for": {"channels:history", 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, briskSlack...)
			s.slack.Withhold(c.withheld)
			s.slack.LoseNext("C0INCIDENTS", true)
			s.start()
			s.send(firstAlerts(time.Now())[0])
			s.told(1, "SystemDown")
			id := s.only().ID
			if code, err := s.slack.Press(t.Context(), s.base+"/slack/actions", "U0SYS", "acknowledge", fmt.Sprint(id)); err != nil || code != http.StatusOK {
				t.Fatal(code, err)
			}
			messages, err := s.slack.WaitFor(patience(t), func(ms []notifierstest.SlackMessage) bool {
				return len(board(ms)) == 1 && strings.Contains(fmt.Sprint(inThread(ms, board(ms)[0].TS)), "cknowledged")
			})
			must(t, err)
			thread := inThread(messages, board(messages)[0].TS)
			opened, marked := 0, false
			for _, m := range thread {
				opened += strings.Count(m.Text, strings.Split(thread[0].Text, "\n")[0])
				marked = marked || strings.Contains(m.Text, "possible repeat")
			}
			if opened != c.opened || marked != c.marked {
				t.Errorf("its first entry stands %d times, marked %v: %+v", opened, marked, thread)
			}
		})
	}
}
