package texts

import (
	"errors"
	"io"
	"time"
)

var (
	errLate = errors.New("takes longer to write than it may (50 ms)")
	errLong = errors.New("is longer than it may be")
)

// gate is what a text writes through: it ends the writing once the time is up or the room is full. A
// template cannot be stopped from outside, so every write, every function and every turn of a loop asks it.
type gate struct {
	bounded bool
	until   time.Time
	room    int // characters
	out     io.Writer
}

// open makes the gate ready for a text of at most limit characters that ends at until; a limit of 0 is none
// at all, of either.
func (g *gate) open(limit int, until time.Time, out io.Writer) {
	g.bounded, g.until, g.room, g.out = limit > 0, until, limit, out
}

// pass is an error once the time is up.
func (g *gate) pass() error {
	if g.bounded && time.Now().After(g.until) {
		return errLate
	}
	return nil
}

// tick is what every turn of a loop asks.
func (g *gate) tick() (string, error) { return "", g.pass() }

// Write is io.Writer's.
func (g *gate) Write(b []byte) (int, error) {
	if err := g.pass(); err != nil {
		return 0, err
	}
	if g.bounded {
		for _, c := range b {
			if c&0xC0 != 0x80 { // not inside a character of UTF-8
				g.room--
			}
		}
		if g.room < 0 {
			return 0, errLong
		}
	}
	return g.out.Write(b)
}
