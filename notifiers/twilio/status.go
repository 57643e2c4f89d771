package twilio

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/twilio/twilio-go/client"

	"tocsin/alerting"
	"tocsin/notifiers"
)

// bodyLimit bounds a request of Twilio's; theirs are a few hundred bytes.
const bodyLimit = 64 << 10

// Verify reports whether Twilio signed the request: r's path and query at the configured public URL
// (the Host header is not believed), with the fields of its body.
func (t *Twilio) Verify(r *http.Request, form url.Values) bool {
	params := make(map[string]string, len(form))
	for name := range form {
		if len(form[name]) > 1 { // only the first would be covered by the signature
			return false
		}
		params[name] = form.Get(name)
	}
	if t.opts.AuthToken == "" {
		return false
	}
	v := client.NewRequestValidator(t.opts.AuthToken)
	return v.Validate(t.opts.PublicURL+r.URL.RequestURI(), params, r.Header.Get("X-Twilio-Signature"))
}

// form reads and verifies a request of Twilio's that check accepts. If it returns false it has answered already:
// 400, or 403 for a wrong signature or for fields that it could be a signature of in another way.
func (t *Twilio) form(w http.ResponseWriter, r *http.Request, check func(url.Values) error) (url.Values, bool) {
	r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the request's form cannot be read", http.StatusBadRequest)
		return nil, false
	}
	if !t.Verify(r, r.PostForm) {
		http.Error(w, "the signature does not fit: is server.public_url the address that Twilio calls?", http.StatusForbidden)
		return nil, false
	}
	if err := check(r.PostForm); err != nil {
		t.log.Warn("a request with Twilio's signature is refused: its fields could be cut in another way", "path", r.URL.Path, "error", err)
		http.Error(w, "the signature fits, but not these fields alone: "+err.Error(), http.StatusForbidden)
		return nil, false
	}
	return r.PostForm, true
}

// Receipts takes in what Twilio reports of an attempt. Reports come late, twice, and out of order:
// keeping an attempt from going backwards is its job.
type Receipts interface {
	// Receipt says what became of an attempt. errText is a sentence for people, empty unless the
	// outcome is failed. An unknown attempt is alerting.ErrNotFound.
	Receipt(ctx context.Context, attemptID, providerID string, outcome notifiers.Outcome, errText string) error
}

// StatusHandler answers POST /twilio/status: 204 once the report is stored, 400 for what is no report of this
// account's, 403 for a wrong signature, 404 for an attempt that is not known, 503 if it could not be stored.
func (t *Twilio) StatusHandler(recv Receipts) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, ok := t.form(w, r, checkReport)
		if !ok {
			return
		}
		attempt := r.URL.Query().Get("attempt")
		if attempt == "" || form.Get("AccountSid") != t.opts.AccountSID {
			http.Error(w, "the callback names no attempt, or not this account", http.StatusBadRequest)
			return
		}
		if form.Get("ErrorCode") == optOutCode {
			t.learned(r.Context(), form.Get("To"), optOutCode)
		}
		outcome, errText := report(form)
		if outcome == "" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		switch err := recv.Receipt(r.Context(), attempt, form.Get("MessageSid"), outcome, errText); {
		case errors.Is(err, alerting.ErrNotFound):
			http.Error(w, "no such attempt", http.StatusNotFound)
		case err != nil:
			http.Error(w, "the report could not be stored, try again", http.StatusServiceUnavailable)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	})
}

// report reads a status callback. Any status is proof that Twilio has the message; one that Twilio has
// added since says nothing.
func report(form url.Values) (notifiers.Outcome, string) {
	switch form.Get("MessageStatus") {
	case "accepted", "scheduled", "queued", "sending", "sent":
		return notifiers.OutcomeSent, ""
	case "delivered", "read":
		return notifiers.OutcomeDelivered, ""
	case "undelivered", "failed", "canceled":
		return notifiers.OutcomeFailed, undelivered(form)
	}
	return "", ""
}

func undelivered(form url.Values) string {
	text := "Twilio reports the message as " + form.Get("MessageStatus")
	code, err := strconv.Atoi(form.Get("ErrorCode"))
	if err != nil {
		return text
	}
	if why, ok := explanations[code]; ok {
		text += ": " + why
	}
	return text + " (" + strconv.Itoa(code) + ")"
}
