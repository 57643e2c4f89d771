package calendar

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/rickar/cal/v2"
)

// The years whose holidays and changes of the clock make a version. They are fixed, so that a version
// does not change because a year has passed.
const (
	firstVersionYear = 2020
	lastVersionYear  = 2039
)

// Version is 12 hexadecimal digits that stand for all that decides: the zone and its rules, workdays,
// hours, closed days, and the names and dates of the holidays. Two calendars that decide alike have the
// same version; a new release of the time zones or the holidays that changes something changes it.
func (c *Calendar) Version() string {
	if known := c.almanac.version.Load(); known != nil {
		return *known
	}
	sum := sha256.New()
	c.describe(sum)
	version := hex.EncodeToString(sum.Sum(nil))[:12]
	c.almanac.version.Store(&version)
	return version
}

func (c *Calendar) describe(w io.Writer) {
	days, closed := slices.Clone(c.Workdays), slices.Clone(c.Closed)
	slices.Sort(days)
	slices.SortFunc(closed, Date.compare)
	fmt.Fprintln(w, c.zone(), slices.Compact(days), c.Hours, slices.Compact(closed))
	describeZone(w, c.zone())
	for _, line := range holidayLines(c.Holidays) {
		fmt.Fprintln(w, line)
	}
}

// describeZone writes each change of the zone's clock.
func describeZone(w io.Writer, zone *time.Location) {
	end := time.Date(lastVersionYear+1, 1, 1, 0, 0, 0, 0, time.UTC)
	for t := time.Date(firstVersionYear, 1, 1, 0, 0, 0, 0, time.UTC).In(zone); !t.IsZero() && t.Before(end); t = offsetEnd(t) {
		_, offset := t.Zone()
		fmt.Fprintln(w, t.Unix(), offset)
	}
}

// holidayLines are the holidays' dates and names, sorted: their order decides nothing.
func holidayLines(all []*cal.Holiday) []string {
	var lines []string
	for _, h := range all {
		for year := firstVersionYear; year <= lastVersionYear; year++ {
			actual, observed := h.Calc(year)
			if actual.IsZero() {
				continue
			}
			lines = append(lines, fmt.Sprintln(holidayDate(actual), holidayDate(observed), kindOf(h), h.Name))
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}
