package twilio

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"tocsin/escalation"
	"tocsin/notifiers"
)

// voicePath is where Twilio asks during a call.
const voicePath = "/twilio/voice"

const (
	keyPause = 3  // seconds to press a key after the first reading
	lastWait = 10 // seconds after the second
	mostKeys = 3  // keys pressed in a call, if the first mean nothing
)

var callSID = regexp.MustCompile(`^CA[0-9a-f]{32}$`)

// desk answers what Twilio asks during a call.
type desk struct {
	*Twilio
	calls Calls
	inbox Inbox
	apply func(ctx context.Context, id string) (text string, err error)
}

// CallHandlers answer, by path, what Twilio asks and reports of calls, by POST, in TwiML: 403 for a signature
// that does not fit, 400 for what is no call that Tocsin placed. A key press is stored in inbox and applied as
// a reply by SMS is (InboundHandler), and the caller hears the sentence that came of it. Where calls or inbox
// cannot be reached the message is said all the same, and whoever pressed a key is asked to press it again.
//
//	/twilio/voice         the call was answered: say it
//	/twilio/voice/again   no key was pressed: say it a second time
//	/twilio/voice/key     a key was pressed
//	/twilio/voice/status  how the call goes: 204; 404 for an attempt that is not known, 503 if it was not stored
func (t *Twilio) CallHandlers(calls Calls, inbox Inbox, apply func(ctx context.Context, id string) (text string, err error)) map[string]http.Handler {
	d := &desk{t, calls, inbox, apply}
	return map[string]http.Handler{
		voicePath:             d.asked(d.answered),
		voicePath + "/again":  d.asked(d.again),
		voicePath + "/key":    d.asked(d.key),
		voicePath + "/status": http.HandlerFunc(d.status),
	}
}

// asked makes a handler of what is answered to one request of a call.
func (d *desk) asked(answer func(r *http.Request, c callRef, form url.Values) callResponse) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, ok := d.form(w, r, checkCall)
		if !ok {
			return
		}
		c, ok := parseCallRef(r.URL.RawQuery)
		if !ok || !d.isCall(form) {
			http.Error(w, "this is no call of this account that Tocsin placed", http.StatusBadRequest)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), replyTime)
		defer cancel()
		writeTwiML(w, answer(r.WithContext(ctx), c, form))
	})
}

// isCall reports whether a signed form is of a call from this account to somebody. What a call is known by
// must have Twilio's form, as a reply's must.
func (t *Twilio) isCall(form url.Values) bool {
	return callSID.MatchString(form.Get("CallSid")) && number.MatchString(form.Get("To")) && form.Get("AccountSid") == t.opts.AccountSID
}

// answered says the message. A machine hears it once, and is asked for no key; a fax hears nothing.
func (d *desk) answered(r *http.Request, c callRef, form url.Values) callResponse {
	by := answeredBy(form)
	if by != "" {
		d.note(r.Context(), c, form, by)
	}
	switch {
	case form.Get("AnsweredBy") == "fax":
		return callResponse{Hangup: &struct{}{}}
	case by == CallMachine:
		return callResponse{Say: speak(c.language, c.say), Hangup: &struct{}{}}
	}
	next := &redirect{Method: http.MethodPost, URL: c.address(d.opts.PublicURL + voicePath + "/again")}
	if !c.keys() {
		return callResponse{Say: speak(c.language, c.say), Redirect: next}
	}
	return callResponse{Gather: d.gather(c, d.withKeys(c), keyPause), Redirect: next}
}

// again says it a second time.
func (d *desk) again(r *http.Request, c callRef, form url.Values) callResponse {
	d.note(r.Context(), c, form, CallHeard)
	if !c.keys() {
		return callResponse{Say: speak(c.language, c.say), Hangup: &struct{}{}}
	}
	return callResponse{
		Gather: d.gather(c, d.withKeys(c), lastWait),
		Say:    speak(c.language, d.phrase("goodbye", c.language, spoken{})), Hangup: &struct{}{},
	}
}

// key does what a key stands for, and says what came of it. Another is asked for again, mostKeys in all.
func (d *desk) key(r *http.Request, c callRef, form url.Values) callResponse {
	reply := escalation.Reply{
		ID: form.Get("CallSid") + "-" + strconv.Itoa(c.try), Channel: escalation.Voice, Address: form.Get("To"), From: notifiers.Peer(r),
		Incident: c.incident, All: c.all, Verb: pressed(form.Get("Digits"), c),
	}
	if reply.Verb == "" {
		d.note(r.Context(), c, form, CallKey)
		return d.once(c, "wrong")
	}
	if _, err := d.inbox.TakeReply(r.Context(), reply); err != nil {
		d.log.Error("a key pressed in a call is not stored", "attempt", c.attempt, "error", err)
		return d.once(c, "unstored")
	}
	d.note(r.Context(), c, form, CallKey)
	text, err := d.apply(r.Context(), reply.ID)
	if err != nil {
		return d.ended(c.language, d.phrase("promised", c.language, spoken{}))
	}
	return d.ended(c.language, spell(text))
}

// pressed is what a key stands for; empty: nothing. Nobody escalates all they were told of at once,
// nor acknowledges what is acknowledged.
func pressed(digit string, c callRef) escalation.Verb {
	switch {
	case !c.keys():
	case digit == "4" && !c.acked:
		return escalation.Acknowledge
	case digit == "6" && !c.all:
		return escalation.Escalate
	}
	return ""
}

// once more asks for a key, unless that was done often enough.
func (d *desk) once(c callRef, kind string) callResponse {
	why := d.phrase(kind, c.language, spoken{})
	goodbye := speak(c.language, d.phrase("goodbye", c.language, spoken{}))
	if c.try++; c.try >= mostKeys {
		return d.ended(c.language, why+" "+goodbye.Prosody.Text)
	}
	return callResponse{Gather: d.gather(c, why+" "+d.whatKeys(c), lastWait), Say: goodbye, Hangup: &struct{}{}}
}

func (d *desk) ended(language, text string) callResponse {
	return callResponse{Say: speak(language, text), Hangup: &struct{}{}}
}

func (d *desk) gather(c callRef, text string, seconds int) *gather {
	language := c.language
	c.say = "" // a key needs it no more
	return &gather{
		Input: "dtmf", NumDigits: 1, Timeout: seconds, Method: http.MethodPost,
		Action: c.address(d.opts.PublicURL + voicePath + "/key"), Say: speak(language, text),
	}
}

// note keeps an event. The caller is not to hear of it if that fails: only what is shown of the call is less.
func (d *desk) note(ctx context.Context, c callRef, form url.Values, e CallEvent) {
	if err := d.calls.NoteCall(ctx, c.attempt, form.Get("CallSid"), e, Concluded); err != nil {
		d.log.Warn("what happened in a call is not stored", "attempt", c.attempt, "event", e, "error", err)
	}
}
