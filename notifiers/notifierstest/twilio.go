package notifierstest

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// The account that the stand-in knows.
const (
	TwilioSID   = "AC0123456789abcdef0123456789abcdef"
	TwilioToken = "0123456789abcdef0123456789abcdef"
	TwilioFrom  = "+15005550006"
	TwilioOther = "+15005550007" // a second number of the account
)

// TwilioMessage is an SMS that was accepted.
type TwilioMessage struct {
	At             time.Time // when it was accepted
	SID            string
	To, From, Body string
	StatusCallback string
}

// Twilio stands in for Twilio's API: it takes messages and calls, and sends signed status callbacks, incoming
// SMS and what happens in a call when it is told to. Whoever sends it STOP gets no SMS until they send START.
type Twilio struct {
	*web
	URL      string // scheme and host
	messages *box[TwilioMessage]
	calls    *box[TwilioCall]

	mu      sync.Mutex
	seq     int
	refuses map[string]int
	bars    map[string]int
	stopped map[string]bool // by who sent STOP and the number that they sent it to
	e164    *regexp.Regexp
}

// NewTwilio starts one for a test.
func NewTwilio(t Cleaner) *Twilio { return begin(t, StartTwilio) }

// StartTwilio starts one; Close ends it.
func StartTwilio() (*Twilio, error) {
	t := &Twilio{
		messages: newBox[TwilioMessage](), calls: newBox[TwilioCall](), refuses: map[string]int{}, bars: map[string]int{}, stopped: map[string]bool{},
		e164: regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2010-04-01/Accounts/{sid}/Messages.json", t.create(t.accept))
	mux.HandleFunc("POST /2010-04-01/Accounts/{sid}/Calls.json", t.create(t.place))
	var err error
	if t.web, err = serve(mux); err != nil {
		return nil, err
	}
	t.URL = "http://" + t.addr
	return t, nil
}

// Messages are all that were accepted, in order.
func (t *Twilio) Messages() []TwilioMessage { return t.messages.all() }

// Wait returns once n messages have been accepted.
func (t *Twilio) Wait(ctx context.Context, n int) ([]TwilioMessage, error) {
	return t.WaitFor(ctx, func(ms []TwilioMessage) bool { return len(ms) >= n })
}

// WaitFor returns once ok holds; it is asked at each message.
func (t *Twilio) WaitFor(ctx context.Context, ok func([]TwilioMessage) bool) ([]TwilioMessage, error) {
	return t.messages.wait(ctx, ok)
}

// Refuse answers every message to a number with one of Twilio's error codes: 21610 for somebody who has
// unsubscribed.
func (t *Twilio) Refuse(to string, code int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refuses[to] = code
}

// Bar answers everything from one of the account's numbers with one of Twilio's error codes: 21611 for a
// sender whose queue is full. Code 0 ends it.
func (t *Twilio) Bar(from string, code int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bars[from] = code
}

// create is a handler that takes what accept does with a form.
func (t *Twilio) create(accept func(url.Values) (int, []byte)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { t.take(w, r, accept) }
}

func (t *Twilio) take(w http.ResponseWriter, r *http.Request, accept func(url.Values) (int, []byte)) {
	sid, token, _ := r.BasicAuth()
	if r.PathValue("sid") != TwilioSID || sid != TwilioSID || subtle.ConstantTimeCompare([]byte(token), []byte(TwilioToken)) != 1 {
		reply(w, "application/json", http.StatusUnauthorized, twilioError(http.StatusUnauthorized, 20003, "Authenticate"))
		return
	}
	if err := r.ParseForm(); err != nil {
		reply(w, "application/json", http.StatusBadRequest, twilioError(http.StatusBadRequest, 21620, "Invalid form"))
		return
	}
	t.answer(w, r,
		func() (int, []byte) { return accept(r.PostForm) },
		func() (int, []byte) {
			return http.StatusBadRequest, twilioError(http.StatusBadRequest, 21610, "Attempt to send to unsubscribed recipient")
		})
}

func (t *Twilio) accept(form url.Values) (int, []byte) {
	m := TwilioMessage{At: time.Now(), To: form.Get("To"), From: form.Get("From"), Body: form.Get("Body"), StatusCallback: form.Get("StatusCallback")}
	t.mu.Lock()
	code := cmp.Or(t.refuses[m.To], t.bars[m.From])
	if code == 0 && t.stopped[m.To+m.From] {
		code = 21610
	}
	t.seq++
	m.SID = fmt.Sprintf("SM%032x", t.seq)
	t.mu.Unlock()
	switch {
	case code != 0:
	case !t.e164.MatchString(m.To):
		code = 21211
	case m.From != TwilioFrom && m.From != TwilioOther:
		code = 21606
	case m.Body == "":
		code = 21602
	case len([]rune(m.Body)) > 1600:
		code = 21617
	}
	if code != 0 {
		return http.StatusBadRequest, twilioError(http.StatusBadRequest, code, "The message cannot be sent")
	}
	t.messages.add(m)
	body, _ := json.Marshal(map[string]any{"sid": m.SID, "to": m.To, "from": m.From, "body": m.Body, "status": "queued", "error_code": nil, "num_segments": "1"})
	return http.StatusCreated, body
}

func twilioError(status, code int, message string) []byte {
	b, _ := json.Marshal(map[string]any{"status": status, "code": code, "message": message, "more_info": fmt.Sprintf("https://www.twilio.com/docs/errors/%d", code)})
	return b
}

// Report calls a message's status callback, signed, and returns the answer's HTTP status. errorCode is
// empty unless status is undelivered or failed.
func (t *Twilio) Report(ctx context.Context, m TwilioMessage, status, errorCode string) (int, error) {
	form := url.Values{"MessageSid": {m.SID}, "SmsSid": {m.SID}, "AccountSid": {TwilioSID}, "From": {m.From}, "To": {m.To}, "MessageStatus": {status}, "SmsStatus": {status}, "ApiVersion": {"2010-04-01"}}
	if errorCode != "" {
		form.Set("ErrorCode", errorCode)
	}
	code, _, err := t.post(ctx, m.StatusCallback, form)
	return code, err
}

// Incoming sends an SMS from a person's phone to Tocsin's webhook at target, signed, and returns the
// answer: its HTTP status and its body (TwiML).
func (t *Twilio) Incoming(ctx context.Context, target, from, body string) (int, string, error) {
	t.mu.Lock()
	t.seq++
	sid := fmt.Sprintf("SM%032x", t.seq)
	t.mu.Unlock()
	return t.Deliver(ctx, target, sid, from, body)
}

// Deliver is Incoming with the message's name given: the same again is the same message delivered twice.
func (t *Twilio) Deliver(ctx context.Context, target, sid, from, body string) (int, string, error) {
	switch strings.ToUpper(strings.TrimSpace(body)) {
	case "STOP":
		t.stop(from, true)
	case "START":
		t.stop(from, false)
	}
	return t.post(ctx, target, url.Values{"MessageSid": {sid}, "SmsMessageSid": {sid}, "AccountSid": {TwilioSID}, "From": {from}, "To": {TwilioFrom}, "Body": {body}, "NumMedia": {"0"}, "NumSegments": {"1"}, "ApiVersion": {"2010-04-01"}})
}

func (t *Twilio) stop(from string, stopped bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopped[from+TwilioFrom] = stopped
}

func (t *Twilio) post(ctx context.Context, target string, form url.Values) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", TwilioSignature(TwilioToken, target, form))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

// TwilioSignature signs a request as Twilio does: HMAC-SHA1, under the account's token, of the URL
// followed by each field's name and value, sorted by name.
func TwilioSignature(token, target string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(token))
	_, _ = io.WriteString(mac, target)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		_, _ = io.WriteString(mac, name+form.Get(name))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
