package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const (
	// eventsApart is the least time between two events of a stream: many changes become one.
	eventsApart = 300 * time.Millisecond
	// eventsBeat is how often a quiet stream says that it is alive, so that nothing between closes it.
	eventsBeat = 20 * time.Second
	// eventsLife ends a stream; the browser connects again, and its right to do so is looked at again.
	eventsLife = 10 * time.Minute
	// eventsWrite is how long a reader may take; one that is slower is cut off.
	eventsWrite = 10 * time.Second
)

// events is a stream of server-sent events. "changed" means that what the page shows may have changed:
// an incident ("?incident=412") or any of them. The first comes at once, since something may have
// changed between the page and the stream.
func (s *server) events(w http.ResponseWriter, r *http.Request) error {
	var only int64
	if q := r.URL.Query().Get("incident"); q != "" {
		id, err := strconv.ParseInt(q, 10, 64)
		if err != nil {
			return refuse(http.StatusBadRequest, "%q is no incident's number.", q)
		}
		only = id
	}
	changed, cancel := s.Changes.Subscribe()
	defer cancel()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would collect events
	w.WriteHeader(http.StatusOK)

	stream := eventStream{w: w, rc: http.NewResponseController(w)}
	// The server's time to read a request is over long before the stream is.
	_ = stream.rc.SetReadDeadline(time.Time{})
	ctx, stop := context.WithTimeout(r.Context(), eventsLife)
	defer stop()
	stream.run(ctx, changed, s.Stopping, only)
	return nil
}

type eventStream struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

// run writes events until the reader is gone, ctx ends, or the server drains.
func (s eventStream) run(ctx context.Context, changed <-chan int64, stopping <-chan struct{}, only int64) {
	if s.write("retry: 1000\n"+changedEvent) != nil {
		return
	}
	beat := time.NewTicker(eventsBeat)
	defer beat.Stop()
	var due <-chan time.Time // set while an event is owed
	last := time.Now()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-stopping:
			return
		case id, open := <-changed:
			if !open {
				return
			}
			if due == nil && (only == 0 || id == only) {
				due = time.After(eventsApart - time.Since(last))
			}
		case <-due:
			due, last = nil, time.Now()
			err = s.write(changedEvent)
		case <-beat.C:
			err = s.write(": alive\n\n")
		}
		if err != nil {
			return
		}
	}
}

const changedEvent = "event: changed\ndata:\n\n"

func (s eventStream) write(text string) error {
	// Not every writer has deadlines (tests).
	_ = s.rc.SetWriteDeadline(time.Now().Add(eventsWrite))
	if _, err := fmt.Fprint(s.w, text); err != nil {
		return err
	}
	return s.rc.Flush()
}
