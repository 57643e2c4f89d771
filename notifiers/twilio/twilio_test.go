package twilio_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/twilio"
)

var (
	_ notifiers.Sender   = (*twilio.Twilio)(nil)
	_ notifiers.Renderer = (*twilio.Twilio)(nil)
	_ notifiers.Sender   = (*twilio.Voice)(nil)
	_ notifiers.Renderer = (*twilio.Voice)(nil)
)

func channel(t *testing.T) (*twilio.Twilio, *notifierstest.Twilio) {
	fake := notifierstest.NewTwilio(t)
	return twilio.New(twilio.Options{
		AccountSID: notifierstest.TwilioSID, AuthToken: notifierstest.TwilioToken, From: notifierstest.TwilioFrom,
		APIURL: fake.URL, PublicURL: "http://127.0.0.1:8080/", HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	}), fake
}

func TestAPageArrivesAsAnSMSWithItsCallback(t *testing.T) {
	ch, fake := channel(t)
	receipt, err := ch.Send(t.Context(), notifierstest.Notice())
	if err != nil {
		t.Fatal(err)
	}
	ms, err := fake.Wait(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	want(t, receipt.ProviderID, ms[0].SID)
	want(t, ms[0].To, "+15005550003")
	want(t, ms[0].Body, "P0 #412 SystemDown backend: reply ACK 412 "+notifierstest.Notice().ActURL)
	want(t, ms[0].StatusCallback, "http://127.0.0.1:8080/twilio/status?attempt=0198f6a2-7c1e-7d30-9c55-2f1f0c8d4b11")
	if !receipt.Receipts {
		t.Error("the receipt does not promise that delivery will be reported")
	}
}

func TestEachFaultIsWhatItIs(t *testing.T) {
	for name, c := range map[string]struct {
		fault    notifierstest.Fault
		class    notifiers.FailureClass
		code     string
		retry    time.Duration
		accepted int
	}{
		"a 502 with an HTML body is lost":         {notifierstest.ServerError, notifiers.Lost, "502", 0, 0},
		"a 429 says when to come back":            {notifierstest.RateLimited, notifiers.Temporary, "20429", 7 * time.Second, 0},
		"an unsubscribed number is permanent":     {notifierstest.Refused, notifiers.Permanent, "21610", 0, 0},
		"no answer in time is lost":               {notifierstest.Hang, notifiers.Lost, "", 0, 0},
		"a connection closed unanswered is lost":  {notifierstest.Drop, notifiers.Lost, "", 0, 0},
		"accepted, the answer lost":               {notifierstest.AcceptAndDrop, notifiers.Lost, "", 0, 1},
		"accepted, an answer nobody can read":     {notifierstest.Garbage, notifiers.Lost, "200", 0, 1},
		"an answer too slow for the time is lost": {notifierstest.Slow, notifiers.Lost, "200", 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			ch, fake := channel(t)
			fake.FailNext(1, c.fault)
			fake.RetryAfter(7 * time.Second)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			_, err := ch.Send(ctx, notifierstest.Notice())
			expectFailure(t, err, c.class, c.code, c.retry)
			if got := len(fake.Messages()); got != c.accepted {
				t.Errorf("%d messages accepted, want %d", got, c.accepted)
			}
			if _, err := ch.Send(t.Context(), notifierstest.Notice()); err != nil {
				t.Errorf("the next page did not go out: %v", err)
			}
		})
	}
}

func TestWhatNeverLeftIsTemporary(t *testing.T) {
	fake := notifierstest.NewTwilio(t)
	ch := twilio.New(twilio.Options{AccountSID: notifierstest.TwilioSID, AuthToken: notifierstest.TwilioToken, APIURL: fake.URL})
	fake.Close()
	_, err := ch.Send(t.Context(), notifierstest.Notice())
	expectFailure(t, err, notifiers.Temporary, "", 0)
}

func TestADoneContextSendsNothing(t *testing.T) {
	ch, fake := channel(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := ch.Send(ctx, notifierstest.Notice())
	expectFailure(t, err, notifiers.Temporary, "", 0)
	if fake.Requests() != 0 {
		t.Error("a request was made under a context that was done")
	}
}

func TestTwiliosCodesDecide(t *testing.T) {
	for code, class := range map[int]notifiers.FailureClass{
		21211: notifiers.Permanent, 21610: notifiers.Permanent, 21614: notifiers.Permanent,
		21408: notifiers.Permanent, 21608: notifiers.Permanent,
		20003: notifiers.Misconfigured, 20005: notifiers.Misconfigured, 21606: notifiers.Misconfigured, 21609: notifiers.Misconfigured,
		30002: notifiers.Misconfigured, 30034: notifiers.Misconfigured,
		21611: notifiers.Temporary, 30001: notifiers.Temporary, 14107: notifiers.Temporary,
	} {
		ch, fake := channel(t)
		n := notifierstest.Notice()
		fake.Refuse(n.Person.Phone, code)
		_, err := ch.Send(t.Context(), n)
		if f := notifiers.AsFailure(err); err == nil || f.Class != class {
			t.Errorf("%d is %v, want %v", code, err, class)
		}
	}
}

func TestTwiliosCodesDecideForCallsToo(t *testing.T) {
	for code, class := range map[int]notifiers.FailureClass{
		21211: notifiers.Permanent, 21214: notifiers.Permanent, 21215: notifiers.Permanent, 21216: notifiers.Permanent, 21217: notifiers.Permanent,
		21203: notifiers.Permanent, 21219: notifiers.Permanent, 21205: notifiers.Misconfigured, 21210: notifiers.Misconfigured, 10004: notifiers.Temporary,
	} {
		ch, fake := channel(t)
		n := notifierstest.Notice()
		fake.Refuse(n.Person.Phone, code)
		_, err := ch.Voice().Send(t.Context(), n)
		if f := notifiers.AsFailure(err); err == nil || f.Class != class {
			t.Errorf("%d is %v, want %v", code, err, class)
		}
	}
}

func TestACallIsPlacedWithAllThatTwilioNeeds(t *testing.T) {
	ch, fake := channel(t)
	for _, n := range []notifiers.Notice{notifierstest.Notice(), notifierstest.Tainted(strings.Repeat("Größe 7 ", 900)), bundle(37)} {
		if _, err := ch.Voice().Send(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	c := fake.Calls()[0]
	want(t, c.To+" "+c.From, "+15005550003 "+notifierstest.TwilioFrom)
	want(t, c.StatusCallback, "http://127.0.0.1:8080/twilio/voice/status?attempt=0198f6a2-7c1e-7d30-9c55-2f1f0c8d4b11")
	want(t, strings.Join(c.Events, " "), "initiated ringing answered completed")
	want(t, c.MachineDetection, "DetectMessageEnd")
	want(t, c.FallbackURL, c.URL)
	if !strings.HasPrefix(c.URL, "http://127.0.0.1:8080/twilio/voice?attempt=0198f6a2-7c1e-7d30-9c55-2f1f0c8d4b11&incident=412&") {
		t.Errorf("asks at %s", c.URL)
	}
}

func TestACallWhoseAnswerWasLostIsLost(t *testing.T) {
	for fault, class := range map[notifierstest.Fault]notifiers.FailureClass{
		notifierstest.ServerError: notifiers.Lost, notifierstest.RateLimited: notifiers.Temporary, notifierstest.Drop: notifiers.Lost,
		notifierstest.AcceptAndDrop: notifiers.Lost, notifierstest.Garbage: notifiers.Lost,
	} {
		ch, fake := channel(t)
		fake.FailNext(1, fault)
		if _, err := ch.Voice().Send(t.Context(), notifierstest.Notice()); err == nil || notifiers.AsFailure(err).Class != class {
			t.Errorf("fault %d: %v", fault, err)
		}
	}
}

func TestAWrongTokenIsTheChannelsFaultAndNotShown(t *testing.T) {
	fake := notifierstest.NewTwilio(t)
	ch := twilio.New(twilio.Options{AccountSID: notifierstest.TwilioSID, AuthToken: "secretsecret", From: notifierstest.TwilioFrom, APIURL: fake.URL})
	_, err := ch.Send(t.Context(), notifierstest.Notice())
	expectFailure(t, err, notifiers.Misconfigured, "20003", 0)
	if strings.Contains(err.Error(), "secretsecret") {
		t.Errorf("the error shows the token: %v", err)
	}
}

func TestTheStatusDecidesWhereTheCodeIsNotKnown(t *testing.T) {
	for answer, class := range map[string]notifiers.FailureClass{
		`401 {"code": 20999}`: notifiers.Misconfigured, `403 {"code": 20999}`: notifiers.Misconfigured,
		`403 {"code": 21408}`: notifiers.Permanent, // of one recipient, whatever the status
		`403 <html>`:          notifiers.Misconfigured,
		`400 {"code": 29999}`: notifiers.Permanent, `500 {"code": 20500}`: notifiers.Lost, `503 {"code": 20503}`: notifiers.Temporary,
		`201 {"sid": "SM1", "error_code": 30005}`: notifiers.Permanent,
		`201 {"sid": "SM1", "error_code": 30002}`: notifiers.Misconfigured,
	} {
		_, err := answering(t, answer).Send(t.Context(), notifierstest.Notice())
		if f := notifiers.AsFailure(err); err == nil || f.Class != class {
			t.Errorf("%s is %v, want %v", answer, err, class)
		}
	}
}

func TestAReportIsWaitedForOnlyWhereTwilioHasNotAnsweredThatItBroke(t *testing.T) {
	for answer, waits := range map[string]bool{`502 <html>`: false, `500 {"code": 20500}`: false, `201 <html>`: true} {
		receipt, err := answering(t, answer).Send(t.Context(), notifierstest.Notice())
		if f := notifiers.AsFailure(err); err == nil || f.Class != notifiers.Lost || receipt.Receipts != waits {
			t.Errorf("%s: %v, a report is waited for: %v", answer, err, receipt.Receipts)
		}
	}
}

// answering is a channel whose provider always answers with a status and a body.
func answering(t *testing.T, answer string) *twilio.Twilio {
	status, body, _ := strings.Cut(answer, " ")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		code, _ := strconv.Atoi(status)
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return twilio.New(twilio.Options{AccountSID: "AC1", AuthToken: "t", From: "+15005550006", APIURL: server.URL})
}

func expectFailure(t *testing.T, err error, class notifiers.FailureClass, code string, retry time.Duration) {
	t.Helper()
	if err == nil {
		t.Fatal("it went out")
	}
	if f := notifiers.AsFailure(err); f.Class != class || f.Code != code || f.RetryAfter != retry {
		t.Errorf("got %v, code %q, retry after %v (%v); want %v, %q, %v", f.Class, f.Code, f.RetryAfter, err, class, code, retry)
	}
}
