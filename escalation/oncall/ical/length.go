package ical

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

const (
	day     = 24 * time.Hour
	longest = 366 * day
)

// length is how long an event lasts: first on the local clock, then for so long.
type length struct{ civil, exact time.Duration }

// after is the end of what begins at m.
func (l length) after(m moment) time.Time { return m.at(m.local.Add(l.civil)).time().Add(l.exact) }

// most is the length on a day on which no clock changes.
func (l length) most() time.Duration { return l.civil + l.exact }

// between is the length from start to end: on the local clock where they name the same zone.
func between(start, end moment) length {
	if start.zone.String() == end.zone.String() {
		return length{civil: end.local.Sub(start.local)}
	}
	return length{exact: end.time().Sub(start.time())}
}

// parseDuration reads "P1W", "P7D", "PT12H" or "P1DT2H30M": weeks and days are of the local clock.
func parseDuration(s string) (length, error) {
	parts := regexp.MustCompile(`^\+?P(?:(\d{1,3})W)?(?:(\d{1,3})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?$`).FindStringSubmatch(s)
	if parts == nil {
		return length{}, fmt.Errorf("lasts %q, which is no duration", short(s))
	}
	n := func(i int) time.Duration {
		v, _ := strconv.Atoi(parts[i]) // digits, or nothing
		return time.Duration(v)
	}
	return length{civil: n(1)*7*day + n(2)*day, exact: n(3)*time.Hour + n(4)*time.Minute + n(5)*time.Second}, nil
}
