package twilio

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
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
	// Receipt says what became of an attempt. An unknown attempt is alerting.ErrNotFound.
	Receipt(ctx context.Context, attemptID string, r notifiers.Report) error
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
		told := report(form)
		if told.Outcome == "" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		switch err := recv.Receipt(r.Context(), attempt, told); {
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
// added since says nothing: its outcome is empty.
func report(form url.Values) notifiers.Report {
	r := notifiers.Report{ProviderID: form.Get("MessageSid")}
	switch form.Get("MessageStatus") {
	case "accepted", "scheduled", "queued", "sending", "sent":
		r.Outcome = notifiers.OutcomeSent
	case "delivered", "read":
		r.Outcome = notifiers.OutcomeDelivered
	case "undelivered", "failed", "canceled":
		r.Outcome, r.Error, r.Class = notifiers.OutcomeFailed, undelivered(form), notifiers.Permanent
		if slices.Contains(passing, form.Get("ErrorCode")) {
			r.Class = notifiers.Temporary
		}
	}
	return r
}

// passing are the codes of reports that a message did not arrive for a cause that may pass
// (https://www.twilio.com/docs/api/errors): Twilio's queue was full, the handset is off or out of range, its carrier
// gave no reason or was busy, it could not be reached in time, Twilio's own timeout.
var passing = []string{"30001", "30003", "30008", "30017", "30036", "30410"}

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
