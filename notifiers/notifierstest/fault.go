package notifierstest

import (
	"bufio"
	"net/http"
	"sync"
	"time"
)

// Fault is how a stand-in misbehaves at one request.
type Fault uint8

// Kinds of misbehaviour. Over SMTP it is the message's DATA that meets the fault.
const (
	NoFault       Fault = iota
	ServerError         // 502 with an HTML body; SMTP: 451
	RateLimited         // 429 with Retry-After; SMTP: 450
	Refused             // the provider's own permanent refusal; SMTP: 550
	Hang                // reads the request, does nothing, never answers
	Drop                // reads the request, does nothing, and closes the connection
	AcceptAndDrop       // accepts, and closes the connection instead of answering
	Garbage             // accepts, and answers 200 with what nobody can read; SMTP: as AcceptAndDrop
	Slow                // accepts, and answers a byte at a time, one each SlowStep; SMTP: after SlowStep
)

// SlowStep is the pause between the bytes of a slow answer.
const SlowStep = 5 * time.Millisecond

// faults decides which fault the next request meets.
type faults struct {
	mu         sync.Mutex
	requests   int
	next       []Fault
	by         func(request int) Fault
	retryAfter time.Duration
	lifted     chan struct{} // closed when the stand-in closes
}

func newFaults() *faults { return &faults{lifted: make(chan struct{}), retryAfter: time.Second} }

// FailNext makes the next n requests meet f.
func (f *faults) FailNext(n int, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for range n {
		f.next = append(f.next, fault)
	}
}

// FailBy asks choose for each request's fault, by the request's number from 1; FailNext goes before it.
// choose may be called by several goroutines at once. Nil ends it.
func (f *faults) FailBy(choose func(request int) Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.by = choose
}

// RetryAfter is what RateLimited asks for, in whole seconds; 1 s unless set.
func (f *faults) RetryAfter(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.retryAfter = d
}

// Requests counts what came in, faults and all.
func (f *faults) Requests() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.requests
}

func (f *faults) draw() (Fault, time.Duration) {
	f.mu.Lock()
	f.requests++
	n, by, wait := f.requests, f.by, f.retryAfter
	if len(f.next) > 0 {
		fault := f.next[0]
		f.next = f.next[1:]
		f.mu.Unlock()
		return fault, wait
	}
	f.mu.Unlock()
	if by != nil {
		return by(n), wait
	}
	return NoFault, wait
}

// drop closes the connection under w without an answer.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		conn.Close()
	}
}

// dribble answers 200 with body, a byte at a time.
func dribble(w http.ResponseWriter, r *http.Request, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	rc := http.NewResponseController(w)
	out := bufio.NewWriter(w)
	for _, c := range body {
		select {
		case <-time.After(SlowStep):
		case <-r.Context().Done():
			return
		}
		_ = out.WriteByte(c)
		_ = out.Flush()
		_ = rc.Flush()
	}
}
