package twilio_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/twilio"
)

// told is a Receipts and a Calls that keeps what it was told last: "attempt provider's name what".
type told struct {
	n    int
	last string
}

func (l *told) Receipt(_ context.Context, attempt string, r notifiers.Report) error {
	l.keep(attempt, r.ProviderID, string(r.Outcome)+" "+r.Error)
	return nil
}

func (l *told) NoteCall(_ context.Context, attempt, call string, e twilio.CallEvent, _ func([]twilio.CallEvent) twilio.CallResult) error {
	l.keep(attempt, call, string(e))
	return nil
}

func (l *told) keep(attempt, provider, what string) {
	l.n++
	l.last = attempt + " " + provider + " " + what
}

// reports are the addresses at which Twilio reports, and what arrives at them.
func reports() map[string]struct {
	handler func(t *twilio.Twilio, l *told) http.Handler
	form    func(i int) url.Values
	status  int
} {
	return map[string]struct {
		handler func(t *twilio.Twilio, l *told) http.Handler
		form    func(i int) url.Values
		status  int
	}{
		"/twilio/status": {func(t *twilio.Twilio, l *told) http.Handler { return t.StatusHandler(l) }, func(i int) url.Values {
			form := url.Values{
				"AccountSid": {notifierstest.TwilioSID}, "MessageSid": {fmt.Sprintf("SM%032x", i)}, "MessageStatus": {"delivered"},
				"From": {notifierstest.TwilioFrom}, "To": {"+15005550003"}, "ApiVersion": {"2010-04-01"},
			}
			if i%1000 == 0 {
				form.Set("MessageStatus", "undelivered")
				form.Set("ErrorCode", "30003")
			}
			return form
		}, http.StatusNoContent},
		"/twilio/voice/status": {func(t *twilio.Twilio, l *told) http.Handler {
			return t.CallHandlers(l, &inbox{}, (&inbox{}).apply)["/twilio/voice/status"]
		}, func(i int) url.Values {
			form := pressing("")
			form.Del("Digits")
			form.Set("CallSid", fmt.Sprintf("CA%032x", i))
			form.Set("CallStatus", "completed")
			return form
		}, http.StatusNoContent},
	}
}

// A forged "delivered" would silence the next try of a page, and a forged "failed" would tell somebody else.
func TestNoMutatedReportIsTakenAndEveryRightOneIsBehindEveryProxy(t *testing.T) {
	t.Parallel()
	for path, at := range reports() {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			random, l := rand.New(rand.NewPCG(9, 10)), &told{}
			var good delivery
			var h http.Handler
			mutations, right := notifierstest.TortureRequests(), 0
			for i := range mutations {
				if i%500 == 0 {
					s := setUps[i/500%len(setUps)]
					h = at.handler(behind(s.public), l)
					attempt, form := fmt.Sprintf("?attempt=a-%d", i), at.form(i)
					called := strings.Replace(s.called, "/twilio/sms", path+attempt, 1)
					good = delivery{path + attempt, s.host, notifierstest.TwilioSignature(notifierstest.TwilioToken, called, form), []byte(form.Encode())}
					before := l.n
					if status := good.send(h); status != at.status || l.n != before+1 || !strings.HasPrefix(l.last, fmt.Sprintf("a-%d ", i)) {
						t.Fatalf("the right one behind %+v was answered %d, and %q is told", s, status, l.last)
					}
					right++
				}
				before := *l
				bad := good.mutate(random)
				bad.send(h)
				if l.last != before.last { // the same may be written in several ways: that is a second delivery
					t.Fatalf("mutation %d: %s %q told %q of %q", i, bad.path, bad.body, l.last, before.last)
				}
			}
			t.Logf("%s: %d mutated requests, none taken; %d right ones, all taken", path, mutations, right)
		})
	}
}
