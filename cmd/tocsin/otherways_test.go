package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers/notifierstest"
)

func TestAPageThatNoProviderAcceptsInTimeGoesToThePersonsNextChannel(t *testing.T) {
	s := newSite(t, "channels: [sms, email, slack]", "channels: [sms]\n    failover: 1s")
	s.start()
	s.twilio.FailNext(1, notifierstest.Hang)
	s.send(firstAlerts(time.Now())[0])
	ctx := patience(t)
	calls, err := s.twilio.WaitCalls(ctx, 1)
	must(t, err)
	if calls[0].To != "+15005550003" {
		t.Errorf("called %s, want the phone that no SMS has reached", calls[0].To)
	}
	_, err = s.slack.WaitFor(ctx, func(ms []notifierstest.SlackMessage) bool { return len(directTo(ms, "U0SYS")) == 1 }) // nobody answers the call
	must(t, err)
	if n := len(s.smtp.Messages()); n > 0 {
		t.Errorf("%d emails, though Slack has accepted the page", n)
	}
	saw := false
	for _, e := range s.only().Timeline {
		saw = saw || strings.Contains(e.Text, "sms was not accepted within 1 s")
	}
	if !saw {
		t.Errorf("the timeline does not say why: %+v", s.only().Timeline)
	}
}

func TestWhereAllChannelsOfAPersonFailTheNextPersonIsTold(t *testing.T) {
	s := newSite(t, "channels: [sms, email, slack]", "channels: [sms]\n    failover: 1s",
		"email: sysadmin@example.com, slack: U0SYS, reach: on-call", "reach: on-call")
	s.start()
	s.twilio.Refuse("+15005550003", 21211)
	s.send(firstAlerts(time.Now())[0])
	sms, err := s.twilio.Wait(patience(t), 1)
	must(t, err)
	if sms[0].To != "+15005550004" {
		t.Errorf("SMS to %s, want the manager, who is next in the plan", sms[0].To)
	}
}

// monday is a business day in winter, and its clock stands still until it is set.
func (s *site) monday(at string) {
	s.t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	must(s.t, err)
	when, err := time.ParseInLocation("2006-01-02 15:04", "2026-02-02 "+at, zone)
	must(s.t, err)
	s.db.SetClock(s.t, when)
}

func TestADigestWaitsForItsHourAndLeavesAsOneMail(t *testing.T) {
	s := newSite(t, "meaning: Cosmetic issues, no user impact", "meaning: Cosmetic issues, no user impact\n    digest: \"09:00\"",
		"{after: next business day, page: on-call}", "{after: 0m, page: on-call}")
	s.monday("07:00")
	s.start()
	for i := range 3 {
		s.send(payload(time.Now(), alerting.Labels{"alertname": "CertificateExpiresSoon", "service": fmt.Sprintf("shop-%d", i), "severity": "info"}, nil))
	}
	eventually(t, "three pages wait", func() bool { return s.waiting() == 3 })
	if n := len(s.smtp.Messages()); n > 0 {
		t.Errorf("%d emails before the hour", n)
	}
	s.monday("09:00")
	mails, err := s.smtp.Wait(patience(t), 1)
	must(t, err)
	eventually(t, "nothing is left to send", func() bool { return s.waiting() == 0 })
	if n := len(s.smtp.Messages()); n != 1 || !strings.Contains(mails[0].Subject, "3 incidents") {
		t.Fatalf("%d emails, the first %q", n, mails[0].Subject)
	}
	for i := range 3 {
		if !strings.Contains(mails[0].Text, fmt.Sprintf("shop-%d", i)) {
			t.Errorf("no shop-%d in\n%s", i, mails[0].Text)
		}
	}
}

// waiting counts the pages that are not with their provider.
func (s *site) waiting() (n int) {
	s.t.Helper()
	must(s.t, s.db.Pool.QueryRow(s.t.Context(), `SELECT count(*) FROM pages WHERE state IN ('queued', 'sending', 'unknown')`).Scan(&n))
	return n
}

func TestWhoeverAcknowledgedIsRemindedOfWhatIsStillOpen(t *testing.T) {
	s := newSite(t, "channels: [sms, email, slack]", "channels: [sms]\n    failover: 0\n    remind: 4h")
	s.monday("10:00")
	s.start()
	s.send(firstAlerts(time.Now())[0])
	ctx := patience(t)
	_, err := s.twilio.Wait(ctx, 1)
	must(t, err)
	eventually(t, "the page is known as sent", func() bool { return s.only().Pages[0].State == "sent" })
	if code, _, err := s.twilio.Incoming(ctx, s.base+"/twilio/sms", "+15005550003", "ACK"); err != nil || code != http.StatusOK {
		t.Fatalf("ACK: %d, %v", code, err)
	}
	eventually(t, "it is acknowledged", func() bool { return s.only().State == "acknowledged" })
	for _, at := range []string{"14:00", "18:00"} {
		before := s.reminders()
		s.monday(at)
		eventually(t, "a reminder comes", func() bool { return s.reminders() > before })
	}
	if n := s.reminders(); n != 2 {
		t.Errorf("%d reminders in eight hours, want 2", n)
	}
}

// reminders counts the SMS to who is on call that say that an incident is still open.
func (s *site) reminders() (n int) {
	for _, m := range s.twilio.Messages() {
		if m.To == "+15005550003" && strings.Contains(strings.ToLower(m.Body), "still open") {
			n++
		}
	}
	return n
}

func TestWhatTheBudgetHoldsBackComesInOneSMS(t *testing.T) {
	s := newSite(t, "channels: [email, slack]", "channels: [sms]", "watchdog: {url", "  budget: {sms: 1 per 5s}\nwatchdog: {url")
	s.start()
	ctx := patience(t)
	s.send(firingOf("HighErrorRate", "backend"))
	_, err := s.twilio.Wait(ctx, 1)
	must(t, err)
	for i := range 4 {
		s.send(firingOf("HighErrorRate", fmt.Sprintf("backend-%d", i)))
	}
	sms, err := s.twilio.Wait(ctx, 2)
	must(t, err)
	if !strings.HasPrefix(sms[0].Body, "P1 #") || !strings.HasPrefix(sms[1].Body, "4 incidents, 4 P1: #") {
		t.Errorf("%q, then %q", sms[0].Body, sms[1].Body)
	}
	if apart := sms[1].At.Sub(sms[0].At); apart < 5*time.Second {
		t.Errorf("%s apart, want 5s at least", apart)
	}
	eventually(t, "all five pages are sent", func() bool { return s.unsent(t).alerts == 0 })
	s.none(t, "pages that are not sent", `SELECT count(*) FROM pages WHERE state <> 'sent'`)
}
