package slack

import (
	"strings"
	"testing"

	"tocsin/alerting"
	"tocsin/notifiers"
)

func TestEachWordOfSlackIsATextThatTheConfigurationCanReplace(t *testing.T) {
	book, err := notifiers.NewTexts(map[string]string{
		"slack.words.snooze.de": "Später", "slack.words.span_1": "half an hour", "slack.words.help_1": "all of them", "slack.words.state": "Stand",
		"slack.words.stands_in": "{{.B}}: {{.A}} (100%), {{.C}}", "slack.words.no_incident": "none",
	}, Room())
	if err != nil {
		t.Fatal(err)
	}
	w := wordsOf(notifiers.Locale{Language: "de", Texts: book})
	if w.Snooze != "Später" || w.Spans[0] != "half an hour" || w.Spans[1] != "1 Stunde" || w.Help[0] != [2]string{"list", "all of them"} || w.State != "Stand" {
		t.Errorf("%+v", w)
	}
	if got, want := w.StandsIn, "%[2]v: %[1]v (100%%), %[3]v"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if w.NoIncident != germanWords().NoIncident {
		t.Errorf("a text without its value is taken: %q", w.NoIncident)
	}
	if wordsOf(notifiers.Locale{Texts: book}).Snooze != "Snooze" {
		t.Error("German words are said in English")
	}
	b := notifiers.Brief{Incident: alerting.Incident{ID: 1, Title: "x"}, Locale: notifiers.Locale{Language: "de", Texts: book}}
	if payload := string(incidentMessage(b, "").rendered("C1").Payload); !strings.Contains(payload, "*Stand*") || !strings.Contains(payload, "Später") {
		t.Errorf("the board says %s", payload)
	}
}

func TestAWordThatCannotBeReplacedSoIsRefused(t *testing.T) {
	for name, source := range map[string]string{
		"slack.words.nothing": "x", "slack.words.snooze": "{{.D}}", "slack.words.held_until": "", "slack.words.told": strings.Repeat("x", textLimit+1),
	} {
		if _, err := notifiers.NewTexts(map[string]string{name: source}, Room()); err == nil {
			t.Errorf("%s is taken as %.20q", name, source)
		}
	}
}

func TestABuiltInWordBecomesTheSameFormatAgain(t *testing.T) {
	if got := template("until? (%s), both (%[1]s 18:00)"); got != "until? ({{.A}}), both ({{.A}} 18:00)" {
		t.Errorf("%q", got)
	}
	if got := template("%d of %q"); got != "{{.A}} of {{.B}}" {
		t.Errorf("%q", got)
	}
}
