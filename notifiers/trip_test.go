package notifiers_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tocsin/notifiers"
)

func TestAStatusAloneSaysWhatBecameOfACall(t *testing.T) {
	for status, class := range map[int]notifiers.FailureClass{
		200: notifiers.Lost, 204: notifiers.Lost, // taken, but in words that could not be read
		301: notifiers.Misconfigured, 307: notifiers.Misconfigured, 401: notifiers.Misconfigured, 403: notifiers.Misconfigured,
		404: notifiers.Misconfigured, 405: notifiers.Misconfigured, 407: notifiers.Misconfigured,
		400: notifiers.Permanent, 410: notifiers.Permanent, 413: notifiers.Permanent, 422: notifiers.Permanent,
		408: notifiers.Temporary, 425: notifiers.Temporary, 429: notifiers.Temporary,
		500: notifiers.Lost, 502: notifiers.Lost, 504: notifiers.Lost, // it may have been taken before
		503: notifiers.Temporary, 501: notifiers.Temporary,
	} {
		trip, err := call(t, t.Context(), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		if err != nil {
			t.Fatal(err)
		}
		if f := trip.Failure(errors.New("x")); f.Class != class {
			t.Errorf("%d is %v, want %v", status, f.Class, class)
		}
	}
}

func TestRetryAfterIsSecondsOrADateByTheProvidersClock(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-1": 0, "soon": 0,
		"Mon, 02 Mar 2026 02:41:30 GMT": 20 * time.Second,
		"Mon, 02 Mar 2026 02:41:00 GMT": 0,
	} {
		trip, err := call(t, t.Context(), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", "Mon, 02 Mar 2026 02:41:10 GMT")
			w.Header().Set("Retry-After", header)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := trip.Failure(errors.New("x")).RetryAfter; got != want {
			t.Errorf("%q is %v, want %v", header, got, want)
		}
	}
}

func TestACallIsLostOnlyOnceItHasLeft(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	trip, err := call(t, ctx, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	})
	if f := trip.Failure(err); err == nil || f.Class != notifiers.Lost {
		t.Errorf("given up while waiting for the answer: %v", f)
	}
	trip, err = call(t, ctx, func(http.ResponseWriter, *http.Request) {})
	if f := trip.Failure(err); err == nil || f.Class != notifiers.Temporary {
		t.Errorf("never begun: %v", f)
	}
}

func TestACallFollowsNoRedirect(t *testing.T) {
	var asked int
	trip, err := call(t, t.Context(), func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	if err != nil || asked != 1 || trip.Status() != http.StatusTemporaryRedirect {
		t.Errorf("asked %d times, status %d, %v", asked, trip.Status(), err)
	}
}

// call posts once to a server that answers with h, by a request that knows nothing of ctx.
func call(t *testing.T, ctx context.Context, h http.HandlerFunc) (*notifiers.Trip, error) {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	trip := notifiers.NewTrip(ctx, server.Client())
	resp, err := trip.Client().Post(server.URL, "text/plain", strings.NewReader("page"))
	if err == nil {
		resp.Body.Close()
	}
	return trip, err
}
