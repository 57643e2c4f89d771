package notifierstest

import (
	"encoding/json"
	"net/http"
	"regexp"
	"sync"
	"time"
)

// Met is one request that a stand-in took in, and what it did with it.
type Met struct {
	About    string // the attempt of Tocsin's that the request carries, empty if it names none
	Fault    Fault
	At       time.Time     // when it had come in
	Took     time.Time     // when it was accepted; zero: it was not
	Wait     time.Duration // what RateLimited asked for
	Objected string        // the answer of a stand-in that did not accept it for a reason of its own
}

// Lost reports whether it was accepted and its sender was not told.
func (m Met) Lost() bool {
	return !m.Took.IsZero() && (m.Fault == AcceptAndDrop || m.Fault == Garbage || m.Fault == Trickle)
}

// Refused reports whether its sender was told, or had to think, that it may not have been accepted.
func (m Met) Refused() bool { return m.Took.IsZero() || m.Lost() }

// record keeps what was met, in the order in which the requests came in.
type record struct {
	mu  sync.Mutex
	met []Met
}

// Met are all requests so far, in the order in which they came in.
func (r *record) Met() []Met {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Met(nil), r.met...)
}

// begin notes a request and returns what notes its end.
func (r *record) begin(m Met) (took func(objection string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := len(r.met)
	r.met = append(r.met, m)
	return func(objection string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.met[i].Objected = objection; objection == "" {
			r.met[i].Took = time.Now()
		}
	}
}

// AttemptIn is the first of Tocsin's attempts that s names.
func AttemptIn(s string) string {
	return regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`).FindString(s)
}

// about is the attempt that a request carries: in Twilio's callback, Slack's metadata or a webhook's header.
func about(r *http.Request) string {
	for _, v := range []string{r.Form.Get("StatusCallback"), r.Form.Get("metadata"), r.Header.Get("Tocsin-Attempt")} {
		if id := AttemptIn(v); id != "" {
			return id
		}
	}
	return ""
}

// objection is an answer that says no, as text; empty if it says yes.
func objection(status int, body []byte) string {
	var slack struct {
		OK *bool `json:"ok"`
	}
	if status < 300 && (json.Unmarshal(body, &slack) != nil || slack.OK == nil || *slack.OK) {
		return ""
	}
	return string(body)
}
