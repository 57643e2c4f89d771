package ledger

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// stateAfter is a page's state after an entry: what the entry says, else what its kind means.
func stateAfter(before string, e Entry, f Facts) string {
	switch {
	case f.PageState != "":
		return f.PageState
	case e.Kind == Intended:
		return "queued"
	case e.Kind == Tried:
		return "sending"
	}
	return before
}

// edit says what somebody changed outside Tocsin.
func edit(e Entry, f Facts) string {
	what := "a page"
	switch {
	case f.Table == "audit":
		what = fmt.Sprintf("line %d of the audit log", f.Audit)
	case e.Attempt != "":
		what = "attempt " + e.Attempt
	}
	return fmt.Sprintf("%s was %s outside Tocsin at %s by the database's user %q%s", what, f.Edit, utc(e.At), f.By, f.changes())
}

// changedShown is how many characters of a value a finding shows.
const changedShown = 60

// changes are the columns that an edit changed, in alphabetical order.
func (f Facts) changes() string {
	var out []string
	for _, column := range slices.Sorted(maps.Keys(f.Changed)) {
		was, is := f.Changed[column][0], f.Changed[column][1]
		out = append(out, fmt.Sprintf("%s from %.*s to %.*s", column, changedShown, was, changedShown, is))
	}
	if len(out) == 0 {
		return ""
	}
	return ": " + strings.Join(out, ", ")
}

func utc(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
