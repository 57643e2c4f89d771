package twilio

import (
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// Inbox makes replies durable.
type Inbox interface {
	// TakeReply stores a reply; fresh is false if one with its ID was stored before.
	TakeReply(ctx context.Context, r escalation.Reply) (fresh bool, err error)
}

// Twilio's own forms of what a reply is known by: a message's name, and a telephone number in E.164 or
// a short code.
var (
	messageSID = regexp.MustCompile(`^(SM|MM)[0-9a-f]{32}$`)
	number     = regexp.MustCompile(`^(\+[1-9][0-9]{6,14}|[0-9]{3,8})$`)
)

// replyTime bounds how long an SMS waits to be stored and applied, both together. Twilio gives 15 seconds,
// then its sender hears nothing.
// https://www.twilio.com/docs/api/errors/11205
const replyTime = 10 * time.Second

// InboundHandler answers POST /twilio/sms in TwiML: with the sentence that apply returns for the reply,
// which is stored before apply is called with its ID. A delivery that came before, and a word that Twilio
// answers by itself (STOP, START, HELP), are answered with nothing; STOP and START are noted in OptOuts. A text that could end earlier is answered, and
// neither stored nor applied. 403 for a signature that does not fit or could be of other fields, 400 for what is
// no SMS to this account, 503 if the reply could not be stored within replyTime. One that is
// stored and not applied by then is answered with a promise. What goes back is an SMS of its own: mayAnswer says
// to whom, and how often.
//
// The reply comes from the request's RemoteAddr: behind a proxy, whoever mounts the handler sets that to
// the address that the proxy names.
func (t *Twilio) InboundHandler(inbox Inbox, apply func(ctx context.Context, id string) (text string, err error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, ok := t.form(w, r, checkSMS)
		if !ok {
			return
		}
		reply, ok := t.reply(form)
		if !ok {
			http.Error(w, "this is no SMS to this account", http.StatusBadRequest)
			return
		}
		if !t.certain(form) {
			t.log.Info("an SMS is not acted on: it holds what could be the name of a parameter", "from", Mask(reply.Address))
			answer(w, t.mayAnswer(r.Context(), reply.Address, t.say(reply.Address, "answer.not_read")))
			return
		}
		reply.From = notifiers.Peer(r)
		ctx, cancel := context.WithTimeout(r.Context(), replyTime)
		defer cancel()
		if want := wishOf(form); want != noWish {
			if err := t.heed(ctx, reply.Address, want); err != nil {
				http.Error(w, "what was asked of Twilio could not be noted, try again", http.StatusServiceUnavailable)
				return
			}
			answer(w, "")
			return
		}
		fresh, err := inbox.TakeReply(ctx, reply)
		switch {
		case err != nil:
			http.Error(w, "the reply could not be stored, try again", http.StatusServiceUnavailable)
			return
		case !fresh:
			answer(w, "")
			return
		}
		text, err := apply(ctx, reply.ID)
		if err != nil {
			text = t.say(reply.Address, "answer.promised")
		}
		answer(w, t.mayAnswer(ctx, reply.Address, text))
	})
}

// say is one of Tocsin's own answers, in the words of whoever has a number.
func (t *Twilio) say(address, key string) string {
	var l notifiers.Locale
	if t.opts.Locale != nil {
		l = t.opts.Locale(address)
	}
	text, ok := l.Say(alerting.Say(key))
	if !ok { // it is built in
		t.log.Error("an answer cannot be written", "text", key)
	}
	return text
}

// reply reads a signed form. What it is known by must have Twilio's form.
func (t *Twilio) reply(form url.Values) (escalation.Reply, bool) {
	r := escalation.Reply{ID: form.Get("MessageSid"), Channel: escalation.SMS, Address: form.Get("From")}
	c := t.vocabulary.Parse(form.Get("Body"))
	r.Verb, r.Incident, r.All = c.Verb, c.Incident, c.All
	ok := messageSID.MatchString(r.ID) && number.MatchString(r.Address) && number.MatchString(form.Get("To")) &&
		form.Has("Body") && form.Get("AccountSid") == t.opts.AccountSID
	return r, ok
}

// twoSegments is what an SMS of two parts holds, in GSM-7 septets: each gives seven to its header.
const twoSegments = 2 * 153

type response struct {
	XMLName xml.Name `xml:"Response"`
	Message string   `xml:",omitempty"`
}

// answer sends text back to the phone, in GSM-7: one segment, or two where it is too long for one.
// Empty text sends nothing.
func answer(w http.ResponseWriter, text string) {
	text = toGSM7(text)
	if septets(text) > segment {
		text = cutGSM7(text, twoSegments)
	}
	b, _ := xml.Marshal(response{Message: text}) // one string
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = io.WriteString(w, xml.Header+string(b))
}
