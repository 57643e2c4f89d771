package twilio_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/notifiers/notifierstest"
)

func TestEveryKindMarksAPossibleRepeatInEveryRoom(t *testing.T) {
	marks := map[string][2]string{"en": {"(possible repeat)", "This call may be a repeat."}, "de": {"(womöglich doppelt)", "Dieser Anruf ist womöglich doppelt."}}
	for language, mark := range marks {
		for kind, n := range notifierstest.Kinds(language) {
			for _, repeat := range []bool{true, false} {
				n.PossibleRepeat = repeat
				if text := smsText(n); strings.Contains(text, mark[0]) != repeat {
					t.Errorf("%s in %s, repeat %v: %q", kind, language, repeat, text)
				}
				if text := account().Voice().Render(n).Text; strings.Contains(text, mark[1]) != repeat {
					t.Errorf("%s in %s, repeat %v, is said as %q", kind, language, repeat, text)
				}
			}
		}
	}
}

func TestACallAboutWhatIsAcknowledgedOffersToEscalateAlone(t *testing.T) {
	n := notifierstest.Kinds("en")["remind"]
	p := ring(t, n)
	line := p.answer("human", "4")
	if last := line.Said[len(line.Said)-1]; last != "That key does nothing. Press 6 to escalate." || strings.Contains(line.Said[0], "acknowledge") || len(p.inbox.taken) != 0 {
		t.Errorf("said %q, took %+v", line.Said, p.inbox.taken)
	}
	if line = p.answer("human", "", "6"); len(p.inbox.taken) != 1 || p.inbox.taken[0].Incident != 412 || p.inbox.taken[0].Verb != "escalate" {
		t.Errorf("took %+v after %q", p.inbox.taken, line.Said)
	}
	n.Brief.Locale.Language = "de"
	want(t, ring(t, n).answer("human").Said[0], "Hier ist Tocsin. Vorfall 4 1 2 ist noch offen. P 0, kritisch. System Down backend. Seit 03:41. No answer from health for 2 minutes. Drücken Sie die 6, um zu eskalieren.")
}

func TestACallSaysSinceWhenAndWhatTheWorstAlertSaysInFewWords(t *testing.T) {
	n := notifierstest.Notice()
	n.Brief.Alerts[0].Annotations["summary"] = strings.Repeat("12% of requests fail. ", 20)
	text := account().Voice().Render(n).Text
	_, summary, _ := strings.Cut(text, "Since 03:41. ")
	summary, _, _ = strings.Cut(summary, " Press 4")
	if len(summary) > 122 || !strings.HasPrefix(summary, "12% of requests fail. 12% of requests") || strings.Contains(summary, "..") {
		t.Errorf("the summary is said as %d letters: %q", len(summary), summary)
	}
	n.Page.CreatedAt = n.Brief.Incident.OpenedAt.Add(25 * time.Hour)
	if text := account().Voice().Render(n).Text; !strings.Contains(text, "Since Mon 2 Mar 2026, 03:41 CET.") {
		t.Errorf("a day later it says %q", text)
	}
	n.Brief.Alerts, n.Brief.Incident.OpenedAt = nil, time.Time{}
	want(t, account().Voice().Render(n).Text, "This is Tocsin. P 0, critical, incident 4 1 2. System Down backend. "+spokenKeys)
}

func TestNobodyWaitsLongerInACallThanFiveSecondsForTheFirstWord(t *testing.T) {
	for by, c := range map[string]struct{ known, waits time.Duration }{
		"human":             {2 * time.Second, 2 * time.Second},
		"unknown":           {time.Minute, 5 * time.Second}, // who says nothing
		"machine_end_beep":  {4 * time.Second, 4 * time.Second},
		"machine_end_other": {20 * time.Second, 5 * time.Second}, // a long greeting: it may as well be a person
	} {
		p := ring(t, notifierstest.Notice())
		line, err := p.fake.AnswerAfter(t.Context(), p.call, by, c.known)
		if err != nil || line.Waited != c.waits || len(line.Said) != 1 {
			t.Errorf("%s: %v, waited %s, said %q", by, err, line.Waited, line.Said)
		}
		if (line.Said[0] == spokenPage) != (by == "machine_end_beep") {
			t.Errorf("%s: said %q", by, line.Said)
		}
	}
}
