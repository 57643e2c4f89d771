package notifierstest

import (
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
	Trickle             // as Slow, but one each TrickleStep: nobody waits so long; SMTP too
	Reset               // reads the request, does nothing, and resets the connection
)

func (f Fault) String() string {
	return [...]string{
		"no fault", "5xx", "429", "refused", "hang", "dropped", "accepted and dropped", "garbage", "slow", "a byte a second", "reset",
	}[f]
}

// SlowStep and TrickleStep are the pauses between the bytes of slow answers.
const (
	SlowStep    = 5 * time.Millisecond
	TrickleStep = time.Second
)

// faults decides which fault the next request meets.
type faults struct {
	*record
	mu         sync.Mutex
	requests   int
	next       []Fault
	by         func(request int) Fault
	retryAfter time.Duration
	lifted     chan struct{} // closed when the stand-in closes, or the faults are lifted
	lift       sync.Once
}

func newFaults() *faults {
	return &faults{record: &record{}, lifted: make(chan struct{}), retryAfter: time.Second}
}

// Lift ends every fault for good: what hangs is dropped unanswered, what trickles is answered to its end.
func (f *faults) Lift() {
	f.mu.Lock()
	f.next, f.by = nil, nil
	f.mu.Unlock()
	f.lift.Do(func() { close(f.lifted) })
}

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

// draw is the fault that a request about something meets, and what notes that it was accepted, or with an
// objection that it was not. asks says whether the protocol has a way to ask for a pause.
func (f *faults) draw(about string, asks bool) (fault Fault, wait time.Duration, took func(objection string)) {
	fault, wait = f.choose()
	m := Met{About: about, Fault: fault, At: time.Now()}
	if fault == RateLimited && asks {
		m.Wait = wait.Truncate(time.Second)
	}
	return fault, wait, f.begin(m)
}

func (f *faults) choose() (Fault, time.Duration) {
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
