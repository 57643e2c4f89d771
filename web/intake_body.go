package web

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

const (
	maxIntakeBody = 8 << 20 // bytes, decompressed
	// intakeReadTime is how long a sender may take for its body; a slow one holds a place in the gate.
	intakeReadTime = 10 * time.Second

	maxIntakeRequests = 1024
	maxIntakeBytes    = 128 << 20 // of bodies under way
)

// gate bounds what intake holds at once. Its zero value is closed.
type gate struct {
	requests, maxRequests int64
	bytes, maxBytes       int64
}

func newGate(requests, bytes int64) *gate { return &gate{maxRequests: requests, maxBytes: bytes} }

// enter reserves room for the request's body, or says that there is none. leave gives it back.
func (g *gate) enter(r *http.Request) (leave func(), err error) {
	size := r.ContentLength
	if size < 0 || size > maxIntakeBody || encoded(r) {
		size = maxIntakeBody
	}
	n, b := atomic.AddInt64(&g.requests, 1), atomic.AddInt64(&g.bytes, size)
	leave = func() {
		atomic.AddInt64(&g.requests, -1)
		atomic.AddInt64(&g.bytes, -size)
	}
	if n > g.maxRequests || b > g.maxBytes {
		leave()
		return nil, errOverloaded
	}
	return leave, nil
}

func encoded(r *http.Request) bool { return r.Header.Get("Content-Encoding") != "" }

// readIntake is the request's body, decompressed. The errors are for the sender.
func readIntake(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > maxIntakeBody {
		return nil, errTooLarge()
	}
	// Not every writer can do this (tests); the server's own timeouts stand then.
	conn := http.NewResponseController(w)
	_ = conn.SetReadDeadline(time.Now().Add(intakeReadTime))
	// One that passed while the alerts are stored would look as if the sender had gone.
	defer func() { _ = conn.SetReadDeadline(time.Time{}) }()
	var body io.Reader = http.MaxBytesReader(w, r.Body, maxIntakeBody)
	switch coding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); coding {
	case "", "identity":
	case "gzip", "x-gzip":
		unzip, err := gzip.NewReader(body)
		if err != nil {
			return nil, bodyError(err)
		}
		// No more is unpacked than may be kept: a small body may stand for gigabytes.
		body = io.LimitReader(unzip, maxIntakeBody+1)
	default:
		return nil, refuse(http.StatusUnsupportedMediaType, "The body is encoded as %q; send it plain or as gzip.", coding)
	}
	return readAll(body, r.ContentLength)
}

func readAll(body io.Reader, expected int64) ([]byte, error) {
	var b bytes.Buffer
	if expected > 0 {
		b.Grow(int(min(expected, maxIntakeBody)) + bytes.MinRead)
	}
	if _, err := b.ReadFrom(body); err != nil {
		return nil, bodyError(err)
	}
	if b.Len() > maxIntakeBody {
		return nil, errTooLarge()
	}
	return b.Bytes(), nil
}

func bodyError(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errTooLarge()
	}
	return refuse(http.StatusBadRequest, "The body could not be read: %v.", err)
}

func errTooLarge() error {
	return refuse(http.StatusRequestEntityTooLarge, "The body is larger than 8 MiB decompressed. Send fewer alerts at once.")
}
