package notifierstest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// WebhookSecret is what the stand-in expects posts to be signed with.
const WebhookSecret = "whsec-0123456789abcdef"

// WebhookPost is a post that was accepted.
type WebhookPost struct {
	Path      string
	Header    http.Header
	Body      json.RawMessage
	Key       string // Idempotency-Key
	Duplicate bool   // a post with this key had been accepted before: a receiver drops this one
}

// Webhook stands in for somebody's receiver of webhooks. It refuses what is not signed, is older than five
// minutes, was sent before word for word, or is no body of version 1; and tells repeats by their key.
type Webhook struct {
	*web
	URL   string // scheme and host
	posts *box[WebhookPost]

	mu     sync.Mutex
	secret string
	seen   map[string]bool // signatures
	keys   map[string]bool
	status map[string]int // by path
	move   map[string]moved
}

// moved is where posts to a path are sent on, and with which status.
type moved struct {
	to     string
	status int
}

// NewWebhook starts one for a test.
func NewWebhook(t Cleaner) *Webhook { return begin(t, StartWebhook) }

// StartWebhook starts one; Close ends it.
func StartWebhook() (*Webhook, error) {
	h := &Webhook{posts: newBox[WebhookPost](), secret: WebhookSecret, seen: map[string]bool{}, keys: map[string]bool{}, status: map[string]int{}, move: map[string]moved{}}
	var err error
	if h.web, err = serve(http.HandlerFunc(h.receive)); err != nil {
		return nil, err
	}
	h.URL = "http://" + h.addr
	return h, nil
}

// Posts are all that were accepted, in order.
func (h *Webhook) Posts() []WebhookPost { return h.posts.all() }

// Wait returns once n posts have been accepted.
func (h *Webhook) Wait(ctx context.Context, n int) ([]WebhookPost, error) {
	return h.posts.wait(ctx, func(ps []WebhookPost) bool { return len(ps) >= n })
}

// Expect makes posts signed with secret the only ones that are accepted.
func (h *Webhook) Expect(secret string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.secret = secret
}

// Answer makes every post to path be answered with an HTTP status, whatever it is.
func (h *Webhook) Answer(path string, status int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.status[path] = status
}

// Redirect makes posts to path be sent on to an address with 307.
func (h *Webhook) Redirect(path, to string) {
	h.RedirectBy(http.StatusTemporaryRedirect, path, to)
}

// RedirectBy makes posts to path be sent on to an address with a status of 3xx.
func (h *Webhook) RedirectBy(status int, path, to string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.move[path] = moved{to, status}
}

func (h *Webhook) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		reply(w, "text/plain", http.StatusBadRequest, []byte("the body is cut off"))
		return
	}
	h.mu.Lock()
	status, move := h.status[r.URL.Path], h.move[r.URL.Path]
	h.mu.Unlock()
	switch {
	case move.to != "":
		http.Redirect(w, r, move.to, move.status)
		return
	case status != 0:
		reply(w, "text/plain", status, nil)
		return
	}
	h.answer(w, r,
		func() (int, []byte) { return h.accept(r, body) },
		func() (int, []byte) { return http.StatusGone, []byte(`{"error":"nobody listens here any more"}`) })
}

func (h *Webhook) accept(r *http.Request, body []byte) (int, []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	signature := r.Header.Get("Tocsin-Signature")
	var head struct {
		Version int    `json:"version"`
		Event   string `json:"event"`
		ID      string `json:"id"`
	}
	switch {
	case r.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, []byte(`{"error":"only POST"}`)
	case !signed(signature, body, h.secret, time.Now()):
		return http.StatusUnauthorized, []byte(`{"error":"the signature is wrong or too old"}`)
	case h.seen[signature]:
		return http.StatusBadRequest, []byte(`{"error":"this was sent before, word for word"}`)
	case json.Unmarshal(body, &head) != nil || head.Version != 1 || head.Event != r.Header.Get("Tocsin-Event") || head.ID != r.Header.Get("Tocsin-Attempt"):
		return http.StatusBadRequest, []byte(`{"error":"this is no body of version 1"}`)
	}
	h.seen[signature] = true
	key := r.Header.Get("Idempotency-Key")
	h.posts.add(WebhookPost{Path: r.URL.Path, Header: r.Header.Clone(), Body: body, Key: key, Duplicate: h.keys[key]})
	h.keys[key] = true
	return http.StatusOK, []byte(`{"ok":true}`)
}

// signed checks a signature as docs/webhooks.md says that a receiver should.
func signed(header string, body []byte, secret string, now time.Time) bool {
	stamp, good := "", false
	for part := range strings.SplitSeq(header, ",") {
		if t, ok := strings.CutPrefix(part, "t="); ok {
			stamp = t
		}
		v1, ok := strings.CutPrefix(part, "v1=")
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(append([]byte(stamp+"."), body...))
		good = ok && subtle.ConstantTimeCompare([]byte(v1), []byte(hex.EncodeToString(mac.Sum(nil)))) == 1 || good
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	return good && err == nil && now.Sub(time.Unix(seconds, 0)).Abs() <= 5*time.Minute
}
