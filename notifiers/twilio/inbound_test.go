package twilio_test

import (
	"context"
	"encoding/xml"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/twilio"
)

// inbox is an Inbox that keeps what it takes, and applies it with a sentence.
type inbox struct {
	taken    []escalation.Reply
	applied  []string
	sentence string
	err      error // of taking
	late     error // of applying
}

func (b *inbox) TakeReply(_ context.Context, r escalation.Reply) (bool, error) {
	if b.err != nil {
		return false, b.err
	}
	for _, have := range b.taken {
		if have.ID == r.ID {
			return false, nil
		}
	}
	b.taken = append(b.taken, r)
	return true, nil
}

func (b *inbox) apply(_ context.Context, id string) (string, error) {
	b.applied = append(b.applied, id)
	return b.sentence, b.late
}

func account() *twilio.Twilio { return behind(publicURL) }

// behind is the account with Tocsin at a public URL.
func behind(public string) *twilio.Twilio {
	return twilio.New(twilio.Options{AccountSID: notifierstest.TwilioSID, AuthToken: notifierstest.TwilioToken, From: notifierstest.TwilioFrom, PublicURL: public})
}

const sid = "SM00000000000000000000000000000001"

func sms(body string) url.Values {
	return url.Values{
		"MessageSid": {sid}, "SmsSid": {sid}, "AccountSid": {notifierstest.TwilioSID}, "From": {"+15005550003"}, "To": {notifierstest.TwilioFrom},
		"Body": {body}, "NumMedia": {"0"}, "FromCity": {""}, "FromCountry": {"US"}, "ApiVersion": {"2010-04-01"},
	}
}

// receive hands an SMS to the handler; message is what goes back to the phone.
func receive(t *testing.T, b *inbox, form url.Values) (status int, message string) {
	t.Helper()
	r := signed(publicURL+"/twilio/sms", form)
	r.RemoteAddr = "192.0.2.7:4711"
	w := httptest.NewRecorder()
	account().InboundHandler(b, b.apply).ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		return w.Code, ""
	}
	var answer struct {
		XMLName xml.Name `xml:"Response"`
		Message string
	}
	if err := xml.Unmarshal(w.Body.Bytes(), &answer); err != nil || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/xml") {
		t.Errorf("the answer %q (%s) is no TwiML: %v", w.Body, w.Header().Get("Content-Type"), err)
	}
	return w.Code, answer.Message
}

func TestAnSMSIsStoredAppliedAndAnswered(t *testing.T) {
	b := &inbox{sentence: "#412 SystemDown backend: Acknowledged by system-admin, who has it now."}
	_, message := receive(t, b, sms("ack #412"))
	want(t, message, b.sentence)
	if len(b.taken) != 1 || len(b.applied) != 1 || b.applied[0] != sid {
		t.Fatalf("took %+v, applied %q", b.taken, b.applied)
	}
	expected := escalation.Reply{ID: sid, Channel: escalation.SMS, Address: "+15005550003", From: "192.0.2.7", Incident: 412, Verb: escalation.Acknowledge}
	if b.taken[0] != expected {
		t.Errorf("took %+v, want %+v", b.taken[0], expected)
	}
}

func TestWhatIsNotUnderstoodIsStoredSoThatItsSenderIsTold(t *testing.T) {
	b := &inbox{sentence: "Tocsin did not understand that."}
	_, message := receive(t, b, sms("what is going on?"))
	want(t, message, b.sentence)
	if len(b.taken) != 1 || b.taken[0].Verb != "" || b.taken[0].Incident != 0 {
		t.Errorf("took %+v", b.taken)
	}
}

func TestASecondDeliveryIsAnsweredWithNothing(t *testing.T) {
	b := &inbox{sentence: "Done."}
	receive(t, b, sms("ACK 412"))
	status, message := receive(t, b, sms("ACK 412"))
	if status != http.StatusOK || message != "" || len(b.applied) != 1 {
		t.Errorf("answered %d %q, applied %d times", status, message, len(b.applied))
	}
}

func TestTwiliosOwnWordsAreLeftToIt(t *testing.T) {
	b := &inbox{sentence: "x"}
	for _, word := range []string{"STOP", "stop ", "Unsubscribe", "CANCEL", "END", "quit", "STOPALL", "START", "yes", "UNSTOP", "HELP", "Info"} {
		if status, message := receive(t, b, sms(word)); status != http.StatusOK || message != "" {
			t.Errorf("%s was answered %d %q", word, status, message)
		}
	}
	custom := sms("ARRET")
	custom.Set("OptOutType", "STOP")
	receive(t, b, custom)
	if len(b.taken) != 0 {
		t.Errorf("took %+v", b.taken)
	}
}

func TestTheSentenceIsWrittenForAPhone(t *testing.T) {
	for sentence, expected := range map[string]string{
		"#1 “Größe” <b>&amp;</b> бэкенд: done.": "#1 \"Größe\" <b>&amp;</b> bekend: done.",
		"line\nbreak\x00":        "line break",
		strings.Repeat("x", 160): strings.Repeat("x", 160),
		strings.Repeat("x", 400): strings.Repeat("x", 304) + "..",
		"]]><Response>":          "]]><Response>",
	} {
		_, message := receive(t, &inbox{sentence: sentence}, sms("ACK"))
		want(t, message, expected)
	}
}

func TestAReplyThatCannotBeAppliedNowIsPromised(t *testing.T) {
	b := &inbox{late: alerting.ErrUnavailable}
	_, message := receive(t, b, sms("ACK 412"))
	want(t, message, "Tocsin has your reply and will act on it as soon as it can.")
	b = &inbox{err: errors.New("disk full")}
	if status, _ := receive(t, b, sms("ACK 412")); status != http.StatusServiceUnavailable || len(b.applied) != 0 {
		t.Errorf("one that could not be stored was answered %d", status)
	}
}

func TestWhatIsNoSMSToThisAccountIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(url.Values)
		status int
	}{
		"another account's": {func(f url.Values) { f.Set("AccountSid", "AC00000000000000000000000000000000") }, http.StatusBadRequest},
		"no name":           {func(f url.Values) { f.Del("MessageSid") }, http.StatusBadRequest},
		"a call":            {func(f url.Values) { f.Set("MessageSid", "CA00000000000000000000000000000001") }, http.StatusForbidden},
		"from a chat":       {func(f url.Values) { f.Set("From", "whatsapp:+15005550003") }, http.StatusForbidden},
		"from nobody":       {func(f url.Values) { f.Del("From") }, http.StatusForbidden},
		"to nobody":         {func(f url.Values) { f.Del("To") }, http.StatusForbidden},
		"no text":           {func(f url.Values) { f.Del("Body") }, http.StatusForbidden},
	} {
		b, form := &inbox{}, sms("ACK 412")
		c.spoil(form)
		if status, _ := receive(t, b, form); status != c.status || len(b.taken) != 0 {
			t.Errorf("%s: answered %d, took %+v", name, status, b.taken)
		}
	}
}

func TestWrongContentTypesAndHugeBodiesAreRefused(t *testing.T) {
	b := &inbox{}
	h := account().InboundHandler(b, b.apply)
	for name, change := range map[string]func(*http.Request){
		"JSON":         func(r *http.Request) { r.Header.Set("Content-Type", "application/json") },
		"no type":      func(r *http.Request) { r.Header.Del("Content-Type") },
		"a huge body":  func(r *http.Request) { *r = *signed(publicURL+"/twilio/sms", sms(strings.Repeat("x", 100_000))) },
		"no signature": func(r *http.Request) { r.Header.Del("X-Twilio-Signature") },
	} {
		r, w := signed(publicURL+"/twilio/sms", sms("ACK 412")), httptest.NewRecorder()
		change(r)
		h.ServeHTTP(w, r)
		if w.Code < 400 || w.Code >= 500 || len(b.taken) != 0 {
			t.Errorf("%s: answered %d, took %+v", name, w.Code, b.taken)
		}
	}
}

func TestTheStandInsSMSComesThrough(t *testing.T) {
	fake, b := notifierstest.NewTwilio(t), &inbox{sentence: "Done."}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	mux.Handle("POST /twilio/sms", behind(server.URL).InboundHandler(b, b.apply))
	for range 2 {
		status, body, err := fake.Incoming(t.Context(), server.URL+"/twilio/sms", "+15005550003", "RES 412")
		if err != nil || status != http.StatusOK || !strings.Contains(body, "<Message>Done.</Message>") {
			t.Errorf("answered %d %q, %v", status, body, err)
		}
	}
	status, body, err := fake.Deliver(t.Context(), server.URL+"/twilio/sms", b.taken[0].ID, "+15005550003", "RES 412")
	if err != nil || status != http.StatusOK || strings.Contains(body, "Message") || len(b.taken) != 2 {
		t.Errorf("the second delivery was answered %d %q, %v", status, body, err)
	}
}
