package twilio_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tocsin/escalation"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/twilio"
)

// parse reads an SMS by the English words alone.
func parse(body string) (escalation.Verb, int64) {
	v, _ := twilio.NewVocabulary(twilio.Keywords{})
	c := v.Parse(body)
	if c.All {
		return "all", 0
	}
	return c.Verb, c.Incident
}

func TestARepliesWordAndNumberAreRead(t *testing.T) {
	const ack, res, esc = escalation.Acknowledge, escalation.Resolve, escalation.Escalate
	for body, want := range map[string]struct {
		verb     escalation.Verb
		incident int64
	}{
		"ACK 412": {ack, 412}, "RES 412": {res, 412}, "ESC 412": {esc, 412},
		"acknowledge 412": {ack, 412}, "Resolve 412": {res, 412}, "escalate 412": {esc, 412},
		"ack": {ack, 0}, " Res.": {res, 0}, "ESC!\n": {esc, 0},
		"ack412": {ack, 412}, "Ack #412!": {ack, 412}, "\tACK\r\n412 ": {ack, 412}, "ACK: #412.": {ack, 412}, "“ACK 412”": {ack, 412}, "ACK\u00a0412": {ack, 412},
		"ack 412 👍": {ack, 412}, "ACK-412": {ack, 412}, "ack 0412": {ack, 412}, "ACK 9223372036854775807": {ack, 9223372036854775807},

		"": {}, "  ": {}, "#": {}, "412": {}, "hello": {}, "412 ACK": {}, "ACKK 412": {}, "ACK 412 please": {}, "NO ACK 412": {}, "A CK 412": {},
		"ACK 412 413": {}, "ACK 4.12": {}, "ACK 4 12": {}, "ACK 412-413": {}, "ACK 412 RES": {}, "ACK ACK 412": {}, "ACK 0": {}, "ACK 000": {},
		"ACK 9223372036854775808": {}, "ACK 18446744073709552028": {}, "ACK " + strings.Repeat("9", 1000): {}, "ACK 0x19c": {}, "ACK 4e2": {},
		"ACK ٤١٢": {}, "ACK ４１２": {}, "ACK 41²": {}, "АСК 412": {}, "ÄCK 412": {}, "ACK 4\u200b12": {}, "ACK 4\u0301": {}, "ACK 412\xff": {}, "ACK IV": {}, "ACK Ⅳ": {},
		"snooze 412": {}, "open 412": {}, "reply ACK 412": {},
	} {
		if verb, incident := parse(body); verb != want.verb || incident != want.incident {
			t.Errorf("%.60q is %q %d, want %q %d", body, verb, incident, want.verb, want.incident)
		}
	}
}

func FuzzParseReply(f *testing.F) {
	for _, s := range append(notifierstest.Hostile(), "ACK 412", "ack#1", "RES", "ESC 9223372036854775807", "ACK 4 12") {
		f.Add(s)
	}
	digits := regexp.MustCompile(`[0-9]+`)
	f.Fuzz(func(t *testing.T, body string) {
		verb, incident := parse(body)
		written := digits.FindAllString(body, -1)
		switch {
		case verb == "" && incident != 0, incident < 0:
			t.Errorf("%q is %q %d", body, verb, incident)
		case verb == "":
		case incident == 0 && len(written) > 0:
			t.Errorf("%q: the number got lost", body)
		case incident != 0 && (len(written) != 1 || strings.TrimLeft(written[0], "0") != strconv.FormatInt(incident, 10)):
			t.Errorf("%q is %d", body, incident)
		}
	})
}
