package main

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"tocsin/escalation/simulator"
	"tocsin/notifiers"
)

// tellSimulation writes a story for people, in a zone's local time: one line for what somebody is told at
// a moment, and below it why.
func tellSimulation(w io.Writer, out simulator.Result, start time.Time, zone *time.Location) error {
	t := teller{start: start, zone: zone, numbered: len(out.Cases) > 1}
	fmt.Fprintf(&t.b, "%s %s\n%s\n", out.Opened.Severity, notifiers.Plain(out.Opened.Title), t.words(out.Opened.Reason.Text))
	for _, l := range simulator.Lines(out.Story) {
		t.tell(l)
	}
	fmt.Fprintf(&t.b, "\n%s\n", t.end(out))
	_, err := io.WriteString(w, t.b.String())
	return err
}

// teller writes a story line by line.
type teller struct {
	b        strings.Builder
	start    time.Time
	zone     *time.Location
	numbered bool   // more than one incident: each line says which
	day      string // under which the last line stands
}

func (t *teller) tell(e simulator.Line) {
	t.heading(e.At)
	at := e.At.In(t.zone)
	clock := at.Format("15:04:05")
	if at.Second() == 0 {
		clock = at.Format("15:04")
	}
	number := ""
	if t.numbered {
		number = fmt.Sprintf("#%d ", e.Incident)
	}
	fmt.Fprintf(&t.b, "  %-8s  %-8s  %s%-11s  %s\n", clock, sinceStart(e.At.Sub(t.start)), number, kindWord(e.Kind), t.headline(e))
	indent := strings.Repeat(" ", 35+len(number))
	if why := t.why(e); why != "" {
		fmt.Fprintf(&t.b, "%s%s\n", indent, why)
	}
	if e.Due != "" {
		fmt.Fprintf(&t.b, "%sdue %s\n", indent, t.words(e.Due))
	}
	if e.Otherwise != "" {
		fmt.Fprintf(&t.b, "%s%s\n", indent, e.Otherwise)
	}
}

// heading writes the day when it changes.
func (t *teller) heading(at time.Time) {
	day := at.In(t.zone).Format("Monday 2 January 2006, MST")
	if day != t.day {
		fmt.Fprintf(&t.b, "\n%s\n", day)
		t.day = day
	}
}

// headline is what happens: whom it is about, over what, and with which words.
func (t *teller) headline(e simulator.Line) string {
	switch e.Kind {
	case simulator.Page, simulator.Assign, simulator.Pass, simulator.Collapse, simulator.Remind, simulator.Clear, simulator.Place:
		text := e.Person
		if len(e.Over) > 0 {
			text += " over " + simulator.Channels(e.Over)
		}
		if e.Says != "" && e.Kind == simulator.Page {
			text += ": " + notifiers.Plain(e.Says)
		}
		return text
	case simulator.Skip, simulator.Nobody:
		return notifiers.Plain(strings.TrimSuffix(cmp.Or(e.Role, "step")+", "+e.Person, ", "))
	case simulator.Refused, simulator.Unchanged:
		return notifiers.Plain(e.Person + ": " + e.Says)
	}
	return t.words(cmp.Or(e.Says, e.Reason))
}

// why is which step it is of, and the reason. What the timeline says has its reason in it.
func (t *teller) why(e simulator.Line) string {
	reason := t.words(e.Reason)
	switch e.Kind {
	case simulator.Page, simulator.Assign, simulator.Pass, simulator.Collapse, simulator.Skip, simulator.Nobody, simulator.Remind, simulator.Clear, simulator.Place:
		if e.Step > 0 {
			return fmt.Sprintf("step %d, %s: %s", e.Step, e.Role, reason)
		}
		return reason
	case simulator.Refused, simulator.Unchanged:
		return reason
	}
	return ""
}

func kindWord(k simulator.Kind) string {
	switch k {
	case simulator.Pass:
		return "passed over"
	case simulator.Nobody:
		return "tells nobody"
	case simulator.Collapse:
		return "told once"
	case simulator.Clear:
		return "all clear"
	}
	return string(k)
}

// end says whether that was all.
func (t *teller) end(out simulator.Result) string {
	switch {
	case out.Cut:
		return "The story is longer than can be told: this is its beginning."
	case out.Next.IsZero():
		return "Nothing more is owed."
	}
	return fmt.Sprintf("More is owed after that: the next at %s (--for looks further).", t.local(out.Next))
}

// sinceStart is "+1h5m".
func sinceStart(d time.Duration) string {
	if d == 0 {
		return "+0m"
	}
	s := d.Round(time.Second).String()
	for _, zero := range []struct{ long, short string }{{"m0s", "m"}, {"h0m", "h"}} {
		if before, ok := strings.CutSuffix(s, zero.long); ok {
			s = before + zero.short
		}
	}
	return "+" + s
}

// storedMoment is how Tocsin writes a moment in stored text.
var storedMoment = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC`)

// words is stored text with its moments in local time, as plain text that cannot steer the terminal.
func (t *teller) words(text string) string {
	return storedMoment.ReplaceAllStringFunc(notifiers.Plain(text), func(s string) string {
		at, err := time.Parse("2006-01-02 15:04:05 MST", s)
		if err != nil {
			return s
		}
		return t.local(at)
	})
}

func (t *teller) local(at time.Time) string { return at.In(t.zone).Format("2006-01-02 15:04 MST") }
