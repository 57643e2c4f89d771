package notifiers_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
)

func TestEveryWordIsInTheReadersLanguage(t *testing.T) {
	kinds := notifierstest.Kinds("de")
	page, remind, done := kinds["page"], kinds["remind"], kinds["clear"]
	for want, got := range map[string]string{
		"kritisch":     page.Text().SeverityWord,
		"offen":        page.Brief.State(),
		"noch niemand": page.Brief.Holder(),
		"am Mo, 2. März 2026, 03:56 MEZ: Manager wird alarmiert": page.Brief.NextWords(),
		"1 Alarm, aktiv":   page.Brief.Alerting(),
		"noch offen":       remind.Why(),
		"Entwarnung":       done.Why(),
		"Ihnen zugewiesen": kinds["assign"].Why(),
		"bestätigt von System Admin am Mo, 2. März 2026, 03:45 MEZ": remind.Brief.State(),
		"behoben von tocsin am Mo, 2. März 2026, 04:19 MEZ":         done.Brief.State(),
		"1 Alarm, behoben":                   done.Brief.Alerting(),
		"initial response overdue":           page.Why(),
		"37 Vorfälle, 3 P0, 4 P1, 30 P2":     kinds["bundle"].BundleName(),
		"Übersicht: 5 Vorfälle, 2 P2, 3 P3":  kinds["digest"].BundleName(),
		"Vorfall Runbook Diagramm":           strings.Join([]string{page.Brief.Links()[0].Name, page.Brief.Links()[1].Name, page.Brief.Links()[2].Name}, " "),
		"eskaliert von ada":                  says(page, alerting.Say("why.escalated", "by", "ada")),
		"Ihnen zugewiesen von ada":           says(page, alerting.Say("why.assigned", "by", "ada")),
		"von Ihnen an bob übergeben von ada": says(page, alerting.Say("why.handed_over", "who", "bob", "by", "ada")),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func says(n notifiers.Notice, said alerting.Said) string {
	n.Page.Says, n.Page.Reason.Said = "in English", said
	return n.Why()
}

func TestWhatAPageSaysThatNoSentenceHasStaysAsItWasWritten(t *testing.T) {
	for _, said := range []alerting.Said{{}, alerting.Say("why.of_a_newer_release"), alerting.Say("nothing")} {
		if got := says(notifierstest.Notice(), said); got != "in English" {
			t.Errorf("%+v became %q", said, got)
		}
	}
}

func TestATimeHasItsLanguagesWeekdayAndMonth(t *testing.T) {
	german := notifiers.Locale{Language: "de-AT"}
	for want, day := range map[string]time.Time{
		"Do, 1. Jan. 2026, 00:00 UTC":  time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		"Sa, 31. Okt. 2026, 23:59 UTC": time.Date(2026, 10, 31, 23, 59, 0, 0, time.UTC),
		"Di, 1. Sept. 2026, 12:00 UTC": time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC),
		"So, 20. Dez. 2026, 12:00 UTC": time.Date(2026, 12, 20, 12, 0, 0, 0, time.UTC),
		"Mi, 20. Mai 2026, 12:00 UTC":  time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC),
		"Fr, 20. Feb. 2026, 12:00 UTC": time.Date(2026, 2, 20, 12, 0, 0, 0, time.UTC),
		"Mo, 20. Juli 2026, 12:00 UTC": time.Date(2026, 7, 20, 12, 0, 0, 0, time.UTC),
		"Mo, 30. März 2026, 12:00 UTC": time.Date(2026, 3, 30, 12, 0, 0, 0, time.UTC),
		"Sa, 15. Aug. 2026, 12:00 UTC": time.Date(2026, 8, 15, 12, 0, 0, 0, time.UTC),
		"So, 15. Nov. 2026, 12:00 UTC": time.Date(2026, 11, 15, 12, 0, 0, 0, time.UTC),
		"Mo, 15. Juni 2026, 12:00 UTC": time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC),
		"Mi, 15. Apr. 2026, 12:00 UTC": time.Date(2026, 4, 15, 12, 0, 0, 0, time.UTC),
	} {
		if got := german.Time(day); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if got, want := (notifiers.Locale{}).Time(day), day.Format("Mon 2 Jan 2006, 15:04 MST"); got != want {
			t.Errorf("in English got %q, want %q", got, want)
		}
	}
}

func TestTheOrganisationsNamesOfSeveritiesComeFirst(t *testing.T) {
	l := notifiers.Locale{Language: "de", Severities: map[alerting.Severity]string{alerting.P0: "Groß\nalarm", alerting.P1: " "}}
	if got := fmt.Sprint(l.Severity(alerting.P0), l.Severity(alerting.P1), l.Severity(9)); got != "Groß alarmhoch" {
		t.Errorf("%q", got)
	}
	for s, want := range map[alerting.Severity]string{alerting.P0: "critical", alerting.P3: "low"} {
		if got := (notifiers.Locale{}).Severity(s); got != want || got != s.Word() {
			t.Errorf("%v is %q", s, got)
		}
	}
}

func TestABundleLeadsToEachOfItsIncidents(t *testing.T) {
	text := notifierstest.Bundle(false).Text()
	if text.Kind != "bundle" || text.AllLink != "https://tocsin.example.com/" || text.More != "and 32 more" || text.Link != "https://tocsin.example.com/incidents/412" {
		t.Errorf("%+v", text)
	}
	if item := text.Items[4]; item.Link != "https://tocsin.example.com/incidents/416" || item.Name != "DiskFillsUp backend" || item.SeverityWord != "medium" {
		t.Errorf("%+v", item)
	}
	one := notifierstest.Bundle(true)
	one.Bundle.Total, one.Bundle.BySeverity, one.Brief.URL = 1, [4]int{0, 0, 1, 0}, "https://elsewhere.example.com/x"
	if text := one.Text(); text.Subject != "Digest: 1 incident, 1 P2" || text.AllLink != "" || text.Items[0].Link != "" || text.More != "" {
		t.Errorf("%+v", text)
	}
}

func TestAKindOfPageIsAKindOfMessage(t *testing.T) {
	for want, n := range notifierstest.Kinds("en") {
		if got := n.MessageKind(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	n := notifierstest.Notice()
	n.Page.Kind = escalation.StepKind("something new")
	if n.MessageKind() != "page" {
		t.Error("a page of an unknown kind is no page")
	}
}

// TestATextHasNoMethodsAndNoAddresses walks what templates are given: a method could be called by a text of the
// configuration.
func TestATextHasNoMethodsAndNoAddresses(t *testing.T) {
	n := notifierstest.Notice()
	n.Person.Webhook, n.Person.URL = "https://hooks.example.com/secret", "telegram://secret@telegram"
	shown := fmt.Sprintf("%+v", n.Text())
	for _, secret := range []string{"secret", n.Person.Phone, n.Person.Email, n.Person.Slack} {
		if strings.Contains(shown, secret) {
			t.Errorf("a template can show %q", secret)
		}
	}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		if typ.NumMethod() > 0 && typ.Name() != "Words" { // those are of the words alone
			t.Errorf("%v has methods", typ)
		}
		switch typ.Kind() {
		case reflect.Struct:
			for f := range typ.Fields() {
				walk(f.Type)
			}
		case reflect.Slice, reflect.Array:
			walk(typ.Elem())
		case reflect.String, reflect.Bool, reflect.Int, reflect.Int64:
		default:
			t.Errorf("%v is no plain value", typ)
		}
	}
	walk(reflect.TypeFor[notifiers.Text]())
}

func TestATextIsPlainWhateverStrangersWrote(t *testing.T) {
	for _, s := range append(notifierstest.Hostile(), "https://evil.example/"+strings.Repeat("a", 6000)) {
		for _, n := range []notifiers.Notice{notifierstest.Tainted(s), notifierstest.TaintedMessage(s), notifierstest.TaintedBundle(s)} {
			plainAll(t, s, reflect.ValueOf(n.Text()))
		}
	}
}

func plainAll(t *testing.T, s string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Struct:
		for _, field := range v.Fields() {
			plainAll(t, s, field)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			plainAll(t, s, v.Index(i))
		}
	case reflect.String:
		if got := v.String(); got != notifiers.Plain(got) || len([]rune(got)) > 2000 {
			t.Errorf("%.40q: %.80q is not plain", s, got)
		}
	}
}
