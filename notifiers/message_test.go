package notifiers_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
)

func message(m escalation.Message) notifiers.Message {
	out, ok := notifiers.Notice{Page: notifiers.Page{Message: &m}}.Message()
	if !ok {
		out.Subject = "it is a page"
	}
	return out
}

func TestAMessageIsLinesOfPlainTextWithASubjectAndALinkToTheWeb(t *testing.T) {
	for want, m := range map[string]escalation.Message{
		`{"a b" ["one" "two"] "https://t.example/oncall"}`: {Subject: "a\r\nb", Text: "one\n\n \ntwo\x00\n", URL: " https://t.example/oncall"},
		`{"a" ["a"] ""}`: {Subject: "a", Text: "\n", URL: "javascript:alert(1)"},
		`{"A message from Tocsin" ["A message from Tocsin"] ""}`: {},
	} {
		if got := fmt.Sprintf("%q", message(m)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestAMessageHasItsLimits(t *testing.T) {
	m := message(escalation.Message{Subject: strings.Repeat("s", 9999), Text: strings.Repeat(strings.Repeat("t", 9999)+"\n", 99)})
	if len([]rune(m.Subject)) != 120 || len(m.Lines) != 12 || len([]rune(m.Lines[11])) != 500 {
		t.Errorf("a subject of %d, %d lines of %d", len(m.Subject), len(m.Lines), len(m.Lines[0]))
	}
}

func TestAPageOfAnIncidentIsNoMessage(t *testing.T) {
	if m, ok := notifierstest.Notice().Message(); ok {
		t.Errorf("%+v", m)
	}
}

func TestAHeadlineIsTheFirstLineWhichSaysWhoAndWhen(t *testing.T) {
	for want, m := range map[string]escalation.Message{
		"Ben takes primary from Monday 30 November, 09:00 until Tuesday, 09:00": {Subject: "Swap accepted: primary", Text: "Ben takes primary from Monday 30 November, 09:00 until Tuesday, 09:00.\nThey say: a wedding\n"},
		"Swap accepted: primary":       {Subject: "Swap accepted: primary", Text: ".\n"},
		strings.Repeat("t", 159) + "…": {Subject: "a", Text: strings.Repeat("t", 999)},
		"A message from Tocsin":        {},
	} {
		if got := message(m).Headline(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
