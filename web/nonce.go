package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// A page behind a link takes an answer from when somebody can have read it until it is forgotten.
const (
	nonceFrom  = time.Second
	nonceUntil = time.Hour
)

// nonceKey signs what the pages behind links carry in their forms. All replicas share it.
type nonceKey []byte

// freshness is what a nonce tells of the page that it came from.
type freshness uint8

const (
	foreign freshness = iota // no page of ours, or of another link or purpose
	early                    // served less than nonceFrom ago
	fresh
	stale // served nonceUntil ago or more
)

// nonce is made for one link, one purpose and the moment at which its page is served.
func (k nonceKey) nonce(token, purpose string, served time.Time) string {
	at := strconv.FormatInt(served.UnixMilli(), 36)
	mac := hmac.New(sha256.New, k)
	for _, part := range []string{"tocsin page behind a link", purpose, at, token} {
		mac.Write([]byte(part + "\x00"))
	}
	return at + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// check says how fresh the page is that sent nonce back at now.
func (k nonceKey) check(token, purpose, nonce string, now time.Time) freshness {
	at, _, _ := strings.Cut(nonce, ".")
	ms, err := strconv.ParseInt(at, 36, 64)
	if err != nil {
		return foreign
	}
	served := time.UnixMilli(ms)
	if !hmac.Equal([]byte(k.nonce(token, purpose, served)), []byte(nonce)) {
		return foreign
	}
	switch age := now.Sub(served); {
	case age < nonceFrom:
		return early
	case age >= nonceUntil:
		return stale
	}
	return fresh
}
