package main

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/notifiers/notifierstest"
)

// declared is every route of the whole program. Who may ask for those of package web is proven there;
// those that a provider calls are judged by its signature, which is proven here.
var declared = []string{
	"GET /", "GET /a/{token}", "GET /api/openapi.json", "GET /api/v1/audit", "GET /api/v1/health",
	"GET /api/v1/incidents", "GET /api/v1/incidents/{id}", "GET /api/v1/outbox", "GET /events", "GET /healthz",
	"GET /api/v1/absences", "GET /api/v1/incidents/{id}/why", "GET /api/v1/oncall", "GET /api/v1/overrides", "GET /api/v1/swaps",
	"GET /ical/{kind}/{name}/{secret}.ics", "GET /incidents/{id}/why", "GET /incidents/{id}/delivery", "GET /api/v1/incidents/{id}/delivery", "GET /oncall", "GET /whatif",
	"GET /incidents/{id}", "GET /metrics", "GET /outbox", "GET /outbox/{id}/html", "GET /readyz", "GET /signin",
	"GET /static/{file}",
	"POST /a/{token}", "POST /api/v1/incidents", "POST /api/v1/incidents/{id}/acknowledge",
	"POST /api/v1/incidents/{id}/assign", "POST /api/v1/incidents/{id}/escalate", "POST /api/v1/incidents/{id}/note",
	"POST /api/v1/incidents/{id}/reopen", "POST /api/v1/incidents/{id}/resolve", "POST /api/v1/incidents/{id}/snooze",
	"POST /incidents/{id}/{verb:acknowledge|resolve|reopen|escalate|snooze|assign|note|severity|merge|split|jump|mute|unmute}",
	"POST /api/v1/incidents/{id}/severity", "POST /api/v1/incidents/{id}/merge", "POST /api/v1/incidents/{id}/split",
	"POST /api/v1/incidents/{id}/jump", "POST /api/v1/incidents/{id}/mute", "POST /api/v1/incidents/{id}/unmute",
	"POST /api/v1/absences", "DELETE /api/v1/absences/{id}", "POST /api/v1/overrides", "DELETE /api/v1/overrides/{id}",
	"POST /api/v1/swaps", "POST /api/v1/swaps/{id}/accept", "POST /api/v1/swaps/{id}/decline", "POST /api/v1/swaps/{id}/withdraw", "POST /api/v1/swaps/{id}/undo",
	"POST /oncall/absences", "POST /oncall/absences/{id}/remove", "POST /oncall/overrides", "POST /oncall/overrides/{id}/remove",
	"POST /oncall/swaps", "POST /oncall/swaps/{id}/{does:accept|decline|withdraw|undo}", "POST /oncall/feeds/{kind}/{name}/renew",
	"POST /intake/alertmanager", "POST /signin", "POST /signout",
	"POST /slack/actions", "POST /slack/commands", "POST /slack/events", "POST /twilio/sms", "POST /twilio/status",
	"POST /twilio/voice", "POST /twilio/voice/again", "POST /twilio/voice/key", "POST /twilio/voice/status",
}

func TestEveryRouteOfTheWholeProgramIsDeclared(t *testing.T) {
	found := routesOf(t, siteWithRoles(t).inside())
	for _, route := range found {
		if !slices.Contains(declared, route) {
			t.Errorf("%s is not declared: say here who may call it", route)
		}
	}
	for _, route := range declared {
		if !slices.Contains(found, route) {
			t.Errorf("%s is declared and not there", route)
		}
	}
}

func TestProvidersRoutesRefuseWhatTheirProviderHasNotSigned(t *testing.T) {
	s := siteWithRoles(t)
	s.inside()
	s.send(firstAlerts(time.Now())[0])
	sms, err := s.twilio.Wait(patience(t), 1)
	must(t, err)
	eventually(t, "every page has been sent", func() bool { return s.unsent(t).all == 0 })
	before := s.digest(t)
	for name, r := range s.forgeries(t, sms[0]) {
		resp, err := http.DefaultClient.Do(r)
		must(t, err)
		resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s, %s: %s", r.URL.Path, name, resp.Status)
		}
	}
	s.unchanged(t, before, "a forgery")

	// The same with the right signature is taken.
	ctx := patience(t)
	if code, err := s.slack.Press(ctx, s.base+"/slack/actions", "U0SYS", "acknowledge", "1"); err != nil || code != http.StatusOK {
		t.Errorf("a signed press: %d, %v", code, err)
	}
	if code, _, err := s.twilio.Incoming(ctx, s.base+"/twilio/sms", "+15005550003", "ACK"); err != nil || code != http.StatusOK {
		t.Errorf("a signed SMS: %d, %v", code, err)
	}
	if code, err := s.twilio.Report(ctx, sms[0], "delivered", ""); err != nil || code != http.StatusNoContent {
		t.Errorf("a signed receipt: %d, %v", code, err)
	}
}

// forgeries are requests to every provider's route, each with something wrong with its signature.
func (s *site) forgeries(t *testing.T, m notifierstest.TwilioMessage) map[string]*http.Request {
	t.Helper()
	out := map[string]*http.Request{}
	press := s.slack.Pressed("U0SYS", "acknowledge", "1")
	good := press.Sign(notifierstest.SlackSecret, time.Now())
	changed := notifierstest.SlackRequest{Header: good.Header, Body: append(slices.Clone(good.Body), "&x=1"...)}
	for name, r := range map[string]notifierstest.SlackRequest{
		"press unsigned": press, "press of another secret": press.Sign("another", time.Now()), "press without a secret": press.Sign("", time.Now()),
		"press of yesterday": press.Sign(notifierstest.SlackSecret, time.Now().Add(-24*time.Hour)), "press changed after it was signed": changed,
	} {
		out[name] = post(t, s.base+"/slack/actions", string(r.Body), r.Header)
	}
	command, event := s.slack.Typed("U0SYS", "/tocsin", "ack 1"), notifierstest.Event("Ev1", map[string]any{"type": "message"})
	for name, r := range map[string]notifierstest.SlackRequest{"unsigned": command, "of another secret": command.Sign("another", time.Now())} {
		out["command "+name] = post(t, s.base+"/slack/commands", string(r.Body), r.Header)
	}
	for name, r := range map[string]notifierstest.SlackRequest{"unsigned": event, "of another secret": event.Sign("another", time.Now())} {
		forged := post(t, s.base+"/slack/events", string(r.Body), r.Header)
		forged.Header.Set("Content-Type", "application/json")
		out["event "+name] = forged
	}
	for _, path := range []string{"", "/again", "/key", "/status"} {
		out["call"+path] = post(t, s.base+"/twilio/voice"+path+"?attempt=1", "AccountSid="+notifierstest.TwilioSID, http.Header{"X-Twilio-Signature": {"AAAA"}})
	}
	account := url.Values{"AccountSid": {notifierstest.TwilioSID}, "MessageSid": {m.SID}, "From": {"+15005550003"}, "To": {notifierstest.TwilioFrom}}
	for target, more := range map[string]url.Values{s.base + "/twilio/sms": {"Body": {"ACK"}}, m.StatusCallback: {"MessageStatus": {"failed"}}} {
		form := url.Values{}
		for _, v := range []url.Values{account, more} {
			for name := range v {
				form.Set(name, v.Get(name))
			}
		}
		other := url.Values{"AccountSid": {notifierstest.TwilioSID}}
		for name, signature := range map[string]string{
			"unsigned":         "",
			"another token":    notifierstest.TwilioSignature("another", target, form),
			"another address":  notifierstest.TwilioSignature(notifierstest.TwilioToken, target+"x", form),
			"another form":     notifierstest.TwilioSignature(notifierstest.TwilioToken, target, other),
			"another server's": notifierstest.TwilioSignature(notifierstest.TwilioToken, strings.Replace(target, s.base, "https://tocsin.example", 1), form),
		} {
			out[target+" "+name] = post(t, target, form.Encode(), http.Header{"X-Twilio-Signature": {signature}})
		}
	}
	return out
}

func post(t *testing.T, target, body string, header http.Header) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(body))
	must(t, err)
	r.Header = header.Clone()
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}
