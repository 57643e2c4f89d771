package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"tocsin/escalation/simulator/replay"
	"tocsin/notifiers"
)

// tellReplay writes for people what would have been otherwise, in a zone's local time: the sums, then
// incident by incident.
func tellReplay(w io.Writer, out replay.Result, zone *time.Location) error {
	t := replayTeller{teller: teller{zone: zone}}
	t.summary(out)
	for _, inc := range out.Incidents {
		t.incident(inc)
	}
	t.seconds = false
	t.lost(out.Lost)
	if len(out.Unknown) > 0 {
		fmt.Fprintf(&t.b, "\nNot compared, as it is not recorded how they began: %s\n", numbers(out.Unknown))
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

type replayTeller struct {
	teller
	seconds bool // pages of one minute are to be told apart
}

// stamp is a moment as the lines begin with it.
func (t *replayTeller) stamp(at time.Time) string {
	layout := "Mon 2006-01-02 15:04 MST"
	if t.seconds {
		layout = "Mon 2006-01-02 15:04:05 MST"
	}
	return at.In(t.zone).Format(layout)
}

// sameMinute reports whether pages of an incident leave at different moments of one minute.
func sameMinute(changes []replay.Change) bool {
	seen := map[time.Time]time.Time{}
	for _, c := range changes {
		for _, p := range []*replay.Page{c.Was, c.Now} {
			if p == nil {
				continue
			}
			minute, second := p.At.Truncate(time.Minute), p.At.Truncate(time.Second)
			if other, ok := seen[minute]; ok && !other.Equal(second) {
				return true
			}
			seen[minute] = second
		}
	}
	return false
}

func (t *replayTeller) summary(out replay.Result) {
	fmt.Fprintf(&t.b, "%s, %s recorded, %d under this configuration: %d fewer, %d more, %s\n",
		count(out.Compared, "incident"), count(out.Was.Pages, "page"), out.Now.Pages, out.Fewer, out.More,
		instead("%d at night", out.Was.Night, out.Now.Night))
	fmt.Fprintf(&t.b, "%d at another time, %s, %s\n", out.Moved,
		instead("%d outside business hours", out.Was.Off, out.Now.Off), instead("%d deadlines missed", out.Was.Missed, out.Now.Missed))
	if len(out.Incidents) == 0 {
		fmt.Fprintf(&t.b, "Nothing would have been otherwise.\n")
	}
}

// instead is "1 at night instead of 3", or "3 at night" where nothing changes.
func instead(format string, was, now int) string {
	s := fmt.Sprintf(format, now)
	if was != now {
		s += fmt.Sprintf(" instead of %d", was)
	}
	return s
}

func (t *replayTeller) incident(inc replay.Incident) {
	t.seconds = sameMinute(inc.Changes)
	fmt.Fprintf(&t.b, "\n%s %s\n  opened %s", t.name(inc), notifiers.Plain(inc.Title), t.stamp(inc.Opened))
	switch {
	case inc.Gone && inc.Joins > 0:
		fmt.Fprintf(&t.b, "; its alerts would have joined #%d", inc.Joins)
	case inc.Gone:
		t.b.WriteString("; it would not have opened")
	case inc.ID == 0, inc.Reclassified():
		fmt.Fprintf(&t.b, "; %s", t.words(inc.Why.Text))
	}
	t.b.WriteString("\n")
	if inc.Missed[0] != inc.Missed[1] {
		fmt.Fprintf(&t.b, "  %s\n", instead("%d deadlines missed", inc.Missed[0], inc.Missed[1]))
	}
	for _, group := range replay.Together(inc.Changes) {
		t.change(group)
	}
}

func (t *replayTeller) name(inc replay.Incident) string {
	switch {
	case inc.ID == 0:
		return fmt.Sprintf("new %s", inc.Now)
	case inc.Reclassified():
		return fmt.Sprintf("#%d %s instead of %s", inc.ID, inc.Now, inc.Was)
	}
	return fmt.Sprintf("#%d %s", inc.ID, inc.Was)
}

// change writes a line for pages that differ in nothing but the channel, and below it why.
func (t *replayTeller) change(group []replay.Change) {
	c := group[0]
	kind, p, more := "not sent", c.Was, ""
	switch {
	case c.Was == nil:
		kind, p = "in addition", c.Now
	case c.Now == nil:
	case c.Was.Person != c.Now.Person:
		kind, more = "instead", " rather than "+notifiers.Plain(c.Was.Person)
		p = c.Now
	default:
		kind, p, more = "moved", c.Now, ", recorded at "+t.stamp(c.Was.At)
	}
	over := make([]string, len(group))
	for i, ch := range replay.Over(group) {
		over[i] = string(ch)
	}
	fmt.Fprintf(&t.b, "  %-11s  %s  %s over %s%s%s\n", kind, t.stamp(p.At), notifiers.Plain(p.Person), strings.Join(over, ", "), more, hours(p))
	fmt.Fprintf(&t.b, "%s%s%s\n", strings.Repeat(" ", 15), stepOf(p), t.words(c.Because()))
}

// hours says whether a page comes at night or outside business hours; of both it is the night.
func hours(p *replay.Page) string {
	switch {
	case p.Night:
		return ", at night"
	case p.Off:
		return ", outside business hours"
	}
	return ""
}

func stepOf(p *replay.Page) string {
	if p.Step == 0 {
		return ""
	}
	round := ""
	if p.Round > 1 {
		round = fmt.Sprintf(" of round %d", p.Round)
	}
	return fmt.Sprintf("step %d%s, %s: ", p.Step, round, notifiers.Plain(p.Role))
}

func (t *replayTeller) lost(all []replay.Lost) {
	if len(all) == 0 {
		return
	}
	t.b.WriteString("\nAnswers that would have changed nothing:\n")
	for _, l := range all {
		fmt.Fprintf(&t.b, "  %s  #%d %s by %s: %s\n", t.stamp(l.At), l.Incident, l.Verb, notifiers.Plain(l.By), t.words(l.Why))
	}
}

func numbers(ids []int64) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = fmt.Sprintf("#%d", id)
	}
	return strings.Join(words, ", ")
}
