package twilio_test

import (
	"regexp"
	"strings"
	"testing"

	"tocsin/escalation"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/twilio"
)

func vocabulary(t testing.TB) *twilio.Vocabulary {
	v, err := twilio.NewVocabulary(twilio.Keywords{
		Acknowledge: []string{"OK", "Ja", "bestätigt", "Принято"}, Resolve: []string{"erledigt", "GROẞ", "完了"}, Escalate: []string{"höher"}, All: []string{"alle"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestConfiguredWordsAreReadInAnyCaseAndLanguage(t *testing.T) {
	const ack, res, esc = escalation.Acknowledge, escalation.Resolve, escalation.Escalate
	for body, want := range map[string]twilio.Command{
		"ok 412": {Verb: ack, Incident: 412}, "JA": {Verb: ack}, "ja412!": {Verb: ack, Incident: 412}, "BESTÄTIGT #412": {Verb: ack, Incident: 412},
		"besta\u0308tigt 412": {Verb: ack, Incident: 412}, "ПРИНЯТО 412": {Verb: ack, Incident: 412}, "Erledigt.": {Verb: res}, "gross 1": {Verb: res, Incident: 1},
		"groß 1": {Verb: res, Incident: 1}, "完了 412": {Verb: res, Incident: 412}, "HÖHER": {Verb: esc}, "ack 412": {Verb: ack, Incident: 412}, "res": {Verb: res},
		"ack all": {Verb: ack, All: true}, "OK, ALLE!": {Verb: ack, All: true}, "ja Alle": {Verb: ack, All: true},

		"res all": {}, "höher alle": {}, "all": {}, "all ack": {}, "ack all 412": {}, "ack all all": {}, "hoher 412": {}, "ok ja": {}, "jaja 412": {}, "принятo 412": {},
	} {
		if got := vocabulary(t).Parse(body); got != want {
			t.Errorf("%q is %+v, want %+v", body, got, want)
		}
	}
}

func TestWordsThatCannotBeReadAreRefused(t *testing.T) {
	for word, why := range map[string]string{
		"": "not one word of letters", "two words": "not one word of letters", "ack1": "not one word of letters", "412": "not one word of letters", "ok!": "not one word of letters",
		"stop": "Twilio answers by itself", "Yes": "Twilio answers by itself", "all": "means all incidents", "RES": "is a word for resolve already", "\xff": "not one word of letters",
	} {
		_, err := twilio.NewVocabulary(twilio.Keywords{Acknowledge: []string{word}})
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v", word, err)
		}
	}
}

func TestAnSMSForAllIsStoredAsThat(t *testing.T) {
	b := &inbox{sentence: "Done."}
	receive(t, b, sms("ack all"))
	if len(b.taken) != 1 || !b.taken[0].All || b.taken[0].Incident != 0 || b.taken[0].Verb != escalation.Acknowledge {
		t.Errorf("took %+v", b.taken)
	}
}

func FuzzVocabulary(f *testing.F) {
	for _, s := range append(notifierstest.Hostile(), "ja 412", "完了#1", "ack alle", "besta\u0308tigt", "ПРИНЯТО 7") {
		f.Add(s)
	}
	digits, v := regexp.MustCompile(`[0-9]+`), vocabulary(f)
	f.Fuzz(func(t *testing.T, body string) {
		c := v.Parse(body)
		written := digits.FindAllString(body, -1)
		switch {
		case c.Verb == "" && c != twilio.Command{}, c.Incident < 0, c.All && (c.Verb != escalation.Acknowledge || c.Incident != 0):
			t.Errorf("%q is %+v", body, c)
		case c.Verb != "" && len(written) > 0 != (c.Incident != 0):
			t.Errorf("%q: the number got lost: %+v", body, c)
		}
		if _, err := twilio.NewVocabulary(twilio.Keywords{Resolve: []string{body}}); err == nil {
			w, _ := twilio.NewVocabulary(twilio.Keywords{Resolve: []string{body}})
			if got := w.Parse(body + " 7"); got != (twilio.Command{Verb: escalation.Resolve, Incident: 7}) {
				t.Errorf("%q was taken as a word, and is read as %+v", body, got)
			}
		}
	})
}
