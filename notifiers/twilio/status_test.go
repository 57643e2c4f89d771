package twilio_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tocsin/alerting"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/twilio"
)

// recorder is a Receipts that remembers what it was told.
type recorder struct {
	got    []string
	passes bool // the last said that it failed for a cause that may pass
	err    error
}

func (r *recorder) Receipt(_ context.Context, attempt string, told notifiers.Report) error {
	r.got = append(r.got, strings.Join([]string{attempt, told.ProviderID, string(told.Outcome), told.Error}, "|"))
	r.passes = told.Outcome == notifiers.OutcomeFailed && told.Class == notifiers.Temporary
	return r.err
}

const publicURL = "https://tocsin.example.com"

func verifier() *twilio.Twilio {
	return twilio.New(twilio.Options{AccountSID: notifierstest.TwilioSID, AuthToken: notifierstest.TwilioToken, PublicURL: publicURL})
}

func callback(status, code string) *http.Request {
	form := url.Values{"AccountSid": {notifierstest.TwilioSID}, "MessageSid": {sid}, "MessageStatus": {status}, "To": {"+15005550003"}}
	if code != "" {
		form.Set("ErrorCode", code)
	}
	return signed(publicURL+"/twilio/status?attempt=a-1", form)
}

func signed(target string, form url.Values) *http.Request {
	u, _ := url.Parse(target)
	r := httptest.NewRequest(http.MethodPost, u.RequestURI(), strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", notifierstest.TwilioSignature(notifierstest.TwilioToken, target, form))
	return r
}

func TestEachStatusIsStoredAsItsOutcome(t *testing.T) {
	for _, c := range []struct{ status, code, want string }{
		{"queued", "", "a-1|" + sid + "|sent|"},
		{"sending", "", "a-1|" + sid + "|sent|"},
		{"sent", "", "a-1|" + sid + "|sent|"},
		{"delivered", "", "a-1|" + sid + "|delivered|"},
		{"undelivered", "30003", "a-1|" + sid + "|failed|Twilio reports the message as undelivered: the handset cannot be reached: it is off or out of range (30003)"},
		{"failed", "39999", "a-1|" + sid + "|failed|Twilio reports the message as failed (39999)"},
		{"failed", "", "a-1|" + sid + "|failed|Twilio reports the message as failed"},
		{"of_the_future", "", ""},
	} {
		recv, w := &recorder{}, httptest.NewRecorder()
		verifier().StatusHandler(recv).ServeHTTP(w, callback(c.status, c.code))
		if w.Code != http.StatusNoContent {
			t.Errorf("%s: answered %d", c.status, w.Code)
		}
		want(t, strings.Join(recv.got, "\n"), c.want)
	}
}

func TestTheStoresErrorBecomesTheAnswer(t *testing.T) {
	for err, code := range map[error]int{alerting.ErrNotFound: 404, alerting.ErrUnavailable: 503, errors.New("disk full"): 503} {
		w := httptest.NewRecorder()
		verifier().StatusHandler(&recorder{err: err}).ServeHTTP(w, callback("sent", ""))
		if w.Code != code || strings.Contains(w.Body.String(), "disk") {
			t.Errorf("%v: answered %d %q, want %d", err, w.Code, w.Body, code)
		}
	}
}

func TestForgedRequestsAreRefused(t *testing.T) {
	forge := map[string]func(*http.Request){
		"no signature":      func(r *http.Request) { r.Header.Del("X-Twilio-Signature") },
		"another signature": func(r *http.Request) { r.Header.Set("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=") },
		"another attempt":   func(r *http.Request) { r.URL.RawQuery = "attempt=a-2" },
		"another path":      func(r *http.Request) { r.URL.Path = "/twilio/sms" },
		"a changed body": func(r *http.Request) {
			*r = *withBody(r, "AccountSid="+notifierstest.TwilioSID+"&MessageSid="+sid+"&MessageStatus=delivered&To=%2B15005550003")
		},
		"a field more": func(r *http.Request) {
			*r = *withBody(r, "AccountSid="+notifierstest.TwilioSID+"&MessageSid="+sid+"&MessageStatus=sent&To=%2B15005550003&X=y")
		},
		"a field twice": func(r *http.Request) {
			*r = *withBody(r, "AccountSid="+notifierstest.TwilioSID+"&MessageSid="+sid+"&MessageStatus=sent&MessageStatus=failed&To=%2B15005550003")
		},
		"signed for another host": func(r *http.Request) { r.Header.Set("X-Twilio-Signature", sign("https://evil.example")) },
	}
	for name, change := range forge {
		recv, w := &recorder{}, httptest.NewRecorder()
		r := callback("sent", "")
		change(r)
		verifier().StatusHandler(recv).ServeHTTP(w, r)
		if w.Code != http.StatusForbidden || len(recv.got) > 0 {
			t.Errorf("%s: answered %d, stored %q", name, w.Code, recv.got)
		}
	}
}

func sign(host string) string {
	return notifierstest.TwilioSignature(notifierstest.TwilioToken, host+"/twilio/status?attempt=a-1", url.Values{"AccountSid": {notifierstest.TwilioSID}, "MessageSid": {sid}, "MessageStatus": {"sent"}, "To": {"+15005550003"}})
}

func withBody(r *http.Request, body string) *http.Request {
	out := httptest.NewRequest(http.MethodPost, r.URL.RequestURI(), strings.NewReader(body))
	out.Header = r.Header
	return out
}

func TestTheHostHeaderIsNotBelieved(t *testing.T) {
	r := callback("sent", "")
	r.Host = "evil.example"
	w := httptest.NewRecorder()
	verifier().StatusHandler(&recorder{}).ServeHTTP(w, r)
	if w.Code != http.StatusNoContent {
		t.Errorf("a rightly signed request behind a proxy was answered %d", w.Code)
	}
	r = signed("https://evil.example/twilio/status?attempt=a-1", url.Values{"MessageStatus": {"sent"}})
	r.Host = "evil.example"
	if verifier().Verify(r, url.Values{"MessageStatus": {"sent"}}) {
		t.Error("a signature for the Host header's address was accepted")
	}
}

func TestWithoutATokenNothingIsBelieved(t *testing.T) {
	form := url.Values{"MessageStatus": {"sent"}}
	r := signed(publicURL+"/twilio/status", form)
	r.Header.Set("X-Twilio-Signature", notifierstest.TwilioSignature("", publicURL+"/twilio/status", form))
	if twilio.New(twilio.Options{PublicURL: publicURL}).Verify(r, form) {
		t.Error("a request signed with an empty token was accepted")
	}
}

func TestTheProvidersOwnCallbackComesThrough(t *testing.T) {
	fake, recv := notifierstest.NewTwilio(t), &recorder{}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	ch := twilio.New(twilio.Options{AccountSID: notifierstest.TwilioSID, AuthToken: notifierstest.TwilioToken, From: notifierstest.TwilioFrom, APIURL: fake.URL, PublicURL: server.URL})
	mux.Handle("POST /twilio/status", ch.StatusHandler(recv))
	n := notifierstest.Notice()
	if _, err := ch.Send(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	code, err := fake.Report(t.Context(), fake.Messages()[0], "delivered", "")
	if err != nil || code != http.StatusNoContent {
		t.Fatalf("answered %d, %v", code, err)
	}
	want(t, strings.Join(recv.got, "\n"), n.AttemptID+"|"+fake.Messages()[0].SID+"|delivered|")
}

func FuzzStatusHandler(f *testing.F) {
	f.Add("MessageSid="+sid+"&MessageStatus=sent", "AAAA", "attempt=a")
	f.Add("MessageStatus=%zz", "", "%zz")
	f.Fuzz(func(t *testing.T, body, signature, query string) {
		recv, w := &recorder{}, httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "/twilio/status", strings.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Twilio-Signature", signature)
		verifier().StatusHandler(recv).ServeHTTP(w, r)
		if len(recv.got) > 0 {
			t.Errorf("an unsigned request was stored: %q", recv.got)
		}
	})
}

func TestAReportSaysWhetherItsCauseMayPass(t *testing.T) {
	for code, want := range map[string]bool{"30003": true, "30008": true, "30005": false, "30006": false, "21610": false, "": false} {
		recv := &recorder{}
		verifier().StatusHandler(recv).ServeHTTP(httptest.NewRecorder(), callback("undelivered", code))
		if len(recv.got) != 1 || recv.passes != want {
			t.Errorf("%q: %v, may pass %v", code, recv.got, recv.passes)
		}
	}
}
