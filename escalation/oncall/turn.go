package oncall

import (
	"fmt"
	"strconv"
	"strings"
)

// Turn is how long one person holds the rotation. Days are civil days: a hand-off stays at its local
// time across DST. Exactly one of Days and Hours is set, and positive.
type Turn struct{ Days, Hours int }

// longestTurn is the longest turn that may be configured, in days.
const longestTurn = 366

// ParseTurn reads a turn: "1 week", "2 weeks", "1 day", "3 days" (civil days) or "12 hours" (on the wall
// clock), with the units also as "w", "d" and "h": "12h". It is at least an hour and at most 366 days.
func ParseTurn(s string) (Turn, error) {
	text := strings.ToLower(strings.TrimSpace(s))
	unit := strings.TrimLeft(text, "0123456789")
	n, err := strconv.ParseUint(strings.TrimSuffix(text, unit), 10, 16)
	if err != nil {
		return Turn{}, noTurn(s)
	}
	t := Turn{}
	switch strings.TrimSpace(unit) {
	case "w", "week", "weeks":
		t.Days = 7 * int(n)
	case "d", "day", "days":
		t.Days = int(n)
	case "h", "hour", "hours":
		t.Hours = int(n)
	default:
		return Turn{}, noTurn(s)
	}
	if t.isZero() || t.Days > longestTurn || t.Hours > longestTurn*24 {
		return Turn{}, fmt.Errorf("the turn %q must be at least an hour and at most %d days", s, longestTurn)
	}
	return t, nil
}

func noTurn(s string) error {
	return fmt.Errorf(`%q is no turn: write "1 week", "3 days" or "12 hours"`, s)
}

// String is t as the configuration writes it; ParseTurn reads it back.
func (t Turn) String() string {
	switch {
	case t.Days == 0:
		return count(t.Hours, "hour")
	case t.Days%7 == 0:
		return count(t.Days/7, "week")
	default:
		return count(t.Days, "day")
	}
}

func (t Turn) isZero() bool { return t.Days <= 0 && t.Hours <= 0 }

func count(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
