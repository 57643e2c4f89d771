package slack_test

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"tocsin/notifiers/notifierstest"
)

const mutations = 100_000

// hosts are what proxies make of the Host header; Slack signs no address.
var hosts = []string{"tocsin.example.com", "10.0.0.7:8080", "localhost", ""}

func TestNoMutatedRequestIsTakenAndEveryRightOneIs(t *testing.T) {
	t.Parallel()
	ch, fake := desk(t)
	b := &inbox{}
	h := ch.ActionsHandler(b, b.wake)
	random := rand.New(rand.NewPCG(1, 2))
	var good notifierstest.SlackRequest
	for i := range mutations {
		if i%1000 == 0 { // a new press, so that no mutation is of one request alone
			good = fake.Pressed("U0SYS", "acknowledge", "412").Sign(notifierstest.SlackSecret, time.Now())
			if serve(h, good, hosts[i/1000%len(hosts)]) != http.StatusOK || len(b.taken) != i/1000+1 {
				t.Fatalf("the right request %d was refused", i/1000)
			}
		}
		bad := mutate(random, good)
		if status := serve(h, bad, ""); status == http.StatusOK || len(b.taken) != i/1000+1 {
			t.Fatalf("mutation %d was answered %d: %v %s", i, status, bad.Header, bad.Body)
		}
	}
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

func serve(h http.Handler, r notifierstest.SlackRequest, host string) int {
	w := &status{header: http.Header{}, code: http.StatusOK}
	req := &http.Request{Method: http.MethodPost, Host: host, Header: r.Header, Body: body{bytes.NewReader(r.Body)}}
	h.ServeHTTP(w, req)
	return w.code
}

type body struct{ *bytes.Reader }

func (body) Close() error { return nil }

// status is a ResponseWriter that keeps the status alone.
type status struct {
	header http.Header
	code   int
}

func (s *status) Header() http.Header         { return s.header }
func (s *status) Write(b []byte) (int, error) { return len(b), nil }
func (s *status) WriteHeader(code int)        { s.code = code }
