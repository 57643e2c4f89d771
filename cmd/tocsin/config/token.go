package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A token stands in the file as it is, or as its SHA-256, so that nobody who reads the file can use it.
const hashedToken = "sha256:"

// mostTokens is how many tokens of one source are valid at once.
const mostTokens = 3

// token is a token, or its hash; nothing may show it.
func token(v value) Secret { return hidden(parseToken)(v) }

func parseToken(s string) (Secret, error) {
	digits, isHash := strings.CutPrefix(s, hashedToken)
	if _, err := hex.DecodeString(digits); isHash && (err != nil || len(digits) != hex.EncodedLen(sha256.Size)) {
		return "", errors.New("sha256: is followed by the token's hash, 64 hexadecimal digits: printf %s TOKEN | sha256sum makes it")
	}
	return Secret(s), nil
}

// tokens is a list of at most mostTokens.
func tokens(v value) []Secret {
	out := list(token)(v)
	if len(out) > mostTokens {
		v.fail("%s lists %d tokens: %d at once are the most", v.key, len(out), mostTokens)
	}
	return out
}

// tokensDiffer makes sure that no token stands twice in the list v, be it under token or tokens, in the
// clear or as its hash.
func (v value) tokensDiffer() {
	if v.node == nil || v.node.Kind != yaml.SequenceNode {
		return
	}
	lines := map[string]int{}
	for _, node := range v.node.Content {
		item := v.at(v.key, node)
		all := []value{item.child("token")}
		if list := item.child("tokens"); list.node != nil && list.node.Kind == yaml.SequenceNode {
			for _, n := range list.node.Content {
				all = append(all, list.at("token", n))
			}
		}
		for _, t := range all {
			if t.empty() || t.node.Kind != yaml.ScalarNode {
				continue
			}
			hash := tokenHash(t.node.Value)
			if first := lines[hash]; first > 0 {
				t.fail("this token stands twice in %s: first in line %d", v.key, first)
				continue
			}
			lines[hash] = t.line
		}
	}
}

func tokenHash(s string) string {
	if digits, isHash := strings.CutPrefix(s, hashedToken); isHash {
		return strings.ToLower(digits)
	}
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
