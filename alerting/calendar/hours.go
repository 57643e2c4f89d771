package calendar

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Span is a stretch of a local day, half-open: minutes after midnight, From <= m < To. A To beyond 1440
// is on the next day: hours past midnight belong to the day on which they begin.
type Span struct{ From, To int }

const dayMinutes = 24 * 60

// ParseHours reads opening hours: "09:00-17:00"; several as in "09:00-12:00, 13:00-17:00"; past midnight
// as in "22:00-06:00"; "00:00-24:00" is all day. They come back in order. Hours that overlap are an error.
func ParseHours(s string) ([]Span, error) {
	var hours []Span
	for part := range strings.SplitSeq(s, ",") {
		h, err := parseSpan(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		hours = append(hours, h)
	}
	slices.SortFunc(hours, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	for i, h := range hours {
		next, day := hours[(i+1)%len(hours)], 0
		if i == len(hours)-1 {
			day = dayMinutes
		}
		if h.To > next.From+day {
			return nil, fmt.Errorf("the hours %s and %s overlap", h, next)
		}
	}
	return hours, nil
}

func parseSpan(s string) (Span, error) {
	from, to, found := strings.Cut(s, "-")
	h := Span{}
	ok := found
	if ok {
		h.From, ok = parseClock(strings.TrimSpace(from))
	}
	if ok {
		h.To, ok = parseClock(strings.TrimSpace(to))
	}
	switch {
	case !ok || h.From == dayMinutes:
		return Span{}, fmt.Errorf("%q are no opening hours: write them as in 09:00-17:00, and several as in 09:00-12:00, 13:00-17:00", s)
	case h.From == h.To:
		return Span{}, fmt.Errorf("the hours %q end as they begin: write 00:00-24:00 for all day", s)
	case h.To < h.From:
		h.To += dayMinutes
	}
	return h, nil
}

// parseClock reads "09:00" to minutes after midnight; "24:00" is the end of the day.
func parseClock(s string) (int, bool) {
	if s == "24:00" {
		return dayMinutes, true
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil
}

// String is the span as ParseHours reads it.
func (h Span) String() string {
	to := h.To
	if h.pastMidnight() {
		to -= dayMinutes
	}
	return fmt.Sprintf("%02d:%02d-%02d:%02d", h.From/60, h.From%60, to/60, to%60)
}

func (h Span) pastMidnight() bool { return h.To > dayMinutes }
