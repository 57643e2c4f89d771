package twilio_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tocsin/escalation"
	"tocsin/notifiers/notifierstest"
)

const keyQuery = "attempt=a-1&incident=412&language=en&say=&try=0&end=1"

func pressing(digit string) url.Values {
	return url.Values{
		"CallSid": {"CA00000000000000000000000000000001"}, "AccountSid": {notifierstest.TwilioSID}, "From": {notifierstest.TwilioFrom}, "To": {"+15005550003"},
		"Digits": {digit}, "CallStatus": {"in-progress"}, "Direction": {"outbound-api"}, "ApiVersion": {"2010-04-01"},
	}
}

func TestNoMutatedKeyPressIsTakenAndEveryRightOneIsBehindEveryProxy(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 8))
	taken := &last{}
	var good delivery
	var h http.Handler
	mutations := notifierstest.TortureRequests()
	for i := range mutations {
		if i%500 == 0 {
			s := setUps[i/500%len(setUps)]
			h = behind(s.public).CallHandlers(&ledger{}, taken, taken.apply)["/twilio/voice/key"]
			form := pressing("4")
			form.Set("CallSid", fmt.Sprintf("CA%032x", i))
			called := strings.Replace(s.called, "/twilio/sms", "/twilio/voice/key?"+keyQuery, 1)
			good = delivery{"/twilio/voice/key?" + keyQuery, s.host, notifierstest.TwilioSignature(notifierstest.TwilioToken, called, form), []byte(form.Encode())}
			if status := good.send(h); status != http.StatusOK || taken.n != i/500+1 || taken.reply.Verb != escalation.Acknowledge || taken.reply.Incident != 412 {
				t.Fatalf("the right one behind %+v was answered %d", s, status)
			}
		}
		before := *taken
		good.mutate(random).send(h)
		if taken.reply != before.reply {
			t.Fatalf("mutation %d made %+v of %+v", i, taken.reply, before.reply)
		}
		taken.n = before.n
	}
	t.Logf("Twilio's key presses: %d mutated requests, none taken; %d right ones, all taken", mutations, taken.n)
}

func TestTheSeamBetweenAddressAndFieldsCannotBeMoved(t *testing.T) {
	form := pressing("4")
	signature := notifierstest.TwilioSignature(notifierstest.TwilioToken, publicURL+"/twilio/voice/key?"+keyQuery, form)
	taken := &last{}
	h := account().CallHandlers(&ledger{}, taken, taken.apply)["/twilio/voice/key"]
	for cut := len(keyQuery) - 1; cut > 0; cut-- {
		moved := url.Values{keyQuery[cut:]: {""}}
		for name := range form {
			moved[name] = form[name]
		}
		d := delivery{"/twilio/voice/key?" + keyQuery[:cut], "x", signature, []byte(moved.Encode())}
		if status := d.send(h); status == http.StatusOK || taken.n != 0 {
			t.Errorf("%q as a field is answered %d", keyQuery[cut:], status)
		}
	}
	longer := pressing("4")
	longer.Del("AccountSid")
	d := delivery{"/twilio/voice/key?" + keyQuery + "AccountSid" + notifierstest.TwilioSID, "x", signature, []byte(longer.Encode())}
	if status := d.send(h); status == http.StatusOK || taken.n != 0 {
		t.Errorf("a field as a part of the address is answered %d", status)
	}
}

func TestWhatIsNoCallOfThisAccountIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(url.Values)
		status int
	}{
		"another account's": {func(f url.Values) { f.Set("AccountSid", "AC00000000000000000000000000000000") }, http.StatusBadRequest},
		"no call":           {func(f url.Values) { f.Del("CallSid") }, http.StatusBadRequest},
		"an SMS":            {func(f url.Values) { f.Set("CallSid", sid) }, http.StatusForbidden},
		"to nobody":         {func(f url.Values) { f.Del("To") }, http.StatusForbidden},
		"to a client":       {func(f url.Values) { f.Set("To", "client:ada") }, http.StatusForbidden},
	} {
		for path, h := range account().CallHandlers(&ledger{}, &inbox{}, (&inbox{}).apply) {
			form, w := pressing("4"), httptest.NewRecorder()
			c.spoil(form)
			h.ServeHTTP(w, signed(publicURL+path+"?"+keyQuery, form))
			if w.Code != c.status {
				t.Errorf("%s at %s is answered %d", name, path, w.Code)
			}
			w = httptest.NewRecorder()
			r := signed(publicURL+path+"?"+keyQuery, pressing("4"))
			r.Header.Del("X-Twilio-Signature")
			if h.ServeHTTP(w, r); w.Code != http.StatusForbidden {
				t.Errorf("without a signature %s answers %d", path, w.Code)
			}
		}
	}
}

func FuzzCallHandlers(f *testing.F) {
	f.Add(keyQuery, "4", "human")
	f.Add("attempt=a&incident=all&language=de&say=x&try=2&end=1", "6", "machine_end_beep")
	f.Add("attempt=%zz&incident=9999999999999999999999&try=-1&end=1", "", "fax")
	f.Fuzz(func(t *testing.T, query, digits, by string) {
		u, err := url.ParseRequestURI("/twilio/voice?" + query)
		if err != nil {
			return
		}
		b, form := &inbox{}, pressing(digits)
		form.Set("AnsweredBy", by)
		for path, h := range account().CallHandlers(&ledger{}, b, b.apply) {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
			r.URL.Path, r.URL.RawQuery = path, u.RawQuery
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Twilio-Signature", notifierstest.TwilioSignature(notifierstest.TwilioToken, publicURL+r.URL.RequestURI(), form))
			h.ServeHTTP(w, r)
		}
		for _, reply := range b.taken {
			if reply.Verb == "" || (reply.Incident == 0) != reply.All || reply.Incident < 0 || digits != "4" && digits != "6" {
				t.Errorf("%q made %+v", query, reply)
			}
		}
	})
}
