package slack

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/slack-go/slack"

	"tocsin/notifiers"
)

// bodyLimit bounds a request of Slack's; theirs are some tens of kilobytes, with the message in them.
const bodyLimit = 1 << 20

// signedBody lets through what Slack signed: 403 for a signature that does not fit or is older or newer
// than five minutes, 413 for a body beyond 1 MiB, 415 for another content type.
//
// A delivery comes from the request's RemoteAddr: behind a proxy, whoever mounts the handler sets that to
// the address that the proxy names.
func (s *Slack) signedBody(contentType string, next func(http.ResponseWriter, *http.Request, delivery, []byte)) http.Handler {
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
		if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != contentType {
			http.Error(w, "send "+contentType+" as Slack does", http.StatusUnsupportedMediaType)
			return
		}
		id := named(r.Header.Get("X-Slack-Request-Timestamp"), ":", string(body))
		next(w, r, delivery{id: id, from: notifiers.Peer(r)}, body)
	})
}

// signedForm is signedBody for a form; what next returns is the answer as JSON, nil an empty one.
func (s *Slack) signedForm(next func(context.Context, delivery, url.Values) (any, error)) http.Handler {
	return s.signedBody("application/x-www-form-urlencoded", func(w http.ResponseWriter, r *http.Request, d delivery, body []byte) {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			http.Error(w, "the form cannot be read", http.StatusBadRequest)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), takeTime)
		defer cancel()
		answer, err := next(ctx, d, form)
		if err != nil {
			refuse(w, err)
			return
		}
		if answer != nil {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(answer) // Slack has gone away
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

func refuse(w http.ResponseWriter, err error) {
	if errors.Is(err, errUnreadable) {
		http.Error(w, "the payload cannot be read", http.StatusBadRequest)
		return
	}
	http.Error(w, "that could not be stored, try again", http.StatusServiceUnavailable)
}

func unreadable(w http.ResponseWriter, err error) {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		http.Error(w, "the request is too large", http.StatusRequestEntityTooLarge)
		return
	}
	http.Error(w, "the request cannot be read", http.StatusBadRequest)
}
