package view

import (
	"slices"
	"time"

	"tocsin/escalation/oncall"
)

// changesShown is how many overrides, swaps or absences the page lists; the API has all.
const changesShown = 50

// Around are the overrides of the weeks shown, and after them those that are to come, each the earliest first.
func (m Month) Around(list []oncall.Override) []oncall.Override {
	out := slices.DeleteFunc(slices.Clone(list), func(o oncall.Override) bool { return !m.has(o) && !o.Until.After(m.now) })
	slices.SortStableFunc(out, func(a, b oncall.Override) int {
		if m.has(a) != m.has(b) {
			return map[bool]int{true: -1, false: 1}[m.has(a)]
		}
		return a.From.Compare(b.From)
	})
	return out
}

// has reports whether an override touches the weeks shown.
func (m Month) has(o oncall.Override) bool { return o.From.Before(m.until) && o.Until.After(m.from) }

// over reports whether what ends then is over, and cannot be removed any more.
func (s Shell) over(until time.Time) bool { return !until.After(s.Now) }
