package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/receive"
)

// Source is a sender of alerts.
type Source struct {
	Name string
	Kind SourceKind
	// Tokens are valid side by side, so that one can be replaced without a gap; each is in the clear, or
	// "sha256:" and its hash in hex. An empty one is never accepted, and a source without any accepts nothing.
	Tokens []string
}

// SourceKind is what protocol a source speaks.
type SourceKind string

// Kinds of source.
const (
	Alertmanager SourceKind = "alertmanager"
	PagerDuty    SourceKind = "pagerduty"
)

// intake takes alerts in over HTTP.
type intake struct {
	sources  map[SourceKind][]sourceKey
	receiver Receiver
	gate     *gate
	log      *slog.Logger
}

type sourceKey struct {
	secret
	name string
}

// decoder reads one request's body.
type decoder func(source string, body []byte, now time.Time) (receive.Batch, error)

func newIntake(sources []Source, receiver Receiver, log *slog.Logger) *intake {
	in := &intake{sources: map[SourceKind][]sourceKey{}, receiver: receiver, gate: newGate(maxIntakeRequests, maxIntakeBytes), log: log}
	for _, s := range sources {
		for _, token := range s.Tokens {
			in.sources[s.Kind] = append(in.sources[s.Kind], sourceKey{newSecret(token), s.Name})
		}
	}
	return in
}

// take answers 2xx only once every alert that it does not name as rejected is durable.
func (in *intake) take(kind SourceKind, decode decoder) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		source, ok := in.source(kind, r)
		if !ok {
			w.Header().Set("WWW-Authenticate", `Bearer realm="tocsin intake", Basic realm="tocsin intake"`)
			return refuse(http.StatusUnauthorized, "No %s source has this token. Send it as \"Authorization: Bearer TOKEN\", or as the password of HTTP basic.", kind)
		}
		leave, err := in.gate.enter(r)
		if err != nil {
			return err
		}
		defer leave()
		body, err := readIntake(w, r)
		if err != nil {
			return err
		}
		batch, err := decode(source, body, time.Now())
		if err != nil {
			return unacceptable(err)
		}
		if batch.Truncated > 0 {
			in.log.Warn("a source leaves alerts out of its groups: set max_alerts to 0 there", "source", source, "left_out", batch.Truncated)
		}
		if n := len(batch.Rejected); n > 0 {
			in.log.Warn("a source sent alerts that cannot be taken", "source", source, "rejected", n, "first", batch.Rejected[0].Index, "why", batch.Rejected[0].Why)
		}
		if len(batch.Events) == 0 && len(batch.Rejected) > 0 {
			first := batch.Rejected[0]
			return refuse(http.StatusBadRequest, "None of the %d alerts can be taken. Alert %d: %s.", len(batch.Rejected), first.Index, first.Why)
		}
		if len(batch.Events) > 0 {
			if err := in.receiver.Receive(r.Context(), batch.Events); err != nil {
				return err
			}
		}
		return writeTaken(w, batch)
	}
}

// source is the name of the source whose token the request carries. All tokens of the kind are looked
// at whichever fits.
func (in *intake) source(kind SourceKind, r *http.Request) (name string, ok bool) {
	token, given := bearer(r)
	if !given {
		_, token, given = r.BasicAuth()
	}
	for _, key := range in.sources[kind] {
		if key.matches(token) && given {
			name, ok = key.name, true
		}
	}
	return name, ok
}

// bearer is the token of "Authorization: Bearer TOKEN".
func bearer(r *http.Request) (token string, ok bool) {
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), found && strings.EqualFold(scheme, "bearer")
}

// unacceptable is what a decoder's error means to the sender: not to send this again.
func unacceptable(err error) error {
	if m, ok := errors.AsType[*receive.Malformed](err); ok {
		return refuse(http.StatusBadRequest, "The body cannot be taken: %s.", strings.TrimSuffix(m.Why, "."))
	}
	return fmt.Errorf("decode alerts: %w", err)
}

// taken is the answer to a request whose alerts are durable.
type taken struct {
	Accepted int                 `json:"accepted"`
	Rejected []receive.Rejection `json:"rejected,omitempty"`
	// Truncated counts the alerts that the source left out of the group (Alertmanager's max_alerts).
	Truncated uint64 `json:"truncated,omitempty"`
}

func writeTaken(w http.ResponseWriter, b receive.Batch) error {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(taken{len(b.Events), b.Rejected, b.Truncated}) // the alerts are kept, whoever hears of it
	return nil
}

// errOverloaded is answered while more requests are under way than there is room for. Senders retry 503,
// and only 5xx.
var errOverloaded = fmt.Errorf("too many requests under way: %w", alerting.ErrUnavailable)
