package web

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// lockedRecorder may be read while it is written.
type lockedRecorder struct {
	mu sync.Mutex
	*httptest.ResponseRecorder
}

func (r *lockedRecorder) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ResponseRecorder.Write(b)
}

// stream runs an event stream on a made-up clock. written counts what has left so far.
func stream(t *testing.T, only int64, stopping chan struct{}) (changed chan int64, count func(string) int, done chan struct{}) {
	t.Helper()
	changed, done = make(chan int64, 100), make(chan struct{})
	rec := &lockedRecorder{ResponseRecorder: httptest.NewRecorder()}
	ctx, cancel := context.WithTimeout(t.Context(), eventsLife)
	t.Cleanup(cancel)
	go func() {
		defer close(done)
		eventStream{rec, http.NewResponseController(rec)}.run(ctx, changed, stopping, only)
	}()
	return changed, func(what string) int {
		synctest.Wait()
		rec.mu.Lock()
		defer rec.mu.Unlock()
		return strings.Count(rec.Body.String(), what)
	}, done
}

func TestManyChangesBecomeOneEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		changed, count, _ := stream(t, 0, nil)
		if n := count(changedEvent); n != 1 {
			t.Fatalf("%d events at the start, want 1", n)
		}
		for range 50 {
			changed <- 412
		}
		if n := count(changedEvent); n != 1 {
			t.Errorf("%d events at once, want still 1", n)
		}
		time.Sleep(eventsApart)
		if n := count(changedEvent); n != 2 {
			t.Errorf("%d events after the pause, want 2", n)
		}
		time.Sleep(time.Second)
		changed <- 412
		if n := count(changedEvent); n != 3 {
			t.Errorf("%d events: a change after a quiet time goes out at once", n)
		}
	})
}

func TestAnIncidentsStreamTellsOfNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		changed, count, _ := stream(t, 412, nil)
		changed <- 411
		time.Sleep(time.Second)
		if n := count(changedEvent); n != 1 {
			t.Errorf("%d events after another incident's change", n)
		}
		changed <- 412
		time.Sleep(time.Second)
		if n := count(changedEvent); n != 2 {
			t.Errorf("%d events after its own change, want 2", n)
		}
	})
}

func TestAStreamStaysAliveAndEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, count, done := stream(t, 0, nil)
		time.Sleep(time.Minute)
		if n := count(": alive"); n != 3 {
			t.Errorf("%d signs of life in a minute, want 3", n)
		}
		time.Sleep(eventsLife)
		<-done
	})
}

func TestDrainingEndsStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopping := make(chan struct{})
		_, _, done := stream(t, 0, stopping)
		close(stopping)
		<-done
	})
}

func TestEventsReachABrowser(t *testing.T) {
	w, base := start(t)
	c := signedIn(t, base, "viewer")
	req, _ := http.NewRequestWithContext(t.Context(), "GET", base+"/events?incident=412", nil)
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if ct := res.Header.Get("Content-Type"); ct != "text/event-stream" {
		t.Fatalf("Content-Type %q", ct)
	}
	lines := bufio.NewScanner(res.Body)
	for seen := 0; seen < 2 && lines.Scan(); {
		if lines.Text() == "event: changed" {
			seen++
			w.change(412)
		}
	}
	if lines.Err() != nil {
		t.Error(lines.Err())
	}
}
