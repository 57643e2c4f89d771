package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Sign is the header Tocsin-Signature of a body sent at a time: "t=1767000000,v1=5257a8...", with one v1 for
// each secret. v1 is HMAC-SHA256, under the secret, of t, a full stop and the body, in hex.
func Sign(at time.Time, body []byte, secrets ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "t=%d", at.Unix())
	for _, secret := range secrets {
		b.WriteString(",v1=" + hex.EncodeToString(sum(secret, strconv.FormatInt(at.Unix(), 10), body)))
	}
	return b.String()
}

// Verify reports why a body with this header is not to be believed: it was not signed with secret, or its
// time is further than tolerance from now. Nil: it is. Who may call: receivers written in Go, and tests.
func Verify(header string, body []byte, secret string, now time.Time, tolerance time.Duration) error {
	stamp, signatures, err := parseSignature(header)
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return errors.New("the signature's time is no number of seconds")
	}
	want, good := sum(secret, stamp, body), false
	for _, s := range signatures {
		good = hmac.Equal(s, want) || good
	}
	if !good {
		return errors.New("the signature is not one of this secret")
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
		return fmt.Errorf("the signature is %s old: it may have been sent before", age.Round(time.Second))
	}
	return nil
}

// parseSignature reads the header: its time as it was signed, and every v1. What else is in it is for a
// later version.
func parseSignature(header string) (stamp string, signatures [][]byte, err error) {
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			if stamp != "" {
				return "", nil, errors.New("the signature has two times")
			}
			stamp = value
		case "v1":
			s, err := hex.DecodeString(value)
			if err != nil || len(s) != sha256.Size {
				return "", nil, errors.New("the signature is no SHA-256 in hex")
			}
			signatures = append(signatures, s)
		}
	}
	if stamp == "" || len(signatures) == 0 {
		return "", nil, errors.New("the signature has no time or no v1")
	}
	return stamp, signatures, nil
}

func sum(secret, stamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + "."))
	mac.Write(body)
	return mac.Sum(nil)
}
