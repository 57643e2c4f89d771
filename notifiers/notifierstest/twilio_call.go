package notifierstest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// TwilioCall is a call that was accepted.
type TwilioCall struct {
	SID              string
	To, From         string
	URL, FallbackURL string
	StatusCallback   string
	Events           []string
	MachineDetection string
	Listens          time.Duration // MachineDetectionTimeout: how long Twilio finds out who answered before it asks what to say
}

// Calls are all that were accepted, in order.
func (t *Twilio) Calls() []TwilioCall { return t.calls.all() }

// WaitCalls returns once n calls have been accepted.
func (t *Twilio) WaitCalls(ctx context.Context, n int) ([]TwilioCall, error) {
	return t.calls.wait(ctx, func(cs []TwilioCall) bool { return len(cs) >= n })
}

// place takes a call, or refuses it as Twilio does.
func (t *Twilio) place(form url.Values) (int, []byte) {
	c := TwilioCall{
		To: form.Get("To"), From: form.Get("From"), URL: form.Get("Url"), FallbackURL: form.Get("FallbackUrl"),
		StatusCallback: form.Get("StatusCallback"), Events: form["StatusCallbackEvent"], MachineDetection: form.Get("MachineDetection"),
	}
	listens, err := strconv.Atoi(cmp.Or(form.Get("MachineDetectionTimeout"), "30"))
	c.Listens = time.Duration(listens) * time.Second
	t.mu.Lock()
	code := cmp.Or(t.refuses[c.To], t.bars[c.From])
	t.seq++
	c.SID = fmt.Sprintf("CA%032x", t.seq)
	t.mu.Unlock()
	if code = cmp.Or(code, t.wrongCall(c, form, err)); code != 0 {
		return http.StatusBadRequest, twilioError(http.StatusBadRequest, code, "The call to "+c.To+" cannot be placed")
	}
	t.calls.add(c)
	body, _ := json.Marshal(map[string]any{"sid": c.SID, "to": c.To, "from": c.From, "status": "queued", "direction": "outbound-api"})
	return http.StatusCreated, body
}

// wrongCall is the code that Twilio refuses a call with, 0 if it takes it.
func (t *Twilio) wrongCall(c TwilioCall, form url.Values, unread error) int {
	seconds, err := strconv.Atoi(cmp.Or(form.Get("Timeout"), "60"))
	switch {
	case !t.e164.MatchString(c.To):
		return 21211
	case c.From != TwilioFrom && c.From != TwilioOther:
		return 21210
	case !isAddress(c.URL), c.FallbackURL != "" && !isAddress(c.FallbackURL):
		return 21205
	case c.StatusCallback != "" && !isAddress(c.StatusCallback):
		return 21609
	case slices.ContainsFunc(c.Events, func(e string) bool {
		return !slices.Contains([]string{"initiated", "ringing", "answered", "completed"}, e)
	}):
		return 21626
	case !slices.Contains([]string{"", "Enable", "DetectMessageEnd"}, c.MachineDetection), err != nil, seconds < 1, seconds > 600,
		unread != nil, c.Listens < 3*time.Second, c.Listens > 59*time.Second:
		return 21218
	}
	return 0
}

// isAddress reports whether Twilio can call u, which takes at most 4000 characters.
func isAddress(u string) bool {
	parsed, err := url.Parse(u)
	return err == nil && parsed.Host != "" && (parsed.Scheme == "http" || parsed.Scheme == "https") && len(u) <= 4000
}

// Line is a call that was answered, as the one at the telephone hears it.
type Line struct {
	twilio *Twilio
	form   url.Values
	now    twiML

	Said []string // one for each time that something was read out
	Over bool     // hung up by Tocsin

	Waited time.Duration // in silence, before the first word
}

// AnswerAfter is Answer by somebody whom Twilio knows only after a time: a person who says nothing, a machine at the
// end of its greeting. It does not wait longer than the call asks it to; then it does not know who it is.
func (t *Twilio) AnswerAfter(ctx context.Context, c TwilioCall, by string, known time.Duration) (*Line, error) {
	if c.MachineDetection == "" {
		return t.Answer(ctx, c, "")
	}
	if known > c.Listens {
		by, known = "unknown", c.Listens
	}
	l, err := t.Answer(ctx, c, by)
	l.Waited = known
	return l, err
}

// Answer has a call answered: by "human", "machine_end_beep", "fax", "unknown" and so on, or, with by empty,
// without anybody being looked for. It returns the line as it is while the first key is waited for.
func (t *Twilio) Answer(ctx context.Context, c TwilioCall, by string) (*Line, error) {
	l := &Line{twilio: t, form: c.form("in-progress")}
	if by != "" {
		l.form.Set("AnsweredBy", by)
	}
	return l, l.ask(ctx, c.URL)
}

// Press presses a key while one is waited for.
func (l *Line) Press(ctx context.Context, key string) error {
	if l.now.Gather == nil || l.Over {
		return fmt.Errorf("no key is waited for after %q", l.Said)
	}
	form := l.form
	defer func() { l.form = form }()
	l.form = url.Values{"Digits": {key}}
	for name := range form {
		l.form[name] = form[name]
	}
	return l.ask(ctx, l.now.Gather.Action)
}

// Listen presses nothing until Tocsin says something else or hangs up.
func (l *Line) Listen(ctx context.Context) error {
	if l.now.Gather != nil && l.now.Say != nil {
		l.Said = append(l.Said, l.now.Say.Prosody.Text)
	}
	if l.now.Redirect == nil {
		l.Over = true
		return nil
	}
	return l.ask(ctx, l.now.Redirect.URL)
}

// ask fetches what comes next and does it as far as it needs nobody.
func (l *Line) ask(ctx context.Context, target string) error {
	status, body, err := l.twilio.post(ctx, target, l.form)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("answered %d %q", status, body)
	}
	if l.now, err = parseTwiML(body); err != nil {
		return err
	}
	switch {
	case l.now.Gather != nil:
		l.Said = append(l.Said, l.now.Gather.Say.Prosody.Text)
	case l.now.Say != nil:
		l.Said = append(l.Said, l.now.Say.Prosody.Text)
	}
	l.Over = l.now.Gather == nil && l.now.Redirect == nil
	return nil
}

// Voice is the voice and the language that speaks now.
func (l *Line) Voice() (voice, language string) {
	s := l.now.Say
	if l.now.Gather != nil {
		s = l.now.Gather.Say
	}
	return s.Voice, s.Language
}

// CallStatus calls a call's status callback, signed, and returns the answer's HTTP status. by is who
// answered, empty if nobody did or it is not told.
func (t *Twilio) CallStatus(ctx context.Context, c TwilioCall, status, by string) (int, error) {
	form := c.form(status)
	if by != "" {
		form.Set("AnsweredBy", by)
	}
	code, _, err := t.post(ctx, c.StatusCallback, form)
	return code, err
}

func (c TwilioCall) form(status string) url.Values {
	return url.Values{
		"CallSid": {c.SID}, "AccountSid": {TwilioSID}, "From": {c.From}, "To": {c.To}, "Caller": {c.From}, "Called": {c.To},
		"CallStatus": {status}, "Direction": {"outbound-api"}, "ApiVersion": {"2010-04-01"},
	}
}
