package twilio_test

import (
	"bytes"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/twilio"
)

// documented is an SMS with each parameter that Twilio documents for one, and with one that it might add.
// Source: Twilio's request to your incoming message Webhook URL.
func documented(body string) url.Values {
	f := sms(body)
	for name, value := range map[string]string{
		"SmsMessageSid": sid, "SmsStatus": "received", "NumSegments": "1", "MessagingServiceSid": "MG00000000000000000000000000000001",
		"FromCity": "TO5 FROM", "FromState": "NY", "FromZip": "10001", "ToCity": "Tokyo", "ToState": "", "ToCountry": "JP", "ToZip": "60601",
		"MediaContentType0": "image/jpeg", "MediaUrl0": "https://api.twilio.com/x", "AddOns": `{"status":"successful","results":{}}`,
		"CarrierName": "T-Mobile", "A2pRegistered": "true", "newParameter": "x",
	} {
		f.Set(name, value)
	}
	return f
}

func TestParametersThatTwilioAddsLoseNoAnswer(t *testing.T) {
	for body, want := range map[string]int64{"ACK 412": 412, "ack#412 ": 412, "Ack": 0, "ACK 412From+4930123456": -1, "what about Body To+1?": -1} {
		for name, form := range map[string]url.Values{"as today": sms(body), "with more": documented(body)} {
			b := &inbox{sentence: "Done."}
			status, message := receive(t, b, form)
			switch {
			case body == "Ack" && name == "with more": // AckCarrierName could be a parameter too: it is said
				if status != http.StatusOK || !strings.Contains(message, "Reply ACK") || len(b.taken) != 0 {
					t.Errorf("%q %s is answered %d %q", body, name, status, message)
				}
			case status != http.StatusOK || len(b.taken) != 1 || want >= 0 && (b.taken[0].Incident != want || b.taken[0].Verb != "acknowledge") || want < 0 && b.taken[0].Verb != "":
				t.Errorf("%q %s is answered %d, took %+v", body, name, status, b.taken)
			}
		}
	}
	press := pressing("4")
	for name, value := range map[string]string{"msg": "Gather End", "FinishedOnKey": "#", "CalledCity": "Tokyo", "ToCity": "From Digits", "CallToken": "x", "ForwardedFrom": "+4930", "StirPassportToken": "aTo5bFromx", "AnsweredBy": "human", "Newest": "x"} {
		press.Set(name, value)
	}
	b, w := &inbox{}, httptest.NewRecorder()
	account().CallHandlers(&ledger{}, b, b.apply)["/twilio/voice/key"].ServeHTTP(w, signed(publicURL+"/twilio/voice/key?"+keyQuery, press))
	if w.Code != http.StatusOK || len(b.taken) != 1 || b.taken[0].Incident != 412 {
		t.Errorf("a key is answered %d %s, took %+v", w.Code, w.Body, b.taken)
	}
}

func TestATextThatCouldEndEarlierIsAnsweredAndNotActedOn(t *testing.T) {
	for body, stored := range map[string]bool{"ACK SystemDown": false, "RES 412 CancelThat": false, "ask McDonald": false, "RES 412 CANCEL THAT": true, "iPhone": true} {
		b := &inbox{sentence: "Stored."}
		status, message := receive(t, b, sms(body))
		if status != http.StatusOK || message == "" || (len(b.taken) == 1) != stored || strings.Contains(message, "cannot read that") == stored {
			t.Errorf("%q is answered %d %q, took %+v", body, status, message, b.taken)
		}
	}
	s := &store{}
	ch := twilio.New(twilio.Options{AccountSID: notifierstest.TwilioSID, AuthToken: notifierstest.TwilioToken, PublicURL: publicURL, OptOuts: s, Now: time.Now})
	ch.InboundHandler(&inbox{}, (&inbox{}).apply).ServeHTTP(httptest.NewRecorder(), signed(publicURL+"/twilio/sms", sms("StopAll")))
	if !s.out {
		t.Error("a word of Twilio's is not heeded in this case of its letters")
	}
}

func TestWhatFitsTheSignatureInAnotherWayIsRefusedAndLogged(t *testing.T) {
	log := &bytes.Buffer{}
	ch := twilio.New(twilio.Options{
		AccountSID: notifierstest.TwilioSID, AuthToken: notifierstest.TwilioToken, PublicURL: publicURL, Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	for body, cut := range map[string]url.Values{
		"ACK 412":             {"Body": {"A"}, "CK 412": {""}},
		"RES 412 CANCEL THAT": {"Body": {"RES 412 "}, "CANCEL": {" THAT"}},
		"RES 41 Duration2":    {"Body": {"RES 41 "}, "Duration": {"2"}},
		"RES 412 ErrorCode2":  {"Body": {"RES 412 Error"}, "Code": {"2"}},
	} {
		r, form := signed(publicURL+"/twilio/sms", sms(body)), sms("")
		maps.Copy(form, cut)
		b, w := &inbox{}, httptest.NewRecorder()
		ch.InboundHandler(b, b.apply).ServeHTTP(w, withBody(r, form.Encode()))
		if w.Code != http.StatusForbidden || len(b.taken) != 0 || !strings.Contains(w.Body.String(), "but not these fields") {
			t.Errorf("%q cut into %v is answered %d %s, took %+v", body, form, w.Code, w.Body, b.taken)
		}
	}
	if !strings.Contains(log.String(), "could be cut in another way") {
		t.Errorf("logged %s", log)
	}
}

func TestTheSeamBetweenAReportsAddressAndItsFieldsCannotBeMoved(t *testing.T) {
	const target = publicURL + "/twilio/status?attempt=a-1"
	form := url.Values{"AccountSid": {notifierstest.TwilioSID}, "MessageSid": {sid}, "MessageStatus": {"sent"}, "To": {"+15005550003"}}
	shorter, longer := maps.Clone(form), maps.Clone(form)
	shorter.Del("AccountSid")
	longer.Del("AccountSid")
	longer.Set("-1AccountSid", notifierstest.TwilioSID)
	for moved, fields := range map[string]url.Values{target + "AccountSid" + notifierstest.TwilioSID: shorter, publicURL + "/twilio/status?attempt=a": longer} {
		r, recv, w := signed(moved, fields), &recorder{}, httptest.NewRecorder()
		if got := r.Header.Get("X-Twilio-Signature"); got != notifierstest.TwilioSignature(notifierstest.TwilioToken, target, form) {
			t.Fatalf("%s with %v is signed %s", moved, fields, got)
		}
		if verifier().StatusHandler(recv).ServeHTTP(w, r); w.Code != http.StatusBadRequest || len(recv.got) != 0 {
			t.Errorf("%s is answered %d, stored %q", moved, w.Code, recv.got)
		}
	}
}

func TestAWishThatTwilioDoesNotNameIsNone(t *testing.T) {
	s, b, w := &store{}, &inbox{}, httptest.NewRecorder()
	ch := twilio.New(twilio.Options{AccountSID: notifierstest.TwilioSID, AuthToken: notifierstest.TwilioToken, PublicURL: publicURL, OptOuts: s})
	form := sms("ARRET")
	form.Set("OptOutType", "STOPS")
	ch.InboundHandler(b, b.apply).ServeHTTP(w, signed(publicURL+"/twilio/sms", form))
	if w.Code != http.StatusForbidden || s.out || len(b.taken) != 0 {
		t.Errorf("answered %d, %+v, took %+v", w.Code, s, b.taken)
	}
}
