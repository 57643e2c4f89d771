// Package link makes and reads the links that an email or an SMS carries: each names an incident and the
// person that it was sent to, expires, and is signed. Whether the incident still takes answers is for
// whoever serves the link to say.
package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"time"
)

// Claims are what a link says.
type Claims struct {
	Incident int64
	Person   string // a person's ID
	Expires  time.Time
}

// Why a link is refused. The texts are for whoever opened it.
var (
	ErrForged  = errors.New("this is not a link of Tocsin's, or a part of it is missing: open the one in the newest message about the incident")
	ErrExpired = errors.New("this link has expired: open the one in the newest message about the incident, or sign in")
)

const (
	version  = 1
	domain   = "tocsin personal link\x00" // keeps signatures of other things under the same key apart
	tagSize  = 16                         // bytes of the signature that a link carries
	keySize  = 16                         // the shortest key that signs
	maxToken = 512                        // characters; ours have about 60
)

// Signer makes and reads links. It is safe for concurrent use.
type Signer struct {
	key  []byte
	base string
}

// New makes a signer. All replicas need the same key, of 16 bytes or more: with a shorter one no link is
// made and none is accepted. publicURL is Tocsin's own.
func New(key []byte, publicURL string) *Signer {
	if len(key) < keySize {
		key = nil
	}
	return &Signer{key: key, base: strings.TrimRight(publicURL, "/") + "/a/"}
}

// URL is the link by which a person answers an incident until it expires, to the second; empty if there
// is no person (or one with an endless name), no incident, or no key.
func (s *Signer) URL(incident int64, person string, expires time.Time) string {
	if s.key == nil || incident <= 0 || person == "" || expires.Unix() < 0 {
		return ""
	}
	b := []byte{version}
	b = binary.AppendUvarint(b, uint64(incident))
	b = binary.AppendUvarint(b, uint64(expires.Unix()))
	b = append(b, person...)
	token := base64.RawURLEncoding.EncodeToString(append(b, s.tag(b)...))
	if len(token) > maxToken {
		return ""
	}
	return s.base + token
}

// Parse reads the token of a link (what follows /a/) at a moment. The error is ErrForged, or ErrExpired
// from the moment on at which a genuine one expires.
func (s *Signer) Parse(token string, now time.Time) (Claims, error) {
	body, ok := s.open(token)
	if !ok {
		return Claims{}, ErrForged
	}
	c, ok := read(body)
	if !ok {
		return Claims{}, ErrForged
	}
	if !now.Before(c.Expires) {
		return Claims{}, ErrExpired
	}
	return c, nil
}

// open checks the signature. A token is accepted only as it was written: base64 has several ways to
// write the same bytes (line breaks, unused bits).
func (s *Signer) open(token string) (body []byte, ok bool) {
	if s.key == nil || len(token) > maxToken {
		return nil, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) < tagSize || base64.RawURLEncoding.EncodeToString(b) != token {
		return nil, false
	}
	body, tag := b[:len(b)-tagSize], b[len(b)-tagSize:]
	return body, hmac.Equal(tag, s.tag(body))
}

func (s *Signer) tag(body []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	_, _ = mac.Write([]byte(domain))
	_, _ = mac.Write(body)
	return mac.Sum(nil)[:tagSize]
}

// read takes a signed body apart; ok is false for another version's.
func read(b []byte) (c Claims, ok bool) {
	if len(b) == 0 || b[0] != version {
		return c, false
	}
	b = b[1:]
	incident, n := binary.Uvarint(b)
	if n <= 0 {
		return c, false
	}
	b = b[n:]
	expires, n := binary.Uvarint(b)
	if n <= 0 {
		return c, false
	}
	return Claims{int64(incident), string(b[n:]), time.Unix(int64(expires), 0).UTC()}, true
}
