package web

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"tocsin/alerting"
)

// handler answers a request, or says why it cannot. What it returns must come before it wrote anything.
type handler func(w http.ResponseWriter, r *http.Request) error

// refusal is an error whose status and text may be shown to whoever asked.
type refusal struct {
	status int
	text   string
}

func (e *refusal) Error() string { return e.text }

func refuse(status int, format string, args ...any) error {
	return &refusal{status: status, text: fmt.Sprintf(format, args...)}
}

// statusClientGone is written for nobody: the client went away before its answer (nginx's number).
const statusClientGone = 499

// problem is an RFC 9457 problem document.
type problem struct {
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Instance string `json:"instance,omitempty"` // "urn:tocsin:error:..." finds the error in the log
}

// problemOf is the one place where an error becomes a status and a text for people. What is not meant
// for them is replaced by a reference, under which it is logged.
func problemOf(err error) problem {
	status, text := http.StatusInternalServerError, ""
	refusal, refused := errors.AsType[*refusal](err)
	conflict, conflicts := errors.AsType[*alerting.Refused](err)
	tooLarge, isTooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case refused:
		status, text = refusal.status, refusal.text
	case conflicts:
		status, text = http.StatusConflict, conflict.Text
	case isTooLarge:
		status, text = http.StatusRequestEntityTooLarge, fmt.Sprintf("The body is larger than %d bytes.", tooLarge.Limit)
	case errors.Is(err, alerting.ErrNotFound):
		status, text = http.StatusNotFound, "There is no such thing here."
	case errors.Is(err, alerting.ErrUnavailable):
		status, text = http.StatusServiceUnavailable, "The store is not available. Nothing was changed: try again in a moment."
	case errors.Is(err, context.Canceled):
		status, text = statusClientGone, "The request was given up."
	}
	p := problem{Title: http.StatusText(status), Status: status, Detail: text}
	if status == http.StatusInternalServerError {
		p.Instance = "urn:tocsin:error:" + rand.Text()[:12]
		p.Detail = "Something went wrong here. The log has it under " + p.Instance + "."
	}
	return p
}

// report logs the errors that are ours: unexpected ones, and the store being away.
func (s *server) report(ctx context.Context, err error, p problem) {
	if p.Status < http.StatusInternalServerError {
		return
	}
	s.Logger.LogAttrs(ctx, slog.LevelError, "request failed",
		slog.String("route", routeOf(ctx)), slog.Int("status", p.Status),
		slog.String("instance", p.Instance), slog.String("error", err.Error()))
}

// asProblem serves h and answers its errors with problem documents.
func (s *server) asProblem(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			p := problemOf(err)
			s.report(r.Context(), err, p)
			writeProblem(w, p)
		}
	}
}

func writeProblem(w http.ResponseWriter, p problem) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if p.Status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1")
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // whoever asked has gone away
}
