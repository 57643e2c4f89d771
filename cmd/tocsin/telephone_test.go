package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/notifiers/notifierstest"
)

// about is the incident of a service, once there is one.
func (s *site) about(service string) (found incident) {
	s.t.Helper()
	eventually(s.t, service+" has an incident", func() bool {
		var list struct {
			Incidents []struct {
				ID     int64
				Labels map[string]string
			}
		}
		s.api(http.MethodGet, "/incidents", &list)
		for _, i := range list.Incidents {
			if i.Labels["service"] == service {
				found = s.incident(i.ID)
				return true
			}
		}
		return false
	})
	return found
}

// pageOver is the state of a service's page over a channel and the last error of its attempts, once ok holds for them.
func (s *site) pageOver(service, channel string, ok func(state, why string) bool) (state, why string) {
	s.t.Helper()
	eventually(s.t, service+"'s page over "+channel, func() bool {
		for _, p := range s.about(service).Pages {
			if p.Channel == channel && len(p.Attempts) > 0 {
				state, why = p.State, p.Attempts[len(p.Attempts)-1].Error
				return ok(state, why)
			}
		}
		return false
	})
	return state, why
}

func ends(want string) func(state, why string) bool {
	return func(state, _ string) bool { return state == want }
}

// smsOf waits for the SMS about a service.
func (s *site) smsOf(service string) (m notifierstest.TwilioMessage) {
	s.t.Helper()
	_, err := s.twilio.WaitFor(patience(s.t), func(ms []notifierstest.TwilioMessage) bool {
		at := slices.IndexFunc(ms, func(m notifierstest.TwilioMessage) bool { return strings.Contains(m.Body, service+":") })
		if at >= 0 {
			m = ms[at]
		}
		return at >= 0
	})
	must(s.t, err)
	return m
}

// words sends STOP or START from the phone of who is on call.
func (s *site) words(word string) {
	s.t.Helper()
	if code, _, err := s.twilio.Incoming(s.t.Context(), s.base+"/twilio/sms", "+15005550003", word); err != nil || code != http.StatusOK {
		s.t.Fatalf("%s: %d, %v", word, code, err)
	}
}

// stoppedSMS is since when who is on call has stopped SMS, as the API says; zero: they get them.
func (s *site) stoppedSMS() time.Time {
	s.t.Helper()
	var now struct {
		Roles []struct {
			People []struct {
				NoSMSSince time.Time `json:"no_sms_since"`
			}
		}
	}
	s.api(http.MethodGet, "/oncall?role=on-call", &now)
	if len(now.Roles) != 1 || len(now.Roles[0].People) != 1 {
		s.t.Fatalf("on call: %+v", now)
	}
	return now.Roles[0].People[0].NoSMSSince
}

func TestPagesReachAPersonPastARefusedSenderASTOPAndASpentDay(t *testing.T) {
	edits := append(overOnly("sms"), "channels: [email, slack]", "channels: [sms]",
		"twilio: {account_sid", `twilio: {from_fallback: "+15005550007", daily: 8, reserved_for_p0: 50%, account_sid`,
		"watchdog: {url", "  budget: {sms: none, voice: none}\nwatchdog: {url")
	s := newSite(t, edits...)
	s.start()

	// A sender that is refused, or whose queue is full: the other one sends at once, within the same attempt.
	for code, service := range map[int]string{21606: "gateway", 21611: "billing"} {
		s.twilio.Bar(notifierstest.TwilioFrom, code)
		s.send(firingOf("SystemDown", service))
		if m := s.smsOf(service); m.From != notifierstest.TwilioOther {
			t.Errorf("%d: sent from %s", code, m.From)
		}
		s.pageOver(service, "sms", ends("sent"))
		for _, p := range s.about(service).Pages {
			if p.Channel != "sms" || len(p.Attempts) != 1 {
				t.Errorf("%d: %+v", code, p)
			}
		}
	}
	s.twilio.Bar(notifierstest.TwilioFrom, 0)

	// STOP: no SMS, and the next channel instead, until START.
	s.words("STOP")
	if s.stoppedSMS().IsZero() {
		t.Error("the API does not say who has stopped SMS")
	}
	s.send(firingOf("SystemDown", "search"))
	if _, why := s.pageOver("search", "sms", ends("failed")); !strings.Contains(why, "has sent STOP and gets no SMS until they send START") || strings.Contains(why, "5550003") {
		t.Errorf("the page says %q", why)
	}
	s.pageOver("search", "voice", ends("sent"))
	if calls := s.twilio.Calls(); len(calls) != 1 || calls[0].To != "+15005550003" {
		t.Errorf("called %+v", calls)
	}
	s.words("START")
	if since := s.stoppedSMS(); !since.IsZero() {
		t.Errorf("after START they have stopped SMS since %s", since)
	}
	s.send(firingOf("SystemDown", "mailer"))
	s.smsOf("mailer")

	// Three SMS have left of the four that are not reserved for P0.
	s.send(firingOf("HighErrorRate", "shop"))
	s.smsOf("shop")
	s.send(firingOf("HighErrorRate", "cart"))
	if _, why := s.pageOver("cart", "sms", ends("failed")); !strings.Contains(why, "today's budget of 8 over sms is used up but for what is reserved for P0, and a P1 does not wait for midnight") {
		t.Errorf("beyond the day's budget the page says %q", why)
	}
	s.pageOver("cart", "voice", ends("sent")) // though the row of P1 has no failover
	if n := len(s.twilio.Calls()); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
	s.send(firingOf("SystemDown", "vault"))
	s.smsOf("vault")
	if n := len(s.twilio.Messages()); n != 5 {
		t.Errorf("%d SMS, want 5", n)
	}
	s.sealed()
}

// sealed waits until all that happened is in the ledger's chains.
func (s *site) sealed() {
	s.t.Helper()
	begin := time.Now()
	eventually(s.t, "every entry of the ledger is sealed", func() bool {
		var n int
		must(s.t, s.db.Pool.QueryRow(s.t.Context(), `SELECT count(*) FROM ledger WHERE seq IS NULL`).Scan(&n))
		return n == 0
	})
	s.t.Logf("all of the ledger is sealed %s after the last page", time.Since(begin).Round(time.Millisecond))
}

func TestANumberInACountryThatIsNotAllowedIsNeverCalledAndTheNextChannelTellsItsOwner(t *testing.T) {
	edits := append(overOnly("voice"), "twilio: {account_sid", `twilio: {countries: ["+49"], account_sid`)
	s := newSite(t, edits...)
	s.start()
	s.send(firingOf("SystemDown", "backend"))
	if _, why := s.pageOver("backend", "voice", ends("failed")); !strings.Contains(why, "+1500•••0003 is in a country that is not allowed: add its code to notifiers.twilio.countries (+49)") {
		t.Errorf("the page says %q", why)
	}
	ctx := patience(t)
	_, err := s.slack.WaitFor(ctx, func(ms []notifierstest.SlackMessage) bool { return len(directTo(ms, "U0SYS")) == 1 })
	must(t, err)
	s.pageOver("backend", "slack", ends("sent"))
	if n := s.twilio.Requests(); n != 0 {
		t.Errorf("Twilio was asked %d times", n)
	}
}
