package notifiers_test

import (
	"cmp"
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"
)

var updateSentences = flag.Bool("update-sentences", false, "write testdata/sentences.golden")

// values are every value that a sentence may have.
func values(s alerting.Said) alerting.Said {
	for name, value := range map[string]string{
		"id": "412", "into": "413", "title": "SystemDown backend", "severity": "P0", "was": "P2", "by": "system-admin", "who": "devops-lead",
		"other": "system-admin", "role": "senior-engineer", "rotation": "primary", "kind": "page", "step": "2", "count": "3", "more": "2", "channel": "sms",
		"window": "weekly", "text": "the disk is full", "at": "2026-03-02T02:41:07Z", "from": "2026-03-02T08:00:00Z", "until": "2026-07-06T07:00:00Z",
		"list": "#412\n#413",
	} {
		s = s.With(name, value)
	}
	if slices.Contains([]string{"entry.step_fired", "entry.failover", "entry.escalated_again"}, s.Key) {
		s = s.With("list", "").With("people", "devops-lead\tsms email\nsystem-admin\tvoice")
	}
	switch s.Key {
	case "handoff.open":
		s = s.With("list", "").With("incidents", "#1 P0 SystemDown backend\tsystem-admin\n#8 P1 DiskFull db\t")
	case "handoff.ends":
		s = s.With("until", "")
	case "answer.which":
		s = s.With("list", "").With("told", "#411\tresolved\n#412")
	}
	if group, _, _ := strings.Cut(s.Key, "."); group == "handoff" || group == "swap" {
		s = s.With("zone", "Europe/Berlin").With("now", "2026-03-02T02:41:07Z")
	}
	return s.About(alerting.Say("answer.not_resolved"))
}

func speaker(t *testing.T, language string) notifiers.Locale {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return notifiers.Locale{Zone: zone, Language: language, Names: map[string]string{"system-admin": "System Admin", "devops-lead": "DevOps Lead"}}
}

func TestEverySentenceReadsAsItDidInBothLanguages(t *testing.T) {
	var b strings.Builder
	for _, language := range []string{"en", "de"} {
		l := speaker(t, language)
		for _, room := range notifiers.SentenceRooms() {
			for _, name := range slices.Sorted(maps.Keys(room.Lines)) {
				kind, ok := strings.CutSuffix(name, "."+language)
				if !ok {
					continue
				}
				text, ok := l.Say(values(alerting.Say(room.Channel + "." + kind)))
				if !ok || strings.Contains(text, "<no value>") {
					t.Errorf("%s.%s cannot be said: %q", room.Channel, name, text)
				}
				b.WriteString(room.Channel + "." + name + "\n    " + text + "\n")
			}
		}
	}
	const path = "testdata/sentences.golden"
	if *updateSentences {
		if err := cmp.Or(os.MkdirAll("testdata", 0o755), os.WriteFile(path, []byte(b.String()), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(path); err != nil || b.String() != string(want) {
		t.Errorf("%v: %s differs: read it, and run with -update-sentences", err, path)
	}
}

func TestASentenceIsSaidInTheWordsOfTheConfiguration(t *testing.T) {
	book, err := notifiers.NewTexts(map[string]string{"answer.already_acknowledged.de": "{{.By}} hat ihn"}, notifiers.SentenceRooms()...)
	if err != nil {
		t.Fatal(err)
	}
	l := speaker(t, "de")
	l.Texts = book
	said := alerting.Say("answer.about", "id", "4", "title", "x").About(alerting.Say("answer.already_acknowledged", "by", "system-admin"))
	if text, ok := l.Say(said); !ok || text != "#4 x: System Admin hat ihn." {
		t.Errorf("%q, %v", text, ok)
	}
	for name, source := range map[string]string{"answer.about": "{{.Nothing}}", "answer.nothing": "x", "entry.resolved": strings.Repeat("x", 1001)} {
		if _, err := notifiers.NewTexts(map[string]string{name: source}, notifiers.SentenceRooms()...); err == nil {
			t.Errorf("%s is taken as %.20q", name, source)
		}
	}
}

func TestASentenceThatIsNotKnownIsNotSaid(t *testing.T) {
	for _, s := range []alerting.Said{{}, alerting.Say("answer"), alerting.Say("answer.of_a_newer_release"), alerting.Say("nothing.at_all"), alerting.Say("answer.about").About(alerting.Said{})} {
		if text, ok := speaker(t, "de").Say(s); ok {
			t.Errorf("%+v is said: %q", s, text)
		}
	}
	if text, ok := speaker(t, "de").SayAll(nil); ok {
		t.Errorf("nothing is said: %q", text)
	}
}
