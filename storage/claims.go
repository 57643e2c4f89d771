package storage

import (
	"sync"

	"github.com/google/uuid"
)

// claims are the tokens of all that this replica has claimed and not finished. They are drawn before the
// claiming statement runs: what the database holds for this replica under another token was claimed by
// a statement whose answer never came, and nobody works on it.
type claims struct {
	mu   sync.Mutex
	live map[string]bool
}

// draw makes n tokens.
func (c *claims) draw(n int) []string {
	tokens := make([]string, n)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live == nil {
		c.live = map[string]bool{}
	}
	for i := range tokens {
		tokens[i] = uuid.NewString()
		c.live[tokens[i]] = true
	}
	return tokens
}

// drop forgets tokens that were not needed, or whose work is finished.
func (c *claims) drop(tokens ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range tokens {
		delete(c.live, t)
	}
}

// orphans are those of tokens that nobody here works on.
func (c *claims) orphans(tokens []string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, t := range tokens {
		if !c.live[t] {
			out = append(out, t)
		}
	}
	return out
}

// without is tokens less those in used.
func without(tokens []string, used map[string]bool) []string {
	var out []string
	for _, t := range tokens {
		if !used[t] {
			out = append(out, t)
		}
	}
	return out
}
