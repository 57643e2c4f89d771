package notifierstest

import (
	"net/http"
	"net/http/httptest"
)

// Transport reaches the stand-in without a socket, so that a test may hold the time still. Faults that break
// a connection need one.
func (s *Slack) Transport() http.RoundTripper { return direction{s.web.server.Handler} }

type direction struct{ handler http.Handler }

// RoundTrip is http.RoundTripper's.
func (d direction) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w.Result(), r.Context().Err()
}
