package twilio

import (
	"context"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// Budget is how many messages may leave a day, of SMS and of calls each. Its zero value sets no limit. It is
// counted before a message leaves, so that those under way at the same time may go beyond it by their number.
type Budget struct {
	Daily    int // 0: no limit
	Reserved int // percent of Daily, 0 to 100, that only P0 may use
}

// Spending counts what left.
type Spending interface {
	// Spent is how many attempts over a channel Twilio has accepted, or may have, since a moment.
	Spent(ctx context.Context, c escalation.Channel, since time.Time) (n int, err error)
}

// Allows reports whether the budget has room for one more message after spent. A P0 that it has none for
// leaves all the same: nothing holds a P0 back.
func (b Budget) Allows(s alerting.Severity, spent int) bool {
	limit := b.Daily
	if s != alerting.P0 {
		limit -= b.Daily * b.Reserved / 100
	}
	return b.Daily == 0 || spent < limit
}

// midnight is the beginning of the day that is so many after now's, in now's zone.
func midnight(now time.Time, days int) time.Time {
	y, m, d := now.Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, now.Location())
}
