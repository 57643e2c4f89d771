package notifierstest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
)

// Cleaner is the part of testing.TB that a stand-in needs.
type Cleaner interface {
	Cleanup(func())
	Fatalf(format string, args ...any)
}

func begin[T interface{ Close() }](t Cleaner, start func() (T, error)) T {
	s, err := start()
	if err != nil {
		t.Fatalf("starting a stand-in: %v", err)
	}
	t.Cleanup(s.Close)
	return s
}

// web is an HTTP server on a port of 127.0.0.1 with faults.
type web struct {
	*faults
	addr   string
	server *http.Server
	done   chan struct{}
}

func serve(h http.Handler) (*web, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	w := &web{faults: newFaults(), addr: l.Addr().String(), done: make(chan struct{}), server: &http.Server{Handler: h}}
	go func() {
		defer close(w.done)
		if err := w.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			panic(err) // nobody else is there to hear of it
		}
	}()
	return w, nil
}

// Close ends the server and every connection.
func (w *web) Close() {
	w.Lift()
	w.server.Close()
	<-w.done
}

// answer meets the drawn fault. accept does what was asked and returns the answer's body; refuse is the
// provider's own refusal.
func (w *web) answer(rw http.ResponseWriter, r *http.Request, accept func() (int, []byte), refuse func() (int, []byte)) {
	fault, wait, took := w.draw(about(r), true)
	accepted := func() (int, []byte) {
		status, body := accept()
		took(objection(status, body))
		return status, body
	}
	switch fault {
	case ServerError:
		reply(rw, "text/html", http.StatusBadGateway, []byte("<html><h1>502 Bad Gateway</h1></html>"))
	case RateLimited:
		rw.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
		reply(rw, "application/json", http.StatusTooManyRequests, []byte(`{"ok":false,"error":"ratelimited","code":20429,"message":"Too many requests","status":429}`))
	case Refused:
		status, body := refuse()
		reply(rw, "application/json", status, body)
	case Hang:
		hang(r.Context(), w.lifted)
		drop(rw)
	case Drop:
		drop(rw)
	case Reset:
		reset(rw)
	case AcceptAndDrop:
		accepted()
		drop(rw)
	case Garbage:
		accepted()
		reply(rw, "text/html", http.StatusOK, []byte("<html>welcome to the hotel's network</html>"))
	case Slow, Trickle:
		w.slowly(rw, r, fault, accepted)
	default:
		status, body := accepted()
		reply(rw, "application/json", status, body)
	}
}

func (w *web) slowly(rw http.ResponseWriter, r *http.Request, fault Fault, accepted func() (int, []byte)) {
	step := SlowStep
	if fault == Trickle {
		step = TrickleStep
	}
	_, body := accepted()
	dribble(rw, r, body, step, w.lifted)
}

func hang(ctx context.Context, lifted chan struct{}) {
	select {
	case <-ctx.Done():
	case <-lifted:
	}
}

func reply(w http.ResponseWriter, kind string, status int, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
