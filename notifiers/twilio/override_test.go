package twilio_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/alerting"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/twilio"
)

func TestTextsOfTheConfigurationAreBroughtIntoASegmentAndIntoWhatCanBeSaid(t *testing.T) {
	book, err := notifiers.NewTexts(map[string]string{
		"sms.page":      "“{{.Name}}” №{{.Number}}: {{.Why}} {{.Name}} done",
		"voice.page.en": "<Hangup/> {{.Name}} & {{.Number}}",
	}, twilio.Rooms()...)
	if err != nil {
		t.Fatal(err)
	}
	ch := twilio.New(twilio.Options{Texts: book})
	n := notifierstest.Notice()
	n.Brief.Incident.Labels["alertname"] = strings.Repeat("Long", 60)
	n.ActURL, n.Brief.URL = "", ""
	text := ch.Render(n).Text
	if len(decode(t, text)) > 160 || !strings.HasPrefix(text, `"LongLong`) || !strings.Contains(text, `.." No. 412: Long`) || !strings.HasSuffix(text, " done") {
		t.Errorf("%q", text)
	}
	want(t, ch.Voice().Render(notifierstest.Notice()).Text, "Hangup System Down backend 4 1 2 Press 4 to acknowledge, 6 to escalate.")
	if _, err := notifiers.NewTexts(map[string]string{"sms.pages": "x"}, twilio.Rooms()...); err == nil {
		t.Error("a text that nobody writes was taken")
	}
	if _, err := notifiers.NewTexts(map[string]string{"sms.page": "{{.Secret}}"}, twilio.Rooms()...); err == nil {
		t.Error("a text that does not fit its data was taken")
	}
}

func TestEveryKindHasARoom(t *testing.T) {
	book, err := notifiers.NewTexts(nil, twilio.Rooms()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"page", "remind", "clear", "bundle", "message"} {
		for _, channel := range []string{"sms", "voice"} {
			if !slices.Contains(book.Names(), channel+"."+kind) {
				t.Errorf("there is no %s.%s", channel, kind)
			}
		}
	}
}

func TestAnSMSAndACallUseTheOrganisationsNameOfASeverityWhereTheySayItInWords(t *testing.T) {
	book, err := notifiers.NewTexts(map[string]string{"sms.page": "{{.SeverityWord}} #{{.Number}} {{.Name}}"}, twilio.Rooms()...)
	if err != nil {
		t.Fatal(err)
	}
	c := twilio.New(twilio.Options{Texts: book})
	n := notifierstest.Notice()
	for _, x := range []struct {
		language, name, sms, call string
	}{
		{"en", "", "critical #412 SystemDown backend", "P 0, critical, incident"},
		{"de", "", "kritisch #412 SystemDown backend", "P 0, kritisch, Vorfall"},
		{"en", "Großalarm <1>", "Großalarm <1> #412 SystemDown backend", "P 0, Großalarm 1, incident"},
		{"en", strings.Repeat("x", 300), strings.Repeat("x", 39) + "... #412", "P 0, " + strings.Repeat("x", 30)},
	} {
		n.Brief.Locale.Language, n.Brief.Locale.Severities = x.language, map[alerting.Severity]string{alerting.P0: x.name}
		if got := c.Render(n).Text; !strings.HasPrefix(got, x.sms) {
			t.Errorf("SMS: %q", got)
		}
		if got := c.Voice().Render(n).Text; !strings.Contains(got, x.call) || len(got) > 300 {
			t.Errorf("call: %q", got)
		}
	}
}
