package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"
)

// hashed begins a token that stands in the configuration as its SHA-256: "sha256:" and 64 hexadecimal
// digits. Whoever reads it there cannot send it: what is sent is hashed before it is compared.
const hashed = "sha256:"

// secret is a token as it is kept: its SHA-256. The zero value matches nothing.
type secret struct {
	sum [sha256.Size]byte
	set bool
}

// newSecret hashes a token, or takes the hash that stands for it. An empty one, or a hash that is none,
// matches nothing.
func newSecret(token string) secret {
	digits, isHash := strings.CutPrefix(token, hashed)
	if !isHash {
		return secret{sum: sha256.Sum256([]byte(token)), set: token != ""}
	}
	sum, err := hex.DecodeString(digits)
	if err != nil || len(sum) != sha256.Size {
		return secret{}
	}
	return secret{sum: [sha256.Size]byte(sum), set: true}
}

// matches compares in time that does not depend on the token.
func (s secret) matches(token string) bool {
	sum := sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(s.sum[:], sum[:]) == 1 && s.set
}
