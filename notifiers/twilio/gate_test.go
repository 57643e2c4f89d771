package twilio_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/twilio"
)

// store is what the channel asks and tells of days and wishes.
type store struct {
	spent int
	since time.Time
	at    time.Time
	out   bool
	err   error
}

func (s *store) Spent(_ context.Context, _ escalation.Channel, since time.Time) (int, error) {
	s.since = since
	return s.spent, s.err
}

func (s *store) OptedOut(_ context.Context, _ string, at time.Time, out bool) error {
	s.at, s.out = at, out
	return s.err
}

func (s *store) OptOut(context.Context, string) (time.Time, bool, error) { return s.at, s.out, s.err }

// gated is a channel with a store, at a clock, that may have more options.
func gated(t *testing.T, s *store, now *time.Time, more func(*twilio.Options)) (*twilio.Twilio, *notifierstest.Twilio, *bytes.Buffer) {
	fake, log := notifierstest.NewTwilio(t), &bytes.Buffer{}
	o := twilio.Options{
		AccountSID: notifierstest.TwilioSID, AuthToken: notifierstest.TwilioToken, From: notifierstest.TwilioFrom, APIURL: fake.URL, PublicURL: publicURL,
		Spending: s, OptOuts: s, Now: func() time.Time { return *now }, Log: slog.New(slog.NewTextHandler(log, nil)),
		Zone: time.FixedZone("CET", 3600),
	}
	if more != nil {
		more(&o)
	}
	return twilio.New(o), fake, log
}

func of(s alerting.Severity) notifiers.Notice {
	n := notifierstest.Notice()
	n.Page.Severity = s
	return n
}

func evening() *time.Time {
	now := time.Date(2026, 3, 2, 21, 30, 0, 0, time.UTC) // 22:30 in its zone
	return &now
}

func TestBeyondTheDaysBudgetAP0LeavesAP1GoesAnotherWayAndTheRestWaitsForMidnight(t *testing.T) {
	s := &store{spent: 400}
	ch, fake, log := gated(t, s, evening(), func(o *twilio.Options) { o.Budget = twilio.Budget{Daily: 500, Reserved: 20} })
	for _, sender := range []notifiers.Sender{ch, ch.Voice()} {
		for _, s := range []alerting.Severity{alerting.P2, alerting.P3} {
			_, err := sender.Send(t.Context(), of(s))
			expectFailure(t, err, notifiers.Temporary, "budget", 90*time.Minute)
		}
		_, err := sender.Send(t.Context(), of(alerting.P1))
		expectFailure(t, err, notifiers.Permanent, "budget", 0)
	}
	if begin := time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC); !s.since.Equal(begin) || fake.Requests() != 0 {
		t.Errorf("counted since %s, with %d requests", s.since, fake.Requests())
	}
	for _, spent := range []int{400, 500, 9000} {
		s.spent = spent
		if _, err := ch.Send(t.Context(), of(alerting.P0)); err != nil {
			t.Errorf("a P0 after %d: %v", spent, err)
		}
	}
	if n := strings.Count(log.String(), "a P0 leaves all the same"); n != 2 {
		t.Errorf("logged %d times: %s", n, log)
	}
	s.spent = 399
	if _, err := ch.Send(t.Context(), of(alerting.P3)); err != nil {
		t.Error(err)
	}
}

func TestWhatCannotBeCountedLeaves(t *testing.T) {
	ch, fake, _ := gated(t, &store{spent: 9, out: true, err: alerting.ErrUnavailable}, evening(), func(o *twilio.Options) { o.Budget.Daily = 1 })
	if _, err := ch.Send(t.Context(), of(alerting.P3)); err != nil || len(fake.Messages()) != 1 {
		t.Errorf("%v, %d messages", err, len(fake.Messages()))
	}
}

func TestTheBudgetsShareForP0IsNobodyElses(t *testing.T) {
	for _, c := range []struct {
		b     twilio.Budget
		s     alerting.Severity
		spent int
		want  bool
	}{
		{twilio.Budget{}, alerting.P3, 1 << 30, true},
		{twilio.Budget{Daily: 500, Reserved: 20}, alerting.P1, 399, true},
		{twilio.Budget{Daily: 500, Reserved: 20}, alerting.P1, 400, false},
		{twilio.Budget{Daily: 500, Reserved: 20}, alerting.P0, 499, true},
		{twilio.Budget{Daily: 500, Reserved: 20}, alerting.P0, 500, false},
		{twilio.Budget{Daily: 500, Reserved: 100}, alerting.P1, 0, false},
		{twilio.Budget{Daily: 3, Reserved: 20}, alerting.P2, 2, true}, // less than one message is reserved
	} {
		if got := c.b.Allows(c.s, c.spent); got != c.want {
			t.Errorf("%+v, %s after %d: %v", c.b, c.s, c.spent, got)
		}
	}
}

func TestACountryThatIsNotAllowedIsRefusedWithoutTwilio(t *testing.T) {
	ch, fake, _ := gated(t, &store{}, evening(), func(o *twilio.Options) { o.Countries = []string{"+49", "+43"} })
	for _, sender := range []notifiers.Sender{ch, ch.Voice()} {
		_, err := sender.Send(t.Context(), notifierstest.Notice())
		expectFailure(t, err, notifiers.Permanent, "country", 0)
		if !strings.Contains(err.Error(), "+1500•••0003 is in a country that is not allowed") || fake.Requests() != 0 {
			t.Errorf("%v, %d requests", err, fake.Requests())
		}
	}
	n := notifierstest.Notice()
	n.Person.Phone = "+4930123456"
	if _, err := ch.Send(t.Context(), n); err != nil {
		t.Error(err)
	}
	if twilio.CheckCodes([]string{"+49", "+1242"}) != nil || twilio.CheckCodes([]string{"49"}) == nil || twilio.CheckCodes([]string{"+0"}) == nil || twilio.CheckCodes([]string{""}) == nil {
		t.Error("a country code is what it is not")
	}
}

func TestTheFallbackNumberSendsWhereTheFirstIsRefused(t *testing.T) {
	with := func(o *twilio.Options) { o.FromFallback = notifierstest.TwilioOther }
	for code, used := range map[int]bool{21606: true, 21611: true, 21612: true, 21659: true, 30034: true, 21211: false, 21610: false, 20003: false, 20429: false} {
		ch, fake, _ := gated(t, &store{}, evening(), with)
		fake.Bar(notifierstest.TwilioFrom, code)
		_, err := ch.Send(t.Context(), notifierstest.Notice())
		if (err == nil) != used || len(fake.Messages()) != len(map[bool][]int{true: {1}}[used]) || used && fake.Messages()[0].From != notifierstest.TwilioOther {
			t.Errorf("%d: %v, %+v", code, err, fake.Messages())
		}
	}
	ch, fake, _ := gated(t, &store{}, evening(), with)
	fake.Bar(notifierstest.TwilioFrom, 21210)
	if _, err := ch.Voice().Send(t.Context(), notifierstest.Notice()); err != nil || fake.Calls()[0].From != notifierstest.TwilioOther {
		t.Errorf("%v, %+v", err, fake.Calls())
	}
}

func TestWhenBothNumbersAreRefusedItIsTriedAgainIfOneMayBeFreeSoon(t *testing.T) {
	for codes, class := range map[[2]int]notifiers.FailureClass{
		{21611, 21606}: notifiers.Temporary, {21606, 21611}: notifiers.Temporary, {21606, 21659}: notifiers.Misconfigured, {21606, 21612}: notifiers.Permanent,
	} {
		ch, fake, _ := gated(t, &store{}, evening(), func(o *twilio.Options) { o.FromFallback = notifierstest.TwilioOther })
		fake.Bar(notifierstest.TwilioFrom, codes[0])
		fake.Bar(notifierstest.TwilioOther, codes[1])
		_, err := ch.Send(t.Context(), notifierstest.Notice())
		if f := notifiers.AsFailure(err); err == nil || f.Class != class || !strings.Contains(err.Error(), "from the fallback number") {
			t.Errorf("%v: %v", codes, err)
		}
	}
	ch, fake, _ := gated(t, &store{}, evening(), func(o *twilio.Options) { o.FromFallback = notifierstest.TwilioOther })
	fake.FailNext(1, notifierstest.AcceptAndDrop)
	if _, err := ch.Send(t.Context(), notifierstest.Notice()); notifiers.AsFailure(err).Class != notifiers.Lost || len(fake.Messages()) != 1 {
		t.Errorf("one whose answer was lost was sent again: %v, %d", err, len(fake.Messages()))
	}
}

func TestWhoSendsSTOPGetsNoMoreUntilSTART(t *testing.T) {
	s, now := &store{}, evening()
	ch, fake, _ := gated(t, s, now, nil)
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	b := &inbox{}
	mux.Handle("POST /twilio/sms", heeding(server.URL, s, now).InboundHandler(b, b.apply))
	say := func(word string) {
		t.Helper()
		if status, body, err := fake.Incoming(t.Context(), server.URL+"/twilio/sms", "+15005550003", word); err != nil || status != 200 || strings.Contains(body, "Message") {
			t.Errorf("%s was answered %d %q, %v", word, status, body, err)
		}
	}
	say("HELP")
	say("Stop ")
	before := fake.Requests()
	_, err := ch.Send(t.Context(), notifierstest.Notice())
	expectFailure(t, err, notifiers.Permanent, "21610", 0)
	if fake.Requests() != before || !strings.Contains(err.Error(), "+1500•••0003 has sent STOP") || len(b.taken) != 0 {
		t.Errorf("%v, took %+v", err, b.taken)
	}
	if _, err := ch.Voice().Send(t.Context(), notifierstest.Notice()); err != nil {
		t.Errorf("STOP ends SMS, not calls: %v", err)
	}
	*now = now.Add(25 * time.Hour) // Twilio is asked again, and says the same
	_, err = ch.Send(t.Context(), notifierstest.Notice())
	expectFailure(t, err, notifiers.Permanent, "21610", 0)
	if fake.Requests() == before || !s.out || !s.at.Equal(*now) {
		t.Errorf("%+v", s)
	}
	say("START")
	if _, err := ch.Send(t.Context(), notifierstest.Notice()); err != nil || s.out {
		t.Errorf("%v, %+v", err, s)
	}
}

func TestASTARTThatNeverArrivedIsLearnedFromTwilioADayLater(t *testing.T) {
	s, now := &store{out: true}, evening()
	s.at = now.Add(-24*time.Hour - time.Second)
	ch, fake, _ := gated(t, s, now, nil)
	if _, err := ch.Send(t.Context(), notifierstest.Notice()); err != nil || s.out || len(fake.Messages()) != 1 {
		t.Errorf("%v, %+v", err, s)
	}
}

func TestTwiliosOwnWordForSTOPIsKeptAndOneThatCannotBeIsAskedForAgain(t *testing.T) {
	for kind, want := range map[string]bool{"STOP": true, "START": false, "HELP": false} {
		s := &store{}
		form := sms("ARRET")
		form.Set("OptOutType", kind)
		if code := toldOf(s, form); code != 200 || s.out != want || (kind == "HELP") != s.at.IsZero() {
			t.Errorf("%s: %d, %+v", kind, code, s)
		}
	}
	if code := toldOf(&store{err: errors.New("disk full")}, sms("STOP")); code != http.StatusServiceUnavailable {
		t.Errorf("answered %d", code)
	}
}

func TestAReportThatSomebodyOptedOutIsKept(t *testing.T) {
	s, w := &store{}, httptest.NewRecorder()
	heeding(publicURL, s, evening()).StatusHandler(&recorder{}).ServeHTTP(w, callback("undelivered", "21610"))
	if w.Code != http.StatusNoContent || !s.out {
		t.Errorf("answered %d, %+v", w.Code, s)
	}
}

// heeding is the account behind a public URL with a store of wishes.
func heeding(public string, s *store, now *time.Time) *twilio.Twilio {
	return twilio.New(twilio.Options{
		AccountSID: notifierstest.TwilioSID, AuthToken: notifierstest.TwilioToken, PublicURL: public, OptOuts: s, Now: func() time.Time { return *now },
	})
}

func toldOf(s *store, form url.Values) int {
	b, w := &inbox{}, httptest.NewRecorder()
	heeding(publicURL, s, evening()).InboundHandler(b, b.apply).ServeHTTP(w, signed(publicURL+"/twilio/sms", form))
	return w.Code
}

func TestNumbersAreMaskedInErrors(t *testing.T) {
	for number, masked := range map[string]string{"+15005550001": "+1500•••0001", "+4930123456": "+4930•••3456", "+493012": "+4•••12", "12345": "•••", "": "•••"} {
		want(t, twilio.Mask(number), masked)
	}
	ch, fake, _ := gated(t, &store{}, evening(), nil)
	fake.Refuse("+15005550003", 21999)
	_, err := ch.Voice().Send(t.Context(), notifierstest.Notice())
	if err == nil || strings.Contains(err.Error(), "5550003") || !strings.Contains(err.Error(), "+1500•••0003") {
		t.Errorf("%v", err)
	}
}
