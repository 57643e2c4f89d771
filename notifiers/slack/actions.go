package slack

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"tocsin/escalation"
	"tocsin/notifiers"
)

// bodyLimit bounds a request of Slack's; theirs are some tens of kilobytes, with the message in them.
const bodyLimit = 1 << 20

// takeTime bounds how long a press waits to be stored. Slack gives three seconds, then shows the person
// that it failed; it does not send a press again.
// https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
const takeTime = 2500 * time.Millisecond

// Inbox makes replies durable.
type Inbox interface {
	// TakeReply stores a reply; fresh is false if one with its ID was stored before.
	TakeReply(ctx context.Context, r escalation.Reply) (fresh bool, err error)
}

// ActionsHandler answers POST /slack/actions: 200 with an empty body once the reply is stored, and
// wake is called so that it is applied afterwards. 403 for a signature that does not fit or is older or
// newer than five minutes, 413 for a body beyond 1 MiB, 415 for what is no form, 400 for a payload that
// cannot be read, 503 if the reply could not be stored within takeTime: whoever pressed then sees that it
// failed. What is no answer is taken and forgotten.
//
// The reply comes from the request's RemoteAddr: behind a proxy, whoever mounts the handler sets that to
// the address that the proxy names.
func (s *Slack) ActionsHandler(inbox Inbox, wake func()) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
		if err != nil {
			unreadable(w, err)
			return
		}
		if !s.signed(r.Header, body) {
			http.Error(w, "the signature does not fit, or is not of the last five minutes", http.StatusForbidden)
			return
		}
		if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/x-www-form-urlencoded" {
			http.Error(w, "send a form with the field payload", http.StatusUnsupportedMediaType)
			return
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			http.Error(w, "the form cannot be read", http.StatusBadRequest)
			return
		}
		reply, ok, err := s.pressed(form.Get("payload"))
		if err != nil {
			http.Error(w, "the payload cannot be read", http.StatusBadRequest)
			return
		}
		if !ok {
			return
		}
		reply.ID, reply.From = deliveryID(r.Header, body), notifiers.Peer(r)
		ctx, cancel := context.WithTimeout(r.Context(), takeTime)
		defer cancel()
		fresh, err := inbox.TakeReply(ctx, reply)
		if err != nil {
			http.Error(w, "the answer could not be stored, try again", http.StatusServiceUnavailable)
			return
		}
		if fresh {
			wake()
		}
	})
}

// signed reports whether Slack signed the body within five minutes of now. Only the lower-case signature
// that Slack writes counts, so that a request has exactly one.
func (s *Slack) signed(h http.Header, body []byte) bool {
	if sig := h.Get("X-Slack-Signature"); sig != strings.ToLower(sig) {
		return false
	}
	v, err := slack.NewSecretsVerifier(h, s.opts.SigningSecret)
	if err != nil {
		return false
	}
	_, _ = v.Write(body) // a hash takes everything
	return v.Ensure() == nil
}

// deliveryID names what was signed: the same for the same request sent again, and for nothing else. Two
// presses differ in what Slack puts into each (action_ts, trigger_id).
func deliveryID(h http.Header, body []byte) string {
	sum := sha256.New()
	_, _ = io.WriteString(sum, h.Get("X-Slack-Request-Timestamp")+":")
	_, _ = sum.Write(body)
	return "slack-" + base64.RawURLEncoding.EncodeToString(sum.Sum(nil))
}

func unreadable(w http.ResponseWriter, err error) {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		http.Error(w, "the request is too large", http.StatusRequestEntityTooLarge)
		return
	}
	http.Error(w, "the request cannot be read", http.StatusBadRequest)
}
