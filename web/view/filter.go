package view

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/alerting"
)

// Filter is what the list is asked for, as it stands in the address.
type Filter struct {
	State        string // "open" (the default), "acknowledged", "resolved" or "all"
	Severities   []string
	Text         string
	Assignee     string
	Since, Until string // local days, 2006-01-02; both inclusive
	Cursor       string
}

// tabs are the states that the list is divided by.
var tabs = []string{"open", "acknowledged", "resolved", "all"}

// Clean drops what is empty or unknown.
func (f Filter) Clean() Filter {
	if !slices.Contains(tabs, f.State) {
		f.State = tabs[0]
	}
	var known []string
	for _, sev := range alerting.Severities {
		if slices.Contains(f.Severities, sev.String()) {
			known = append(known, sev.String())
		}
	}
	f.Severities = known
	return f
}

// Narrow reports whether more than a tab was chosen.
func (f Filter) Narrow() bool { return f.Chosen() > 0 || f.Text != "" }

// Chosen is how many filters besides the search are set.
func (f Filter) Chosen() int {
	n := len(f.Severities)
	for _, s := range []string{f.Assignee, f.Since, f.Until} {
		if s != "" {
			n++
		}
	}
	return n
}

// Query asks the store for what the filter says. The error is for whoever typed the address.
func (f Filter) Query(zone *time.Location) (alerting.Query, error) {
	q := alerting.Query{Text: f.Text, Assignee: f.Assignee}
	if f.State != "all" {
		q.States = []alerting.State{alerting.State(f.State)}
	}
	for _, text := range f.Severities {
		sev, err := alerting.ParseSeverity(text)
		if err != nil {
			return q, err
		}
		q.Severities = append(q.Severities, sev)
	}
	var err error
	if q.Since, err = day(f.Since, zone, 0); err != nil {
		return q, err
	}
	q.Until, err = day(f.Until, zone, 1)
	return q, err
}

// day is the start of a local day, some days later; zero if there is none.
func day(text string, zone *time.Location, later int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no day; write it as 2026-03-01", text)
	}
	return t.AddDate(0, 0, later), nil
}

// URL is the list under this filter, without what is empty.
func (f Filter) URL() string {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	if f.State != tabs[0] {
		set("state", f.State)
	}
	set("q", f.Text)
	set("severity", strings.Join(f.Severities, ","))
	set("assignee", f.Assignee)
	set("since", f.Since)
	set("until", f.Until)
	set("cursor", f.Cursor)
	if len(v) == 0 {
		return "/"
	}
	return "/?" + v.Encode()
}

// tab is the same filter under another tab, from its start.
func (f Filter) tab(state string) Filter {
	f.State, f.Cursor = state, ""
	return f
}

// first is the same filter from its start.
func (f Filter) first() Filter { return f.tab(f.State) }

// everything is the tab without filters.
func (f Filter) everything() Filter { return Filter{State: f.State} }

func (f Filter) has(sev alerting.Severity) bool { return slices.Contains(f.Severities, sev.String()) }
