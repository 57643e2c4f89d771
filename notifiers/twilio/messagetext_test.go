package twilio_test

import (
	"strings"
	"testing"

	"tocsin/notifiers/notifierstest"
)

func TestAHandOffIsOneSegmentAndLosesItsLinkRatherThanAWord(t *testing.T) {
	const text = "You are on call for primary from Monday 30 November, 09:00 until Monday 7 December, 09:00 (Europe/Berlin). Before you: DevOps Lead."
	n := notifierstest.Messages()["hand-off"]
	want(t, smsText(n), text)
	n.Page.Message.URL = "https://t.example/oncall"
	want(t, smsText(n), text+" https://t.example/oncall")
	n.PossibleRepeat = true
	want(t, smsText(n), text+" (possible repeat)")
}

func TestAMessageThatTakesSeveralSegmentsKeepsItsLinkWhereThatAsksForNoMore(t *testing.T) {
	const link = "https://tocsin.example.com/oncall"
	for _, c := range []struct {
		length int
		link   bool
	}{
		{160 - 1 - len(link), true},
		{160 - len(link), false},
		{160, false},
		{161, true},
		{304 - 1 - len(link), true},
		{304 - len(link), false},
		{304, false},
		{456 - 1 - len(link), true},
		{456, false},
	} {
		words := strings.Repeat("x", c.length)
		text, found := strings.CutSuffix(smsText(notifierstest.Message("s", words)), " "+link)
		if text != words || found != c.link {
			t.Errorf("%d characters: %d are left, with the link: %v", c.length, len(text), found)
		}
	}
}

func TestALongMessageIsCutAfterThreeSegmentsAndStillSaysThatItMayBeARepeat(t *testing.T) {
	n := notifierstest.Message("s", strings.Repeat("long ", 90), strings.Repeat("longer ", 60))
	n.PossibleRepeat = true
	text := smsText(n)
	if got := len(decode(t, text)); got > 3*152 || got < 3*152-10 || !strings.HasSuffix(text, ".. (possible repeat)") {
		t.Errorf("%d septets: %q", got, text)
	}
}

func TestAHostileMessageStaysGSM7OnOneLine(t *testing.T) {
	for _, s := range notifierstest.Hostile() {
		text := smsText(notifierstest.TaintedMessage(s))
		if got := len(decode(t, text)); got > 3*152 || text == "" || strings.ContainsAny(text, "\r\n\x1b") {
			t.Errorf("%d septets, %.40q makes %q", got, s, text)
		}
	}
}
