package slack_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
)

// mouth is one of the addresses that Slack posts to.
type mouth struct {
	path    string
	handler http.Handler
	request func(n int) notifierstest.SlackRequest // the nth, not signed yet
}

func mouths(ch *slack.Slack, fake *notifierstest.Slack, in slack.Intake) []mouth {
	return []mouth{
		{"/slack/actions", ch.ActionsHandler(in), func(int) notifierstest.SlackRequest { return fake.Pressed("U0SYS", "acknowledge", "412") }},
		{"/slack/commands", ch.CommandsHandler(in), func(int) notifierstest.SlackRequest { return fake.Typed("U0SYS", "/tocsin", "ack 412") }},
		{"/slack/events", ch.EventsHandler(in), func(n int) notifierstest.SlackRequest {
			return notifierstest.Event(fmt.Sprintf("Ev%d", n), written(nil))
		}},
	}
}

func TestNoMutatedRequestIsTakenAndEveryRightOneIsBehindEveryProxy(t *testing.T) {
	t.Parallel()
	ch, fake := desk(t)
	s := &store{}
	ms, proxies := mouths(ch, fake, slack.Intake{Inbox: s, Wake: func() {}, Threads: threads{}}), notifierstest.SlackProxies()
	random := rand.New(rand.NewPCG(1, 2))
	right, refused := 0, 0
	for refused < notifierstest.TortureRequests() || right < len(ms)*len(proxies) {
		m, p := ms[right%len(ms)], proxies[right/len(ms)%len(proxies)] // a new one each time, so that no mutation is of one request alone
		good := now(m.request(right))
		right++
		if status := through(m, p, good, nil); status != http.StatusOK || len(s.seen) != right {
			t.Fatalf("the right request to %s behind %s was answered %d", m.path, p.Name, status)
		}
		for range 400 {
			bad := mutate(random, good)
			switch status := through(m, p, bad, &good); {
			case status == 0: // the proxy or the server has mended it
			case status == http.StatusOK || len(s.seen) != right:
				t.Fatalf("a mutation to %s behind %s was answered %d: %v %s", m.path, p.Name, status, bad.Header, bad.Body)
			default:
				refused++
			}
		}
	}
	t.Logf("Slack: %d mutated requests, none taken; %d right ones, all taken", refused, right)
}

// through sends a request behind a proxy and returns the status; 0 if what arrived is what good is.
func through(m mouth, p notifierstest.SlackProxy, r notifierstest.SlackRequest, good *notifierstest.SlackRequest) int {
	req, err := r.Through(p, m.path)
	if err != nil {
		return http.StatusBadRequest // as the server would
	}
	req.RemoteAddr = "192.0.2.7:4711"
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return http.StatusBadRequest
	}
	if good != nil && bytes.Equal(body, good.Body) && same(req.Header, good.Header, "X-Slack-Signature", "X-Slack-Request-Timestamp") {
		return 0
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	w := &status{header: http.Header{}, code: http.StatusOK}
	m.handler.ServeHTTP(w, req)
	return w.code
}

func same(a, b http.Header, names ...string) bool {
	for _, name := range names {
		if a.Get(name) != b.Get(name) {
			return false
		}
	}
	return true
}

func TestASignatureIsOfOneTimeAndOneBodyAlone(t *testing.T) {
	ch, fake := desk(t)
	s := &store{}
	for i, m := range mouths(ch, fake, slack.Intake{Inbox: s, Wake: func() {}, Threads: threads{}}) {
		good, other := now(m.request(i)), now(m.request(i+10)).Sign(notifierstest.SlackSecret, time.Now().Add(time.Second))
		for name, bad := range map[string]notifierstest.SlackRequest{
			"another's body": {Header: good.Header, Body: other.Body},
			"two signatures": with(good, "X-Slack-Signature", other.Header.Get("X-Slack-Signature"), good.Header.Get("X-Slack-Signature")),
			"two times":      with(good, "X-Slack-Request-Timestamp", other.Header.Get("X-Slack-Request-Timestamp"), good.Header.Get("X-Slack-Request-Timestamp")),
			"a signed time":  with(good, "X-Slack-Request-Timestamp", "+"+good.Header.Get("X-Slack-Request-Timestamp")),
			"another secret": good.Sign("another", time.Now()),
		} {
			if status := through(m, notifierstest.SlackProxies()[0], bad, nil); status != http.StatusForbidden || len(s.seen) != 0 {
				t.Errorf("%s with %s was answered %d", m.path, name, status)
			}
		}
	}
}

func with(r notifierstest.SlackRequest, name string, values ...string) notifierstest.SlackRequest {
	h := r.Header.Clone()
	h[name] = values
	return notifierstest.SlackRequest{Header: h, Body: r.Body}
}

// mutate changes one place of what is signed: the body, the time, or the signature.
func mutate(random *rand.Rand, r notifierstest.SlackRequest) notifierstest.SlackRequest {
	out := notifierstest.SlackRequest{Header: r.Header.Clone(), Body: r.Body}
	name := [...]string{"", "", "X-Slack-Request-Timestamp", "X-Slack-Signature"}[random.IntN(4)]
	if name == "" {
		out.Body = spoil(random, r.Body)
		return out
	}
	out.Header.Set(name, string(spoil(random, []byte(r.Header.Get(name)))))
	return out
}

// spoil changes, inserts, takes out, doubles, or cuts off bytes, or turns a letter's case.
func spoil(random *rand.Rand, b []byte) []byte {
	at := random.IntN(len(b))
	var out []byte
	switch random.IntN(6) {
	case 0:
		out = bytes.Clone(b)
		out[at] ^= byte(1 + random.IntN(255))
	case 1:
		out = append(append(bytes.Clone(b[:at]), byte(random.IntN(256))), b[at:]...)
	case 2:
		out = append(bytes.Clone(b[:at]), b[at+1:]...)
	case 3:
		out = append(bytes.Clone(b), b[at:]...)
	case 4:
		out = bytes.Clone(b[:at])
	default:
		out = bytes.Clone(b)
		out[at] ^= 0x20
	}
	return out
}

// status is a ResponseWriter that keeps the status alone.
type status struct {
	header http.Header
	code   int
}

func (s *status) Header() http.Header         { return s.header }
func (s *status) Write(b []byte) (int, error) { return len(b), nil }
func (s *status) WriteHeader(code int)        { s.code = code }
